// The mask editor: tools on the left, the tile that is painted on, what to do with it on the right.
// Every stroke is a draft at once, here and on the server; what becomes of the mask is said by an action.
// After an action the tile that was given ahead is shown at once; the action counts as done when Python says so.

const RADIUS = { least: 0.5, most: 30, step: 1.25, atFirst: 4 }; // tile pixels
const FRAGMENT = 12; // salt in pieces of fewer pixels is dropped
const SIDE = 300; // CSS pixels beside the picture
const AROUND_WIDTH = 222; // CSS pixels of the tiles around this one
const PATIENCE = 8000; // ms until what nobody acknowledged is called not stored
const HANDING_OVER = 2000; // ms in which what comes in the place of the editor should be there
const NARROW = 700; // below this width the rest stands under the picture
const BELOW = 56; // CSS pixels that a page needs below the picture
const LEAST = 240; // height of the picture, CSS pixels

class MaskEditor extends Board {
  constructor(root, data) {
    super(root, data, "Tile");
    this.tool = TOOLS[0];
    this.radius = stored("saltscope.brush").radius ?? RADIUS.atFirst;
    this.subtracts = false;
    this.outbox = Outbox.of(data.outbox, this);
    this.easel = new Easel(this, (place) => this.point(place));
    this.build();
    this.root.addEventListener("keyup", (event) => event.key === " " && this.pan(false));
    this.overhear = (event) => this.acting && event.target === document.body && this.keyDown(event);
    window.addEventListener("keydown", this.overhear, true); // keys come there while the editor is leaving the page
    this.root.addEventListener("dblclick", () => this.tool.clicks && this.easel.finish());
  }

  build() {
    this.tools = element("div", { class: "tools", role: "radiogroup", "aria-label": "Tools" });
    for (const tool of TOOLS) {
      const made = button("", tool.words, () => this.take(tool), { role: "radio", "data-tool": tool.name });
      made.append(element("span", {}, tool.name), element("kbd", {}, tool.key.toUpperCase()));
      this.tools.append(made);
    }
    this.size = element("input", { type: "range", min: 0, max: 100, "aria-label": "Brush size" });
    this.size.addEventListener("input", () => this.resize(RADIUS.least * (RADIUS.most / RADIUS.least) ** (this.size.value / 100)));
    this.sizeWords = element("output");
    this.tools.append(element("label", { class: "size" }, "size", this.sizeWords, this.size));
    this.mode = button("", "Salt or rock  X (Shift for one stroke, also the right button)", () => this.swap(), { class: "mode" });
    this.tools.append(this.mode);
    this.steps = element("div", { class: "steps" });
    for (const [words, key, act] of this.wholeEdits()) this.steps.append(button(words, `${words}  ${key}`, act));
    this.back = button("↶", "Undo  Z", () => this.undo(), { "aria-label": "Undo" });
    this.forth = button("↷", "Redo  Shift Z", () => this.redo(), { "aria-label": "Redo" });
    this.threshold = element("input", { type: "range", min: 1, max: 255, value: 128, "aria-label": "Probability from which it is salt" });
    this.threshold.addEventListener("input", () => this.useThreshold());
    this.thresholdWords = element("output", {}, ".50");
    this.thresholdRow = element("label", { class: "threshold" }, "salt from", this.threshold, this.thresholdWords);
    this.copies = element("select", { "aria-label": "Copy from" });
    this.copies.addEventListener("change", () => this.copy(this.work.sources[Number(this.copies.value)]));
    this.kept = element("div", { class: "kept", role: "status" });
    this.told = element("div", { class: "told", role: "status" });
    this.notice = element("div", { class: "notice" });
    this.acts = element("div", { class: "acts" });
    this.facts = element("dl", { class: "facts" });
    this.readout = element("div", { class: "readout" }, "\u00a0");
    const history = element("div", { class: "turn" }, this.back, this.forth);
    const edits = element("div", { class: "edits" }, this.steps, this.thresholdRow, this.copies);
    this.around = new Neighbourhood((id) => this.trigger("near", id));
    this.side = element("div", { class: "side" }, this.acts, this.told, this.kept, this.facts, edits, this.around.root);
    this.stage = element("div", { class: "stage" }, this.tools, element("div", { class: "left" }, this.easel.root, this.readout), this.side);
    const mine = element("span", { class: "chip mine" }, element("i", { style: `--swatch: ${SALT.corrected}` }), "your mask");
    this.root.replaceChildren(this.barOf([mine], [history, this.turner, this.help]), this.sheet, this.notice, this.stage);
  }

