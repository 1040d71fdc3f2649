// The mask editor: tools on the left, the tile that is painted on, what to do with it on the right.
// Every stroke is a draft (drafts.js); what becomes of the mask is said by an action (acts.js).

const RADIUS = { least: 0.5, most: 30, step: 1.25, atFirst: 4 }; // tile pixels
const FRAGMENT = 12; // salt in pieces of fewer pixels is dropped
const SIDE = 300; // CSS pixels beside the picture
const AROUND_WIDTH = 222; // CSS pixels of the tiles around this one
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
    this.drafts = new Drafts(this);
    this.acts = new Acts(this);
    this.easel = new Easel(this, (place) => this.point(place));
    this.build();
    this.root.addEventListener("keyup", (event) => event.key === " " && this.pan(false));
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
    this.notice = element("div", { class: "notice" });
    this.facts = element("dl", { class: "facts" });
    this.readout = element("div", { class: "readout" }, "\u00a0");
    const history = element("div", { class: "turn" }, this.back, this.forth);
    const edits = element("div", { class: "edits" }, this.steps, this.thresholdRow, this.copies);
    this.around = new Neighbourhood((id) => this.trigger("near", id));
    this.side = element("div", { class: "side" }, this.acts.buttons, this.acts.told, this.drafts.kept, this.facts, edits, this.around.root);
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
    if (this.acts.waitsFor(data.outbox)) return this.drafts.acknowledge(data.outbox);
    const { ahead: known } = this;
    this.ahead = null;
    this.acts.settle(data);
    if (!this.goesOn(data.work)) {
      const ready = await this.prepared(data.work, known);
      if (this.data !== data) return; // a newer tile has come meanwhile
      this.enter(ready);
    }
    this.work = data.work;
    this.drafts.acknowledge(data.outbox);
    this.refresh();
    const ahead = data.ahead && (await this.prepared(data.ahead, known));
    if (this.data !== data) return;
    this.ahead = ahead;
    this.acts.goOn();
  }

  /** The server is another one: what the one before was told is not for it, but the drawing is. */
  beginAgain() {
    this.outbox.drop(() => true);
    if (this.drawing) this.drafts.sendAgain();
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
    this.around.show(around);
    this.easel.way = null;
    this.easel.enter(tile);
    this.drawing = drawing ?? new Drawing(`${this.data.place}/${work.tile.id}`, Mask.fromCode(work.mask, tile.shape), work.base);
    const restored = drawing ? null : this.drawing.restore(work.draft);
    this.drafts.begin(work.draft);
    if (restored) this.say(`Your drawing of ${clock(restored.stroke)} is back; it is not saved yet.`, ["Discard it", () => this.discard()]);
    else this.say("");
    this.thresholdRow.hidden = !tile.chance;
    this.copies.hidden = !work.sources.length;
    this.copies.replaceChildren(element("option", { value: "" }, "copy from … (V)"), ...work.sources.map(({ words }, i) => element("option", { value: i }, words)));
  }

  /** Show all that belongs to the tile; from now on it can be judged. */
  refresh() {
    this.showPosition(this.work);
    this.showFacts();
    this.acts.show();
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
    this.drafts.send();
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
    this.acts.act(conflict.action);
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
    this.drafts.rest();
    this.acts.leave();
  }

  ownKeys() {
    const { actions } = this.data;
    const zoom = (factor) => () => this.easel.zoom(factor);
    const tools = Object.fromEntries(TOOLS.map((tool) => [tool.key, () => this.take(tool)]));
    const edits = Object.fromEntries(this.wholeEdits().slice(0, 4).map(([, key, act]) => [key.toLowerCase(), act]));
    const [all, none] = this.wholeEdits().slice(4).map(([, , act]) => act);
    return [
      ...actions.map(({ name, label, key }) => [keyWords(key), label.toLowerCase(), { [key]: (event) => event.repeat || this.acts.act(name) }]),
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

function clock(time) {
  return new Date(time).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}

export default mountedAs(MaskEditor);
