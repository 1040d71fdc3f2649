// A section as one picture: move and zoom, masks and flags over it, tiles to pick, seams to break.

const BELOW = 150; // CSS pixels that a page needs below the picture: the foot, and the first sections of a list
const LEAST = 260; // height of the picture, CSS pixels, however low the window
const SHARE = 0.55; // of the height that is there, taken by a picture that is flatter
const BORDERS = 84; // CSS pixels of a tile from which on its border is drawn, its id, and its seams can be pointed at
const IDS = 110;
const REACH = 5; // CSS pixels around a seam
const CLICK = 4; // CSS pixels that a hand may move in a click
const REST = 180; // ms without a move until a sharper picture is asked for
const [KNOWN_LABEL, KNOWN_PREDICTION, OUTSIDE, FLAGGED, KNOWN_CORRECTION] = [1, 2, 4, 8, 16];

class SectionView extends Board {
  constructor(root, data) {
    super(root, data, "Section");
    this.outbox = Outbox.of(data.outbox, this);
    this.camera = new Camera();
    this.picked = -1;
    this.look.flags ??= true;
    this.build();
  }

  build() {
    this.canvas = element("canvas");
    this.card = element("div", { class: "card" });
    this.card.hidden = true;
    this.hover = element("span", { class: "hover", role: "status" });
    this.words = element("span");
    this.open = button("Open  ⏎", "See this tile in full  Enter", () => this.openPicked());
    this.chosen = element("span", { class: "picked" }, this.words, this.open);
    this.flags = button("", "F: on or off", () => this.toggleFlags(), { class: "chip" });
    this.flags.append(element("i", { class: "swatch", style: `--swatch: ${FLAG}` }), element("span", {}, "waits for review"), element("kbd", {}, "F"));
    const zoom = element("span", { class: "turn" });
    zoom.append(button("−", "Zoom out  −", () => this.zoom(1 / 1.5)), button("+", "Zoom in  +", () => this.zoom(1.5)), this.help);
    this.before.title += "  [";
    this.after.title += "  ]";
    this.stage = element("div", { class: "stage" }, this.canvas, this.card);
    const bar = this.barOf([], [this.turner, zoom]);
    bar.querySelector(".legend").append(this.flags);
    this.root.replaceChildren(bar, this.sheet, this.stage, element("div", { class: "foot" }, this.hover, this.chosen));
    this.canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    this.canvas.addEventListener("dblclick", (event) => this.zoom(this.camera.isWhole ? 4 : 0, event));
    this.canvas.addEventListener("pointerdown", (event) => this.grab(event));
    this.canvas.addEventListener("pointermove", (event) => this.point(event));
    this.canvas.addEventListener("pointerup", (event) => this.release(event));
    this.canvas.addEventListener("pointerleave", () => this.leave());
  }

  remove() {
    super.remove();
    this.outbox.leave(this);
    clearTimeout(this.resting);
  }

  async update(data) {
    const before = this.data;
    this.data = data;
    this.outbox.update(data.outbox);
    const [whole, detail] = await Promise.all([this.layer(data.whole, data), this.layer(data.detail, data)]);
    if (this.data !== data) return; // a newer section has come meanwhile
    Object.assign(this, { whole, detail });
    if (!before || String(before.ids) !== String(data.ids) || before.pairs.length !== data.pairs.length) this.enter(data);
    if (before?.section !== data.section) this.camera.scale = 0; // all in sight again
    this.showPosition(data);
    this.arrange();
    if (this.focus !== data.focus || before?.section !== data.section) this.pickFocus(data);
    this.root.dataset.ready = data.section; // for those who wait for the section
    this.root.dataset.detail = detail ? detail.source.window.join(" ") : "";
  }

  async layer(source, { shape }) {
    if (!source) return null;
    return [this.whole, this.detail].find((one) => one?.same(source)) ?? new Layer(source, shape).load();
  }

  /** Tiles that were not here before. */
  enter({ ids, places, pairs, shape, grid }) {
    const [rows, columns] = grid;
    const id = ids[this.picked];
    this.tileAt = new Int32Array(rows * columns).fill(-1);
    places.forEach(([row, column], tile) => (this.tileAt[row * columns + column] = tile));
    this.seams = new Seams(pairs, places, shape);
    const cells = [...this.tileAt.keys()].filter((cell) => this.tileAt[cell] < 0);
    this.missing = cells.map((cell) => this.box(Math.floor(cell / columns), cell % columns));
    this.picked = id === undefined ? -1 : ids.indexOf(id);
    this.pointed = -1;
    this.closeCard();
  }

  pickFocus({ ids, focus }) {
    this.focus = focus;
    this.picked = ids.indexOf(focus);
    if (this.picked >= 0 && !this.camera.isWhole) this.bringIntoSight(this.picked);
    this.showPicked();
    this.redraw();
  }