  /** [words, key, act] of what is done to the whole mask. */
  wholeEdits() {
    const edit = (change) => () => this.change(change(this.pixels, this.shape));
    return [
      ["fill holes", "J", edit(withoutHoles)],
      ["drop fragments", "U", edit((pixels, shape) => withoutFragments(pixels, shape, FRAGMENT))],
      ["grow", "T", edit((pixels, shape) => spread(pixels, shape, 1))],
      ["shrink", "R", edit((pixels, shape) => spread(pixels, shape, 0))],
      ["all salt", "Q", edit((pixels) => pixels.slice().fill(1))],
      ["no salt", "Shift Q", edit((pixels) => pixels.slice().fill(0))],
    ];
  }

  get pixels() {
    return this.drawing.pixels;
  }

  get shape() {
    return this.tile.shape;
  }

  get zoom() {
    return this.easel.scale;
  }

  /** Grey levels, column by column as the mask's pixels. */
  get greys() {
    const [height, width] = this.shape;
    const { grey, width: wide, height: high } = this.tile.picture;
    this.cachedGreys ??= Uint8Array.from({ length: height * width }, (_, pixel) => {
      const [x, y] = [Math.floor(pixel / height), pixel % height];
      return grey[Math.floor((y * high) / height) * wide + Math.floor((x * wide) / width)];
    });
    return this.cachedGreys;
  }

  async update(data) {
    const again = this.data && data.outbox.session !== this.data.outbox.session;
    this.data = data;
    this.outbox.update(data.outbox);
    if (again) this.beginAgain();
    if (this.acting && !this.isAnswered(data.outbox)) return this.acknowledge();
    const { ahead: known } = this;
    this.ahead = null;
    this.settle(data);
    if (!this.goesOn(data.work)) {
      const ready = await this.prepared(data.work, known);
      if (this.data !== data) return; // a newer tile has come meanwhile
      this.enter(ready);
    }
    this.work = data.work;
    this.acknowledge();
    this.refresh();
    const ahead = data.ahead && (await this.prepared(data.ahead, known));
    if (this.data !== data) return;
    this.ahead = ahead;
    this.goOn();
  }

  /** The server is another one: what the one before was told is not for it, but the drawing is. */
  beginAgain() {
    this.outbox.drop(() => true);
    if (this.drawing?.stroke && !this.isKept(this.drawing.stroke)) this.send();
  }

  /** { work, tile, around }: all that is shown of a tile, ready to be drawn; `known` if it is the same. */
  async prepared(work, known) {
    if (known && JSON.stringify(known.work) === JSON.stringify(work)) return known;
    const [tile, around] = await Promise.all([new Tile(work.tile).load(), this.around.load(work.around)]);
    return { work, tile, around };
  }

  /** Whether the drawing at hand is to stay: also when somebody else has saved the same tile meanwhile. */
  goesOn({ tile, base, mask }) {
    if (!this.drawing || this.tile.source.id !== tile.id || this.place !== this.data.outbox.place) return false;
    if (base === this.drawing.base) return true;
    return this.drawing.changed && codeOf(this.pixels) !== mask;
  }

