// Every change is a draft at once, here and on the server; it is called stored when Python says so.

const PATIENCE = 8000; // ms until what nobody acknowledged is called not stored

class Drafts {
  /** Of the drawing that `editor` has at hand. */
  constructor(editor) {
    this.editor = editor;
    this.kept = element("div", { class: "kept", role: "status" });
  }

  /** The drawing is another one, of which the server has `draft`, or null. */
  begin(draft) {
    this.rest(); // the one before is on its way by itself
    this.kept.textContent = "";
    this.acknowledged = draft?.stroke ?? 0;
    this.sendAgain();
  }

  send() {
    const { drawing, tile, place, outbox } = this.editor;
    const { stroke, base } = drawing;
    this.say("keeping the draft …");
    outbox.replace("draft", { tile: tile.source.id, mask: codeOf(drawing.pixels), base, stroke }, place);
    this.rest();
    this.waiting = setTimeout(() => this.isKept(stroke) || this.failed(), PATIENCE);
  }

  /** Send what the server has not acknowledged. */
  sendAgain() {
    if (!this.isKept(this.editor.drawing.stroke)) this.send();
  }

  isKept(stroke) {
    return this.acknowledged >= stroke;
  }

  /** Nobody has acknowledged the draft: say so, and send it again. */
  failed() {
    this.send();
    this.say("The server does not answer: the draft is kept in this browser tab only.", true);
  }

  /** Take in what Python has answered. */
  acknowledge({ answers: { draft } }) {
    const { drawing, tile } = this.editor;
    if (draft?.tile === tile.source.id) this.acknowledged = Math.max(this.acknowledged, draft.stroke);
    const { stroke, changed } = drawing;
    if (!stroke) this.kept.textContent = "";
    else if (this.isKept(stroke)) this.kept.textContent = changed ? "draft stored" : "";
  }

  say(words, failed = false) {
    this.kept.textContent = words;
    this.kept.classList.toggle("failed", failed);
  }

  rest() {
    clearTimeout(this.waiting);
  }
}
