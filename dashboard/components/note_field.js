// A field that a key leads to. What is written belongs to the tile that was there when the field was entered.

const KEY = "l";

function isTyping(event) {
  const [target] = event.composedPath();
  return target instanceof Element && (target.matches("input, textarea, select") || target.isContentEditable);
}

class NoteField {
  constructor(field) {
    this.field = field;
    field.placeholder = `Note  (${KEY.toUpperCase()})`;
    field.addEventListener("focus", () => (this.tile = this.data.tile));
    field.addEventListener("keydown", (event) => this.keyDown(event));
    this.lead = (event) => this.leadHere(event);
    document.addEventListener("keydown", this.lead);
  }

  keyDown(event) {
    event.stopPropagation(); // what is written is no key of the page
    const text = this.field.value.trim();
    if (event.key === "Enter" && text) this.trigger("note", { tile: this.tile, text });
    if (event.key !== "Enter" && event.key !== "Escape") return;
    this.field.value = "";
    this.field.blur();
  }

  leadHere(event) {
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
    if (!plain || event.key.toLowerCase() !== KEY || isTyping(event)) return;
    event.preventDefault();
    this.field.focus();
  }
}

const fields = new WeakMap();

export default function ({ parentElement, data, setTriggerValue }) {
  if (!fields.has(parentElement)) fields.set(parentElement, new NoteField(parentElement.querySelector("input")));
  const made = fields.get(parentElement);
  Object.assign(made, { data, trigger: setTriggerValue });
  made.field.maxLength = data.longest;
  return () => {
    document.removeEventListener("keydown", made.lead);
    fields.delete(parentElement);
  };
}