  /** Begin with a tile, or go back to a `drawing` of it. */
  enter({ work, tile, around, place = this.data.outbox.place }, drawing) {
    Object.assign(this, { work, tile, place, cachedGreys: null });
    clearTimeout(this.waiting); // for a stroke on the tile before, which goes on by itself
    this.kept.textContent = "";
    this.around.show(around);
    this.easel.way = null;
    this.easel.enter(tile);
    this.drawing = drawing ?? new Drawing(`${this.data.place}/${work.tile.id}`, Mask.fromCode(work.mask, tile.shape), work.base);
    const restored = drawing ? null : this.drawing.restore(work.draft);
    this.acknowledged = work.draft?.stroke ?? 0;
    if (restored) this.say(`Your drawing of ${clock(restored.stroke)} is back; it is not saved yet.`, ["Discard it", () => this.discard()]);
    else this.say("");
    if (this.drawing.stroke > this.acknowledged) this.send();
    this.thresholdRow.hidden = !tile.chance;
    this.copies.hidden = !work.sources.length;
    this.copies.replaceChildren(element("option", { value: "" }, "copy from … (V)"), ...work.sources.map(({ words }, i) => element("option", { value: i }, words)));
  }

  /** Show all that belongs to the tile; from now on it can be judged. */
  refresh() {
    this.showPosition(this.work);
    this.showFacts();
    this.showConflict();
    this.arrange();
    this.root.dataset.ready = this.work.tile.id; // for those who wait for the tile
    if (document.activeElement === document.body) this.root.focus({ preventScroll: true }); // keys work at once
  }

  arrange() {
    if (!this.width || !this.tile || !this.drawing) return;
    const narrow = this.width < NARROW;
    this.stage.classList.toggle("narrow", narrow);
    const above = narrow ? 0 : (this.top ??= this.stage.getBoundingClientRect().top); // a narrow page is scrolled anyway
    const tools = narrow ? 0 : this.tools.offsetWidth + 12;
    const room = this.width - tools - (narrow ? 0 : SIDE);
    const theirs = this.conflict && Mask.fromCode(this.conflict.mask, this.shape);
    const panels = [["yours", () => this.shownMask], ...(theirs ? [["theirs", () => theirs]] : [])];
    this.easel.arrange(panels, this.look, room, Math.max(window.innerHeight - above - BELOW, LEAST));
    this.around.draw(this.look, AROUND_WIDTH);
    const { label, prediction } = this.tile;
    showLook(this.root, this.look, { label, prediction, difference: false });
    this.showTools();
  }

  get shownMask() {
    return this.preview ?? this.drawing.mask;
  }

  showTools() {
    for (const one of this.tools.querySelectorAll("[data-tool]")) one.setAttribute("aria-checked", one.dataset.tool === this.tool.name);
    this.size.value = (100 * Math.log(this.radius / RADIUS.least)) / Math.log(RADIUS.most / RADIUS.least);
    this.sizeWords.textContent = `${Math.max(1, Math.round(2 * this.radius))} px`;
    this.mode.textContent = this.subtracts ? "sets rock" : "sets salt";
    this.mode.classList.toggle("rock", this.subtracts);
    this.back.disabled = !this.drawing.before.length;
    this.forth.disabled = !this.drawing.after.length;
  }

