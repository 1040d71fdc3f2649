// A field that a key leads to. What is written belongs to the tile that was there when the field was entered.

const KEY = "l";

function isTyping(event) {
  const [target] = event.composedPath();
  return target instanceof Element && (target.matches("input, textarea, select") || target.isContentEditable);
}

class NoteField {
  constructor(field, data) {
    this.field = field;
    this.outbox = Outbox.of(data.outbox, this);
    field.placeholder = `Note  (${KEY.toUpperCase()})`;
    field.addEventListener("focus", () => (this.about = this.data));
    field.addEventListener("keydown", (event) => this.keyDown(event));
    this.lead = (event) => this.leadHere(event);
    document.addEventListener("keydown", this.lead);
  }

  update(data) {
    this.data = data;
    this.field.maxLength = data.longest;
    this.outbox.update(data.outbox);
  }

  remove() {
    document.removeEventListener("keydown", this.lead);
    this.outbox.leave(this);
  }

  keyDown(event) {
    event.stopPropagation(); // what is written is no key of the page
    const text = this.field.value.trim();
    if (event.key === "Enter" && text) this.outbox.send("note", { tile: this.about.tile, text }, this.about.outbox.place);
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

export default mountedAs(NoteField, "input");
