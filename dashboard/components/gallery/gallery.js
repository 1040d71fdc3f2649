// A page of tiles as thumbnails. Everything but turning the page happens here, at once.

const GAP = { row: 10, stacked: 16, panels: 3 }; // CSS pixels
const SIZES = [64, 80, 101, 128, 160, 202, 303]; // smallest width of a picture, CSS pixels
const CAPTION = 40; // CSS pixels below a picture
const SELECTION_DELAY = 150; // ms without another pick until Python hears of it

class Gallery extends Board {
  constructor(root, data) {
    super(root, data, "Page");
    this.tiles = [];
    this.cells = [];
    this.current = -1; // the tile that the keys are at
    this.picked = new Set();
    this.picks = 0; // counts changes, so that an answer to an older one is known as such
    this.look.size ??= data.size;
    this.outbox = data.outbox && Outbox.of(data.outbox, this); // where the action lasts
    this.asked = null; // what it was asked for last, until that is answered
    this.build();
  }

  build() {
    this.grid = element("div", { class: "grid", role: "listbox", "aria-multiselectable": "true", "aria-label": "Tiles" });
    this.grid.addEventListener("click", (event) => this.click(event));
    const smaller = button("−", "Smaller  −", () => this.resize(-1));
    this.zoom = element("span", { class: "turn zoom" }, smaller, button("+", "Larger  +", () => this.resize(1)));
    this.pickedWords = element("span");
    this.act = button("", "Do this with the picked tiles", () => this.askForAction(), { class: "act" });
    const picks = element("span", { class: "picks" }, this.pickedWords, this.act);
    this.before.title += "  [";
    this.after.title += "  ]";
    this.root.replaceChildren(this.barOf([], [picks, this.zoom, this.turner, this.help]), this.grid);
  }

  remove() {
    super.remove();
    clearTimeout(this.pickTimer);
    this.outbox?.leave(this);
  }

  /** Take over what Python sends. Tiles that were here before are neither decoded nor traced again. */
  async update(data) {
    const before = this.data;
    this.data = data;
    this.adoptSelection(data);
    if (this.outbox) this.settle(data.outbox);
    const known = new Map(this.tiles.map((tile) => [tile.source.id, tile]));
    const wanted = data.tiles.map((source) => {
      const tile = known.get(source.id);
      if (!tile || !sameSource(tile.source, source)) return new Tile(source);
      return Object.assign(tile, { source });
    });
    await Promise.all(wanted.map((tile) => tile.picture ?? tile.load()));
    if (this.data !== data) return; // a newer page has come meanwhile
    const turned = !before || before.tiles[0]?.id !== data.tiles[0]?.id;
    this.tiles = wanted;
    if (turned) this.enterPage(data, !before);
    this.showPosition(data);
    this.act.textContent = data.action;
    this.zoom.hidden = Boolean(data.columns);
    this.fill();
    this.arrange();
    if (turned) this.scroll(!before);
    this.root.dataset.ready = data.tiles.length; // for those who wait for the page
  }

  /** Where the keys are on a page that was not here before. */
  enterPage(data, appearing) {
    if (appearing) this.current = data.tiles.findIndex((tile) => tile.id === data.focus);
    else if (this.current >= 0) this.current = this.direction < 0 ? data.tiles.length - 1 : 0;
    this.anchor = null;
  }

  /** A gallery that appears shows the tile that the keys are at; a turned page shows its top. */
  scroll(appearing) {
    if (appearing) this.cells[this.current]?.root.scrollIntoView({ block: "nearest" });
    else if (this.root.getBoundingClientRect().top < 0) this.root.scrollIntoView({ block: "start" });
  }

  adoptSelection({ ids, picks }) {
    if (picks < this.picks) return;
    this.picks = picks;
    this.picked = new Set(ids);
  }

  /** A cell for each tile, with its caption. */
  fill() {
    const before = this.cells.length;
    while (this.cells.length < this.tiles.length) this.cells.push(new Cell(this.cells.length));
    this.cells.length = this.tiles.length;
    if (before !== this.cells.length) this.grid.replaceChildren(...this.cells.map((cell) => cell.root));
    this.cells.forEach((cell, i) => cell.fill(this.tiles[i].source));
    const some = (name) => this.tiles.some((tile) => tile[name]);
    const there = { label: some("label"), prediction: some("prediction"), corrected: some("corrected") };
    this.there = { ...there, difference: this.tiles.some((tile) => tile.label && tile.prediction) };
  }

  /** Lay out the cells for the width that is there and draw everything. */
  arrange() {
    if (!this.width || !this.cells.length) return;
    const panels = VIEWS[this.look.view];
    const [height, width] = this.tiles[0].shape;
    const wide = this.layOut(panels.length, [height, width]);
    const high = Math.round((wide * height) / width);
    this.cells.forEach((cell, i) => cell.draw(this.tiles[i], panels, wide, high, this.look));
    showLook(this.root, this.look, this.there);
    this.mark();
  }