  showFacts() {
    const facts = [["Salt in your mask", saltInWords(this.pixels)], ...this.work.facts];
    this.facts.replaceChildren(...facts.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]));
    this.acts.replaceChildren(...this.data.actions.map((action) => this.actButton(action)));
  }

  actButton({ name, label, key, primary }) {
    const made = button("", label, () => this.act(name), { "data-act": name, class: primary ? "primary" : "" });
    made.append(element("span", {}, label), element("kbd", {}, keyWords(key)));
    return made;
  }

  // What the easel asks for.

  adds(event) {
    const turned = event.shiftKey !== (event.button === 2);
    return !(this.tool.erases || this.subtracts) !== turned;
  }

  /** Show `region` as it would be, or keep it as one step. */
  paint(region, value, whole) {
    const pixels = painted(this.pixels, region, value);
    this.preview = whole ? null : new Mask(this.shape, pixels);
    if (whole) this.change(pixels);
    else this.easel.draw();
  }

  change(pixels) {
    if (this.drawing.set(pixels)) this.changed();
    else this.easel.draw();
  }

  changed() {
    this.preview = null;
    this.showTools();
    this.showFacts();
    this.easel.draw();
    this.send();
  }

  undo() {
    if (this.easel.cancel() || !this.drawing.undo()) return;
    this.changed();
  }

  redo() {
    if (this.drawing.redo()) this.changed();
  }

  useThreshold() {
    this.thresholdWords.textContent = (this.threshold.value / 255).toFixed(2).replace(/^0/, "");
    this.change(thresholded(this.chance, this.shape, Number(this.threshold.value)));
  }

  get chance() {
    return this.tile.chance.grey;
  }

  nudgeThreshold(by) {
    if (!this.tile.chance) return;
    this.threshold.value = Number(this.threshold.value) + by;
    this.useThreshold();
  }

  copy({ mask }) {
    this.change(Mask.fromCode(mask, this.shape).pixels);
    this.copies.value = "";
    this.root.focus({ preventScroll: true });
  }

  /** Take the next of the masks that there are: after the one at hand, if it is one of them. */
  copyNext() {
    const { sources } = this.work;
    const now = codeOf(this.pixels);
    const next = sources.findIndex(({ mask }) => mask === now) + 1;
    if (sources.length) this.copy(sources[next % sources.length]);
  }

  // Drafts and actions.

  send() {
    const { stroke, base } = this.drawing;
    const tile = this.tile.source.id;
    this.kept.textContent = "keeping the draft …";
    this.kept.classList.remove("failed");
    this.forgetPending("draft", tile);
    this.outbox.send("draft", { tile, mask: codeOf(this.pixels), base, stroke }, this.place);
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.isKept(stroke) || this.failed(), PATIENCE);
  }

  /** A newer message about the same takes its place. */
  forgetPending(kind, tile) {
    this.outbox.drop(({ event, value, place }) => event === kind && value.tile === tile && place === this.place);
  }

  isKept(stroke) {
    return (this.acknowledged ?? 0) >= stroke;
  }

  /** Nobody has acknowledged the draft: say so, and send it again. */
  failed() {
    this.send();
    this.kept.textContent = "The server does not answer: the draft is kept in this browser tab only.";
    this.kept.classList.add("failed");
  }

  acknowledge() {
    const told = this.data.outbox.answers.draft;
    if (told && told.tile === this.tile.source.id) this.acknowledged = Math.max(this.acknowledged ?? 0, told.stroke);
    const { stroke, changed } = this.drawing;
    if (stroke && this.isKept(stroke)) this.kept.textContent = changed ? "draft stored" : "";
    else if (!stroke) this.kept.textContent = "";
  }

  /** Ask for an action and show the next tile, if it is here; a second action waits until the first is answered. */
  act(name) {
    if (this.acting) return this.hold(name);
    if (!this.root.dataset.ready) return; // nobody judges a tile unseen
    if (this.easel.way) this.easel.finish();
    const { drawing, work, tile, data, place } = this;
    const told = { name, tile: tile.source.id, mask: codeOf(drawing.pixels), base: drawing.base, changed: drawing.changed, stroke: Date.now() };
    this.forgetPending("act", told.tile); // of an editor before this one
    const number = this.outbox.send("act", { tile: told.tile, drawn: told, session: data.outbox.session }, place);
    this.acting = { told, number, drawing, from: { work, tile, place, around: this.around.tiles }, session: data.outbox.session };
    this.tell(`storing: ${this.actionWords()} …`);
    this.losing = setTimeout(() => this.tell(`The server does not answer: not stored yet: ${this.actionWords()}`, true), PATIENCE);
    delete this.root.dataset.ready;
    if (!this.ahead || !this.leadsOn(name)) return;
    this.enter(this.ahead);
    this.ahead = null;
    this.refresh();
  }

  /** What waits for the answer: a verdict on the tile in sight, or a step back, which takes such a verdict back. */
  hold(name) {
    const verdictWaits = this.held && this.leadsOn(this.held);
    if (!this.leadsOn(name)) this.held = verdictWaits ? null : name; // both together change nothing
    else if (this.root.dataset.ready) this.held = name;
  }

  /** Whether the next tile follows on an action. */
  leadsOn(name) {
    return this.data.actions.find((action) => action.name === name).ahead;
  }

  /** What is under way, in words. `back`: the tile that has come back by it, where it is about another one. */
  actionWords(back) {
    const { name, tile } = this.acting.told;
    const { label, ahead } = this.data.actions.find((action) => action.name === name);
    return [label.toLowerCase(), ahead ? tile : back].filter(Boolean).join(", ");
  }

  /** Whether it is known what has become of the action under way; of a server that is gone nothing will ever be. */
  isAnswered({ arrived, session }) {
    return arrived >= this.acting.number || session !== this.acting.session;
  }

  /** Say what has become of the action; where it was refused, go back to its tile as it was. */
  settle({ outbox, work }) {
    const { acting } = this;
    const answered = outbox.answers.act;
    if (!acting) return;
    clearTimeout(this.losing);
    const waits = work.tile.id === acting.told.tile && outbox.place === acting.from.place;
    const answers = answered?.stroke === acting.told.stroke; // not so after a fault or another server
    const done = answers && answered.done;
    const { stores } = this.data.actions.find(({ name }) => name === acting.told.name);
    if (done && stores) acting.drawing.forget();
    this.tell(`${done ? "stored" : answers || waits ? "not stored" : "perhaps stored"}: ${this.actionWords(done && work.tile.id)}`, !done);
    this.acting = null;
    const shown = this.tile.source.id;
    const stillMeant = this.held && (this.leadsOn(this.held) ? work.tile.id === shown : done);
    if (!stillMeant) this.held = null;
    if (!done && waits && shown !== acting.told.tile) this.enter(acting.from, acting.drawing);
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

  /** Somebody else's newer mask, until the drawing goes on from it. */
  get conflict() {
    const { conflict, work } = this.data;
    if (work.tile.id !== this.tile.source.id) return null; // of the tile before
    return conflict && conflict.base !== this.drawing.base ? conflict : null;
  }

  showConflict() {
    const { conflict } = this;
    if (!conflict) return;
    this.say(conflict.words, ["Save mine over it", () => this.saveOver()], ["Take theirs", () => this.takeTheirs()]);
  }

  saveOver() {
    const { conflict } = this;
    this.drawing.base = conflict.base;
    this.act(conflict.action);
  }

  takeTheirs() {
    const { conflict } = this;
    this.drawing.base = conflict.base;
    this.say("");
    this.change(Mask.fromCode(conflict.mask, this.shape).pixels);
    this.arrange();
  }

  discard() {
    this.change(this.drawing.stored.pixels);
    this.say("");
  }

  /** A sentence above the tile, with choices: [label, act]. */
  say(words, ...choices) {
    this.notice.replaceChildren(words, ...choices.map(([label, act]) => button(label, label, act)));
    this.notice.hidden = !words;
  }

  // Hands.

  take(tool) {
    this.easel.cancel();
    this.tool = tool;
    this.showTools();
    this.easel.draw();
  }

  swap() {
    this.subtracts = !this.subtracts;
    this.showTools();
  }

  resize(radius) {
    this.radius = Math.min(RADIUS.most, Math.max(RADIUS.least, radius));
    store("saltscope.brush", { radius: this.radius });
    this.showTools();
    this.easel.draw();
  }

  pan(on) {
    if (this.easel.panning === on) return;
    this.easel.panning = on;
    this.easel.draw();
  }

  remove() {
    super.remove();
    this.outbox.leave(this);
    this.data = { ...this.data }; // what is under way ends
    clearTimeout(this.waiting);
    clearTimeout(this.losing);
    this.handOver(performance.now() + HANDING_OVER);
  }

  /** Leave a step back to the button that comes here when there is no tile any more, also one that is asked for until then. */
  handOver(until) {
    const found = this.held && document.querySelector(`.st-key-${this.data.name}_${this.held} button`);
    if (found) found.click();
    if (found || performance.now() > until) window.removeEventListener("keydown", this.overhear, true);
    else setTimeout(() => this.handOver(until), 20);
  }

  ownKeys() {
    const { actions } = this.data;
    const zoom = (factor) => () => this.easel.zoom(factor);
    const tools = Object.fromEntries(TOOLS.map((tool) => [tool.key, () => this.take(tool)]));
    const edits = Object.fromEntries(this.wholeEdits().slice(0, 4).map(([, key, act]) => [key.toLowerCase(), act]));
    const [all, none] = this.wholeEdits().slice(4).map(([, , act]) => act);
    return [
      ...actions.map(({ name, label, key }) => [keyWords(key), label.toLowerCase(), { [key]: (event) => event.repeat || this.act(name) }]),
      ...TOOLS.map((tool) => [tool.key.toUpperCase(), tool.words, { [tool.key]: tools[tool.key] }]),
      ["X", "salt or rock (Shift or the right button: for one stroke)", { x: () => this.swap() }],
      ["[  ]", "brush smaller, larger", { "[": () => this.resize(this.radius / RADIUS.step), "]": () => this.resize(this.radius * RADIUS.step) }],
      ["Z  Shift Z", "undo, redo", { z: (event) => (event.shiftKey ? this.redo() : this.undo()) }],
      ["J  U  T  R", "fill holes, drop fragments, grow, shrink", edits],
      ["Q  Shift Q", "all salt, no salt", { q: (event) => (event.shiftKey ? none() : all()) }],
      ...(this.tile.chance ? [[",  .", "salt from a lower, higher probability", { ",": () => this.nudgeThreshold(-5), ".": () => this.nudgeThreshold(5) }]] : []),
      ["V", "copy the label, then the prediction, then what people made", { v: () => this.copyNext() }],
      ["Enter", "close the polygon", { Enter: () => this.easel.finish() }],
      ["Space held", "move the picture", { " ": () => this.pan(true) }],
      ["+ − 0", "zoom in, out, all (also wheel)", { "+": zoom(1.5), "-": zoom(1 / 1.5), 0: zoom(0) }],
    ];
  }

  /** There is one view here, and one's own mask in place of a difference. */
  keys() {
    const own = this.ownKeys().length;
    return super.keys().filter(([, , pressed], place) => place < own || !("v" in pressed || "d" in pressed));
  }

  keyDown(event) {
    const undoes = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z";
    if (!undoes) return super.keyDown(event);
    if (event.shiftKey) this.redo();
    else this.undo();
    event.preventDefault();
    event.stopPropagation();
  }

  escape() {
    this.easel.cancel();
  }

  point(place) {
    const words = place ? pixelInWords(this.tile, place) : "\u00a0";
    if (this.readout.textContent !== words) this.readout.textContent = words;
  }
}

function saltInWords(pixels) {
  const percent = (100 * pixels.reduce((sum, value) => sum + value, 0)) / pixels.length;
  if (percent > 0 && percent < 0.1) return "< 0.1 %";
  return `${percent.toFixed(percent > 0 && percent < 10 ? 1 : 0)} %`;
}

function keyWords(key) {
  return key === "Backspace" ? "⌫" : key.toUpperCase();
}

function clock(time) {
  return new Date(time).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}

export default mountedAs(MaskEditor);
