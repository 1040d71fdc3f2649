// A page of tiles as thumbnails. Everything but turning the page happens here, at once.
// Needs tile_canvas.js, tile_look.js and cell.js in front of it.

const GAP = { row: 10, stacked: 16 }; // CSS pixels
const SIZES = [64, 80, 101, 128, 160, 202, 303]; // smallest width of a picture, CSS pixels
const CAPTION = 40; // CSS pixels below a picture
const SELECTION_DELAY = 150; // ms without another pick until Python hears of it
const GALLERY_KEYS = [
  ["← → ↑ ↓", "move from tile to tile"],
  ["Enter", "open the tile"],
  ["Space", "pick the tile, or put it back"],
  ["Shift click", "pick all tiles up to here"],
  ["Esc", "pick none"],
  ["[  ]", "page before, page after (also PageUp, PageDown)"],
  ["−  +", "smaller or larger"],
];

const galleries = new WeakMap();

export default function (component) {
  const { parentElement, data, setTriggerValue, setStateValue } = component;
  if (!galleries.has(parentElement)) galleries.set(parentElement, new Gallery(parentElement, data));
  const gallery = galleries.get(parentElement);
  gallery.trigger = setTriggerValue;
  gallery.state = setStateValue;
  gallery.update(data);
  return () => {
    gallery.remove();
    galleries.delete(parentElement);
  };
}

class Gallery {
  constructor(parent, data) {
    this.tiles = [];
    this.cells = [];
    this.current = -1; // the tile that the keys are at
    this.picked = new Set();
    this.picks = 0; // counts changes, so that an answer to an older one is known as such
    this.look = new Look(data.name, data.view, () => this.arrange());
    this.look.size ??= data.size;
    this.root = parent.querySelector(".saltscope");
    this.build();
    this.width = 0;
    this.resizing = new ResizeObserver(([entry]) => {
      if (Math.abs(entry.contentRect.width - this.width) < 1) return;
      this.width = entry.contentRect.width;
      this.arrange();
    });
    this.resizing.observe(this.root);
  }

  build() {
    this.grid = element("div", { class: "grid", role: "listbox", "aria-multiselectable": "true", "aria-label": "Tiles" });
    this.position = element("span", { class: "position", role: "status" });
    this.before = button("‹", "Page before  [", () => this.turn(-1), { "aria-label": "Page before" });
    this.after = button("›", "Page after  ]", () => this.turn(1), { "aria-label": "Page after" });
    this.sheet = keySheet([...GALLERY_KEYS, ...LOOK_KEYS]);
    const bar = element("div", { class: "bar" }, ...lookControls(this.look), element("span", { class: "spacer" }));
    this.zoom = element("span", { class: "turn zoom" });
    this.zoom.append(button("−", "Smaller  −", () => this.resize(-1)), button("+", "Larger  +", () => this.resize(1)));
    this.turner = element("span", { class: "turn" }, this.before, this.position, this.after);
    this.pickedWords = element("span");
    this.act = button("", "Do this with the picked tiles", () => this.askForAction(), { class: "act" });
    bar.append(element("span", { class: "picks" }, this.pickedWords, this.act), this.zoom, this.turner, button("?", "Keys", () => this.toggleSheet(), { class: "help" }));
    this.root.replaceChildren(bar, this.sheet, this.grid);
    this.root.addEventListener("keydown", (event) => this.keyDown(event));
    this.root.addEventListener("keyup", (event) => event.key.toLowerCase() === "h" && this.look.hide(false));
    this.root.addEventListener("blur", () => this.look.hide(false));
    this.grid.addEventListener("click", (event) => this.click(event));
    focusOnEnter(this.root);
  }

  remove() {
    this.resizing.disconnect();
    clearTimeout(this.pickTimer);
  }