  /** Set the grid's columns; the width of a panel in CSS pixels. */
  layOut(panels, shape) {
    const { columns: most, stacked } = this.data;
    const beside = stacked ? 1 : panels;
    const gap = stacked ? GAP.stacked : GAP.row;
    const between = GAP.panels * (beside - 1);
    const wanted = Math.min(this.width, this.look.size * beside + between);
    const fitting = Math.max(1, Math.floor((this.width + gap) / (wanted + gap)));
    this.columns = most ? Math.min(most, fitting) : fitting;
    const room = ((this.width - gap * (this.columns - 1)) / this.columns - between) / beside;
    const panel = wholeScale(stacked ? Math.min(room, this.stackRoom(panels, shape)) : room, shape[1]);
    this.grid.style.gap = `${gap}px`;
    this.grid.style.gridTemplateColumns = `repeat(${this.columns}, ${panel * beside + between}px)`;
    this.grid.classList.toggle("stacked", stacked);
    return panel;
  }

  /** The width at which panels one below the other are in sight together. */
  stackRoom(panels, [height, width]) {
    this.top ??= this.grid.getBoundingClientRect().top;
    return Math.max(101, ((window.innerHeight - this.top - CAPTION) / panels - GAP.panels) * (width / height));
  }

  /** Show which tile the keys are at and which are picked. */
  mark() {
    this.cells.forEach((cell, i) => cell.mark(i === this.current, this.picked.has(this.tiles[i].source.id)));
    this.grid.classList.toggle("picking", this.picked.size > 0);
    this.pickedWords.textContent = this.picked.size ? `${this.picked.size} picked` : "";
    this.act.hidden = !this.picked.size || !this.data.action;
    const cell = this.cells[this.current];
    if (cell) this.root.setAttribute("aria-activedescendant", cell.root.id);
  }

  ownKeys() {
    const move = (by) => (event) => this.move(by, event.shiftKey);
    const [before, after] = [() => this.turn(-1), () => this.turn(1)];
    const ends = { Home: () => this.moveTo(0), End: () => this.moveTo(this.tiles.length - 1) };
    const arrows = { ArrowLeft: move(-1), ArrowRight: move(1), ArrowUp: move(-this.columns), ArrowDown: move(this.columns) };
    return [
      ["← → ↑ ↓", "move from tile to tile", { ...arrows, ...ends }],
      ["Enter", "open the tile", { Enter: () => this.open(this.current) }],
      ["Space", "pick the tile, or put it back", { " ": () => this.pick(this.current) }],
      ["Shift ←", "pick all tiles on the way (also Shift click)", {}],
      ["[  ]", "page before, page after (also PageUp, PageDown)", { "[": before, PageUp: before, "]": after, PageDown: after }],
      ["−  +", "smaller or larger", { "-": () => this.resize(-1), "+": () => this.resize(1) }],
    ];
  }

  move(by, picking) {
    if (this.current < 0) return this.moveTo(0);
    const target = this.current + by;
    if (target >= 0 && target < this.tiles.length) return picking ? this.pickUpTo(target) : this.moveTo(target);
    if (Math.abs(by) === 1) this.turn(by);
  }

  moveTo(index) {
    this.current = index;
    this.anchor = null;
    this.mark();
    this.cells[index]?.root.scrollIntoView({ block: "nearest" });
  }

  open(index) {
    if (!this.tiles[index]) return;
    this.current = index;
    this.mark();
    this.trigger("open", this.tiles[index].source.id);
  }

  resize(by) {
    const at = SIZES.findIndex((size) => size >= this.look.size);
    this.look.set({ size: SIZES[Math.max(0, Math.min(SIZES.length - 1, at + by))] });
  }

  click(event) {
    const index = this.cells.findIndex((cell) => cell.root.contains(event.target));
    if (index < 0) return;
    if (event.shiftKey) this.pickUpTo(index);
    else if (event.ctrlKey || event.metaKey || event.target.closest(".tick")) this.pick(index);
    else this.open(index);
  }

  pick(index) {
    const id = this.tiles[index]?.source.id;
    if (!id) return;
    if (!this.picked.delete(id)) this.picked.add(id);
    this.current = this.anchor = index;
    this.tellSelection();
  }

  /** Pick all from the tile that was picked last, or that the keys are at. */
  pickUpTo(index) {
    this.anchor ??= Math.max(this.current, 0);
    const [from, to] = [Math.min(this.anchor, index), Math.max(this.anchor, index)];
    for (const tile of this.tiles.slice(from, to + 1)) this.picked.add(tile.source.id);
    this.current = index;
    this.cells[index].root.scrollIntoView({ block: "nearest" });
    this.tellSelection();
  }

  escape() {
    if (!this.picked.size) return;
    this.picked.clear();
    this.tellSelection();
  }

  tellSelection() {
    this.picks += 1;
    this.mark();
    clearTimeout(this.pickTimer);
    this.pickTimer = setTimeout(() => this.sendSelection(), SELECTION_DELAY);
  }

  sendSelection() {
    this.state("selected", { ids: [...this.picked], picks: this.picks });
  }

  askForAction() {
    if (this.outbox) return this.actOnce();
    clearTimeout(this.pickTimer);
    this.sendSelection(); // Python must not act on an older one
    this.trigger("act", true);
  }

  /** Have the action done with what is picked; a second click waits for the first one's answer. */
  actOnce() {
    const ids = [...this.picked];
    this.asked ??= { ids, number: this.outbox.send("act", ids) };
  }

  /** Put back what the action was done with. */
  settle(told) {
    this.outbox.update(told);
    if (!this.asked || told.arrived < this.asked.number) return;
    if (told.answers.act) {
      this.asked.ids.forEach((id) => this.picked.delete(id));
      this.tellSelection();
    }
    this.asked = null;
  }
}

export default mountedAs(Gallery);
