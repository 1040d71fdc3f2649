// A field that a key leads to. What is written belongs to the tile that was there when it was begun, and is sent when
// that tile goes, if not before. What Python has not had outlives a reload of the page in this browser tab.

const KEY = "l";
let opened = false; // whether there was a field since the page was loaded

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
    field.addEventListener("input", () => this.keep());
    field.addEventListener("keydown", (event) => this.keyDown(event));
    this.lead = (event) => this.leadHere(event);
    document.addEventListener("keydown", this.lead);
  }

  update(data) {
    this.data = data;
    this.field.maxLength = data.longest;
    this.outbox.update(data.outbox);
    if (!opened) this.restore();
    else if (!this.outbox.messages.length) this.keep();
    opened = true;
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

  discard() {
    this.field.value = "";
    this.keep();
  }

  get keptUnder() {
    return `saltscope.note.${this.data.outbox.place}`;
  }

  /** What is written, for the next page; what was sent stays until it has arrived. */
  keep() {
    if (this.text) tabStorage.set(this.keptUnder, { about: this.about, text: this.field.value });
    else tabStorage.remove(this.keptUnder);
  }

  /** What was written before the page was loaded again. */
  restore() {
    const kept = tabStorage.get(this.keptUnder);
    if (kept) [this.about, this.field.value] = [kept.about, kept.text];
  }

  keyDown(event) {
    event.stopPropagation(); // what is written is no key of the page
    if (event.key !== "Enter" && event.key !== "Escape") return;
    if (event.key === "Escape") this.discard();
    else this.send();
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