  arrange() {
    if (!this.width || !this.whole) return;
    const { grid, shape, states } = this.data;
    const world = { width: grid[1] * shape[1], height: grid[0] * shape[0] };
    this.top ??= this.stage.getBoundingClientRect().top;
    const high = Math.max(window.innerHeight - this.top - BELOW, LEAST);
    const height = Math.min(high, Math.max((this.width * world.height) / world.width, SHARE * high));
    fitCanvas(this.canvas, Math.floor(this.width), Math.floor(height));
    this.camera.fit(Math.floor(this.width), Math.floor(height), world);
    const any = (bit) => states.some((state) => state & bit);
    const [label, prediction] = [any(KNOWN_LABEL), any(KNOWN_PREDICTION)];
    showLook(this.root, this.look, { label, prediction, difference: label && prediction, corrected: any(KNOWN_CORRECTION) });
    this.flags.hidden = !any(FLAGGED);
    this.flags.setAttribute("aria-pressed", this.look.flags);
    this.showPicked();
    this.redraw();
  }

  /** Draw at the next frame, however often it is asked for. */
  redraw() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      if (this.whole && this.camera.scale) new SectionDrawing(this).draw();
    });
    clearTimeout(this.resting);
    this.resting = setTimeout(() => this.sharpen(), REST);
  }

  /** Ask for a sharper picture of what is in sight, with as much again around it, if there can be one. */
  sharpen() {
    const { whole, detail, camera, data } = this;
    if (!whole || whole.unit <= 1 || camera.scale * window.devicePixelRatio * whole.unit < 1.2) return;
    const part = camera.visible(whole.box);
    if (!part || (detail?.covers(part) && (detail.unit <= 1 || camera.scale * window.devicePixelRatio * detail.unit < 1.2))) return;
    const [height, width] = data.shape;
    const [rows, columns] = [part.height / height / 2, part.width / width / 2];
    const [top, left] = [Math.floor(part.y / height - rows), Math.floor(part.x / width - columns)];
    const [bottom, right] = [Math.ceil((part.y + part.height) / height + rows), Math.ceil((part.x + part.width) / width + columns)];
    const wanted = [Math.max(top, 0), Math.max(left, 0), Math.min(bottom, data.grid[0]), Math.min(right, data.grid[1])];
    if (String(wanted) === String(this.wanted)) return;
    this.wanted = wanted;
    this.trigger("window", wanted);
  }

  ownKeys() {
    const zoom = (factor) => () => this.zoom(factor);
    const step = (down, across) => () => this.step(down, across);
    return [
      ["← → ↑ ↓", "pick the next tile that way", { ArrowLeft: step(0, -1), ArrowRight: step(0, 1), ArrowUp: step(-1, 0), ArrowDown: step(1, 0) }],
      ["Enter", "open the picked tile", { Enter: () => this.openPicked() }],
      ["+ − 0", "zoom in, out, all (also wheel and double click; drag to move)", { "+": zoom(1.5), "=": zoom(1.5), "-": zoom(1 / 1.5), 0: zoom(0) }],
      ["[  ]", "section before, section after", { "[": () => this.turn(-1), "]": () => this.turn(1) }],
      ["F", "flags on or off", { f: () => this.toggleFlags() }],
      ["Shift click", "the link between the picked tile and this one", {}],
      ["X", "break the link that is shown", { x: () => this.breakLink() }],
    ];
  }

  escape() {
    if (!this.card.hidden) this.closeCard();
    else if (this.picked >= 0) this.pick(-1);
    else this.zoom(0);
  }

  toggleFlags() {
    this.look.flags = !this.look.flags;
    this.arrange();
  }

  /** Zoom by a factor (0: all) about where an event was, or the pointer, or the middle. */
  zoom(factor, event = this.pointer) {
    const area = this.canvas.getBoundingClientRect();
    if (!factor) this.camera.showAll();
    else if (event) this.camera.zoom(factor, event.clientX - area.left, event.clientY - area.top);
    else this.camera.zoom(factor);
    this.moved();
  }

  moved() {
    this.canvas.classList.toggle("zoomed", !this.camera.isWhole);
    this.placeCard();
    this.redraw();
  }

  wheel(event) {
    if (event.deltaY > 0 && this.camera.isWhole) return; // let the page scroll
    event.preventDefault();
    this.zoom(Math.exp(-event.deltaY / 300), event);
  }

  grab(event) {
    if (event.button) return;
    this.grabbed = { x: event.clientX, y: event.clientY, far: false };
    this.canvas.setPointerCapture(event.pointerId);
  }

  point(event) {
    this.pointer = { clientX: event.clientX, clientY: event.clientY };
    if (this.grabbed) return this.drag(event);
    const { tile, seam } = this.under(event);
    if (tile === this.pointed && seam === this.pointedSeam) return;
    Object.assign(this, { pointed: tile, pointedSeam: seam });
    this.canvas.classList.toggle("seam", Boolean(seam));
    this.hover.replaceChildren(...(seam ? this.linkInWords(seam) : this.tileInWords(tile)));
    this.redraw();
  }

  drag({ clientX, clientY }) {
    const { x, y, far } = this.grabbed;
    if (!far && Math.hypot(clientX - x, clientY - y) < CLICK) return;
    this.grabbed = { x: clientX, y: clientY, far: true };
    this.canvas.classList.add("grabbed");
    this.camera.move(clientX - x, clientY - y);
    this.moved();
  }

  release(event) {
    const clicked = this.grabbed && !this.grabbed.far;
    this.grabbed = null;
    this.canvas.classList.remove("grabbed");
    if (clicked) this.click(event);
  }

  leave() {
    if (this.grabbed) return;
    Object.assign(this, { pointer: null, pointed: -1, pointedSeam: null });
    this.hover.replaceChildren();
    this.redraw();
  }

  /** The tile under a place on the screen, −1 for none, and the seam there where one can be pointed at. */
  under({ clientX, clientY }) {
    const area = this.canvas.getBoundingClientRect();
    const place = this.camera.at(clientX - area.left, clientY - area.top);
    const { grid, shape } = this.data;
    const [row, column] = [Math.floor(place.y / shape[0]), Math.floor(place.x / shape[1])];
    const inside = row >= 0 && column >= 0 && row < grid[0] && column < grid[1];
    const tile = inside ? this.tileAt[row * grid[1] + column] : -1;
    const close = this.camera.scale * shape[1] >= BORDERS;
    return { tile, seam: close ? this.seams.near(tile, place, REACH / this.camera.scale) : null };
  }

  click(event) {
    const { tile, seam } = this.under(event);
    const between = event.shiftKey && this.picked >= 0 ? this.seams.between(this.picked, tile) : null;
    if (between ?? seam) this.showLink(between ?? seam);
    else this.pick(tile);
  }

  pick(tile) {
    this.closeCard();
    if (tile === this.picked) return;
    this.picked = tile;
    this.focus = this.data.focus;
    this.showPicked();
    this.redraw();
    this.trigger("pick", this.data.ids[tile] ?? "");
  }

  step(down, across) {
    const { places, grid } = this.data;
    if (this.picked < 0) return this.pick(0);
    const [row, column] = [places[this.picked][0] + down, places[this.picked][1] + across];
    const tile = row >= 0 && column >= 0 && row < grid[0] && column < grid[1] ? this.tileAt[row * grid[1] + column] : -1;
    if (tile < 0) return;
    this.pick(tile);
    this.bringIntoSight(tile);
  }

  openPicked() {
    const id = this.data.ids[this.picked];
    if (id) this.trigger("open", id);
  }

  bringIntoSight(tile) {
    const box = this.box(...this.data.places[tile]);
    const part = this.camera.visible(box);
    if (part && part.width > box.width * 0.99 && part.height > box.height * 0.99) return;
    this.camera.centre(box.x + box.width / 2, box.y + box.height / 2);
    this.moved();
  }

  showPicked() {
    this.chosen.hidden = this.picked < 0;
    if (this.picked >= 0) this.words.replaceChildren(...this.tileInWords(this.picked));
  }

  tileInWords(tile) {
    if (tile < 0) return [];
    const { ids, places, words, states } = this.data;
    const parts = [words[tile], `row ${places[tile][0] + 1}, column ${places[tile][1] + 1}`];
    if (!(states[tile] & KNOWN_LABEL)) parts.push("no label");
    if (states[tile] & KNOWN_CORRECTION) parts.push("corrected mask");
    if (states[tile] & OUTSIDE) parts.push("outside the filter");
    if (states[tile] & FLAGGED) parts.push("waits for review");
    return [element("b", {}, ids[tile]), ` · ${parts.filter(Boolean).join(" · ")}`];
  }

  linkInWords(seam) {
    const { ids } = this.data;
    return [element("b", {}, ids[seam.first]), seam.where === "right" ? " | " : " over ", element("b", {}, ids[seam.second]), ` · ${seamInWords(seam)}`];
  }

  showLink(seam) {
    this.seam = seam;
    this.parted = [this.data.ids[seam.first], this.data.ids[seam.second], seam.where];
    this.place = this.data.outbox.place;
    const words = element("p", {}, ...this.linkInWords(seam).slice(0, 3), element("small", {}, seamInWords(seam)));
    this.card.replaceChildren(words, button("Break this link  X", "These two tiles do not touch  X", () => this.breakLink()), button("Leave it", "Esc", () => this.closeCard()));
    this.card.hidden = false;
    this.placeCard();
    this.redraw();
  }

  placeCard() {
    if (this.card.hidden) return;
    const [left, top, right, bottom] = this.seam.line;
    const { x, y, scale, width, height } = this.camera;
    const half = this.card.offsetWidth / 2;
    this.card.style.left = `${Math.min(Math.max(((left + right) / 2 - x) * scale, half), width - half)}px`;
    this.card.style.top = `${Math.min(Math.max(((top + bottom) / 2 - y) * scale, 0), height - this.card.offsetHeight - 12)}px`;
  }

  closeCard() {
    this.seam = null;
    this.card.hidden = true;
    this.redraw();
  }

  breakLink() {
    if (!this.seam) return;
    this.closeCard();
    this.outbox.send("break", this.parted, this.place);
  }

  /** Where the tile at a row and column lies in the world. */
  box(row, column) {
    const [height, width] = this.data.shape;
    return { x: column * width, y: row * height, width, height };
  }
}

export default mountedAs(SectionView);