  /** Take over what Python sends. Tiles that were here before are neither decoded nor traced again. */
  async update(data) {
    const before = this.data;
    this.data = data;
    this.adoptSelection(data);
    const known = new Map(this.tiles.map((tile) => [tile.source.id, tile]));
    const wanted = data.tiles.map((source) => {
      const tile = known.get(source.id);
      return tile && sameSource(tile.source, source) ? tile : new Tile(source);
    });
    await Promise.all(wanted.map((tile) => tile.picture ?? tile.load()));
    if (this.data !== data) return; // a newer page has come meanwhile
    const turned = !before || before.tiles[0]?.id !== data.tiles[0]?.id;
    this.tiles = wanted;
    if (turned) this.enterPage(data, !before);
    this.position.textContent = data.position;
    this.turner.hidden = !data.position;
    this.act.textContent = data.action;
    this.zoom.hidden = Boolean(data.columns);
    this.before.disabled = !data.previous;
    this.after.disabled = !data.next;
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

  /** Lay out the cells for the width that is there and draw everything. */
  arrange() {
    if (!this.width || !this.data) return;
    const { columns: most, stacked } = this.data;
    const shape = this.tiles[0]?.shape ?? [1, 1];
    const panels = VIEWS[this.look.view];
    const beside = stacked ? 1 : panels.length;
    const gap = stacked ? GAP.stacked : GAP.row;
    const wanted = Math.min(this.width, this.look.size * beside + 3 * (beside - 1));
    const fitting = Math.max(1, Math.floor((this.width + gap) / (wanted + gap)));
    const columns = most ? Math.min(most, fitting) : fitting;
    const room = ((this.width - gap * (columns - 1)) / columns - 3 * (beside - 1)) / beside;
    const panel = wholeScale(stacked ? Math.min(room, this.stackRoom(panels.length, shape)) : room, shape[1]);
    this.columns = columns;
    this.grid.style.gap = `${gap}px`;
    this.grid.style.gridTemplateColumns = `repeat(${columns}, ${panel * beside + 3 * (beside - 1)}px)`;
    this.grid.classList.toggle("stacked", stacked);
    while (this.cells.length < this.tiles.length) this.cells.push(new Cell(this.cells.length));
    this.cells.length = this.tiles.length;
    this.grid.replaceChildren(...this.cells.map((one) => one.root));
    this.cells.forEach((one, i) => one.draw(this.tiles[i], panels, panel, Math.round((panel * shape[0]) / shape[1]), this.look));
    const there = { label: this.tiles.some((tile) => tile.label), prediction: this.tiles.some((tile) => tile.prediction) };
    showLook(this.root, this.look, { ...there, difference: this.tiles.some((tile) => tile.label && tile.prediction) });
    this.mark();
  }

  /** The width at which panels one below the other are in sight together. */
  stackRoom(panels, [height, width]) {
    this.top ??= this.grid.getBoundingClientRect().top;
    return Math.max(101, ((window.innerHeight - this.top - CAPTION) / panels - 3) * (width / height));
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

  keyDown(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("button") && event.key === "Enter") return;
    const moves = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -this.columns, ArrowDown: this.columns };
    const actions = {
      Enter: () => this.open(this.current),
      " ": () => this.pick(this.current),
      Escape: () => this.escape(),
      PageUp: () => this.turn(-1),
      "[": () => this.turn(-1),
      PageDown: () => this.turn(1),
      "]": () => this.turn(1),
      Home: () => this.moveTo(0),
      End: () => this.moveTo(this.tiles.length - 1),
      "+": () => this.resize(1),
      "-": () => this.resize(-1),
      "?": () => this.toggleSheet(),
    };
    if (event.key in moves) this.move(moves[event.key]);
    else if (event.key in actions) actions[event.key]();
    else if (!this.look.key(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  move(by) {
    if (this.current < 0) return this.moveTo(0);
    const target = this.current + by;
    if (Math.abs(by) === 1 && target < 0) return this.turn(-1);
    if (Math.abs(by) === 1 && target >= this.tiles.length) return this.turn(1);
    if (target >= 0 && target < this.tiles.length) this.moveTo(target);
  }

  moveTo(index) {
    this.current = index;
    this.mark();
    this.cells[index]?.root.scrollIntoView({ block: "nearest" });
  }

  open(index) {
    if (!this.tiles[index]) return;
    this.current = index;
    this.mark();
    this.trigger("open", this.tiles[index].source.id);
  }

  turn(by) {
    if (!(by < 0 ? this.data.previous : this.data.next)) return;
    this.direction = by;
    this.trigger("turn", by);
  }

  resize(by) {
    const at = SIZES.findIndex((size) => size >= this.look.size);
    const next = SIZES[Math.max(0, Math.min(SIZES.length - 1, at + by))];
    this.look.set({ size: next });
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

  pickUpTo(index) {
    const from = this.anchor ?? Math.max(this.current, 0);
    for (let i = Math.min(from, index); i <= Math.max(from, index); i++) this.picked.add(this.tiles[i].source.id);
    this.current = index;
    this.tellSelection();
  }

  escape() {
    if (!this.sheet.hidden) return this.toggleSheet();
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
    clearTimeout(this.pickTimer);
    this.sendSelection(); // Python must not act on an older one
    this.trigger("act", true);
  }

  toggleSheet() {
    this.sheet.hidden = !this.sheet.hidden;
  }
}
