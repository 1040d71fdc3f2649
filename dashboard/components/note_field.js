// A field that a key leads to. What is written belongs to the tile that was there when it was begun, and is sent when
// that tile goes, if not before.

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
    field.addEventListener("focus", () => (this.about = this.text ? this.about : this.data));
    field.addEventListener("keydown", (event) => this.keyDown(event));
    this.lead = (event) => this.leadHere(event);
    document.addEventListener("keydown", this.lead);
  }

  update(data) {
    this.data = data;
    this.field.maxLength = data.longest;
    this.outbox.update(data.outbox);
    const isLeft = this.text && this.about.tile !== data.tile && !this.field.matches(":focus");
    if (isLeft) this.send();
  }

  remove() {
    document.removeEventListener("keydown", this.lead);
    this.outbox.leave(this);
    this.send();
  }

  get text() {
    return this.field.value.trim();
  }

  send() {
    if (this.text) this.outbox.send("note", { tile: this.about.tile, text: this.text }, this.about.outbox.place);
    this.field.value = "";
  }

  keyDown(event) {
    event.stopPropagation(); // what is written is no key of the page
    if (event.key !== "Enter" && event.key !== "Escape") return;
    if (event.key === "Escape") this.field.value = "";
    this.send();
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
