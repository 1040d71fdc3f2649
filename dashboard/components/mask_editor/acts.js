// What becomes of the mask. The tile that was given ahead is shown as soon as an action was chosen, which counts as done
// when Python says so; one action at a time is under way, and a second one waits for the answer.

const HANDING_OVER = 2000; // ms in which what comes in the place of the editor should be there

class Acts {
  /** On the tile that `editor` shows. */
  constructor(editor) {
    this.editor = editor;
    this.buttons = element("div", { class: "acts" });
    this.told = element("div", { class: "told", role: "status" });
    this.overhear = (event) => this.acting && event.target === document.body && editor.keyDown(event);
    window.addEventListener("keydown", this.overhear, true); // keys come there while the editor is leaving the page
  }

  show() {
    this.buttons.replaceChildren(...this.editor.data.actions.map((action) => this.button(action)));
  }

  button({ name, label, key, primary }) {
    const made = button("", label, () => this.act(name), { "data-act": name, class: primary ? "primary" : "" });
    made.append(element("span", {}, label), element("kbd", {}, keyWords(key)));
    return made;
  }

  /** Ask for an action and show the next tile, if it is here. */
  act(name) {
    if (this.acting) return this.hold(name);
    const { editor } = this;
    if (!editor.root.dataset.ready) return; // nobody judges a tile unseen
    if (editor.easel.way) editor.easel.finish();
    const { drawing, work, tile, place, ahead } = editor;
    const { session } = editor.data.outbox;
    const told = { name, tile: tile.source.id, mask: codeOf(drawing.pixels), base: drawing.base, changed: drawing.changed, stroke: Date.now() };
    const number = editor.outbox.replace("act", { tile: told.tile, drawn: told, session }, place);
    this.acting = { told, number, drawing, from: { work, tile, place, around: editor.around.tiles }, session };
    this.tell(`storing: ${this.words()} …`);
    this.losing = setTimeout(() => this.tell(`The server does not answer: not stored yet: ${this.words()}`, true), PATIENCE);
    delete editor.root.dataset.ready;
    if (!ahead || !this.known(name).ahead) return;
    editor.ahead = null;
    editor.enter(ahead);
    editor.refresh();
  }

  /** What waits for the answer: a verdict on the tile in sight, or a step back, which takes such a verdict back. */
  hold(name) {
    const verdictWaits = this.held && this.known(this.held).ahead;
    if (!this.known(name).ahead) this.held = verdictWaits ? null : name; // both together change nothing
    else if (this.editor.root.dataset.ready) this.held = name;
  }

  /** The action called `name`. */
  known(name) {
    return this.editor.data.actions.find((action) => action.name === name);
  }

  /** What is under way, in words. `back`: the tile that has come back by it, where it is about another one. */
  words(back) {
    const { name, tile } = this.acting.told;
    const { label, ahead } = this.known(name);
    return [label.toLowerCase(), ahead ? tile : back].filter(Boolean).join(", ");
  }

  /** Whether it is not known yet what has become of the action under way; of a server that is gone nothing will ever be. */
  waitsFor({ arrived, session }) {
    const { acting } = this;
    return acting && arrived < acting.number && session === acting.session;
  }

  /** Say what has become of the action; where it was refused, go back to its tile as it was. */
  settle({ outbox, work }) {
    const { acting, editor } = this;
    if (!acting) return;
    clearTimeout(this.losing);
    const answered = outbox.answers.act;
    const waits = work.tile.id === acting.told.tile && outbox.place === acting.from.place;
    const answers = answered?.stroke === acting.told.stroke; // not so after a fault or another server
    const done = answers && answered.done;
    if (done && this.known(acting.told.name).stores) acting.drawing.forget();
    this.tell(`${done ? "stored" : answers || waits ? "not stored" : "perhaps stored"}: ${this.words(done && work.tile.id)}`, !done);
    this.acting = null;
    const shown = editor.tile.source.id;
    const stillMeant = this.held && (this.known(this.held).ahead ? work.tile.id === shown : done);
    if (!stillMeant) this.held = null;
    if (!done && waits && shown !== acting.told.tile) editor.enter(acting.from, acting.drawing);
  }

  /** Do what a key asked for in the meantime. */
  goOn() {
    const { held } = this;
    this.held = null;
    if (held) this.act(held);
  }

  tell(words, failed = false) {
    this.told.textContent = words;
    this.told.classList.toggle("failed", failed);
  }

  /** The editor has gone. */
  leave() {
    clearTimeout(this.losing);
    this.handOver(performance.now() + HANDING_OVER);
  }

  /** Leave a step back to the button that comes here when there is no tile any more, also one that is asked for until then. */
  handOver(until) {
    const found = this.held && document.querySelector(`.st-key-${this.editor.data.name}_${this.held} button`);
    if (found) found.click();
    if (found || performance.now() > until) window.removeEventListener("keydown", this.overhear, true);
    else setTimeout(() => this.handOver(until), 20);
  }
}

function keyWords(key) {
  return key === "Backspace" ? "⌫" : key.toUpperCase();
}
