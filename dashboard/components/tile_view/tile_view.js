// One tile, large: overlays, zoom to the pixel, what lies under the pointer, its run-length code.
// Needs tile_canvas.js, tile_look.js and run_code.js in front of it.

const SIDE = { facts: 250, code: 340 }; // width of what stands beside the picture, CSS pixels
const NARROW = 640; // below this width it stands under the picture
const BELOW = 44; // CSS pixels that a page needs below the picture
const LEAST = 200; // height of the pictures, CSS pixels, however low the window
const GUTTER = 6; // between panels, CSS pixels
const FEWEST = 8; // tile pixels across at the largest zoom
const VIEW_KEYS = [
  ["← →", "tile before, tile after"],
  ["Esc", "back"],
  ["+ − 0", "zoom in, out, all (also wheel and double click; drag to move)"],
  [",  .", "run before, run after"],
];

const views = new WeakMap();

export default function (component) {
  const { parentElement, data, setTriggerValue } = component;
  if (!views.has(parentElement)) views.set(parentElement, new TileView(parentElement, data));
  const view = views.get(parentElement);
  view.trigger = setTriggerValue;
  view.update(data);
  return () => {
    view.resizing.disconnect();
    views.delete(parentElement);
  };
}

class TileView {
  constructor(parent, data) {
    this.look = new Look(data.name, data.view, () => this.arrange());
    this.root = parent.querySelector(".saltscope");
    this.code = new RunCode((run) => this.light(run));
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
    this.back = button("", "Back  Esc", () => this.close(), { class: "back" });
    this.position = element("span", { class: "position", role: "status" });
    this.before = button("‹", "Tile before  ←", () => this.turn(-1), { "aria-label": "Tile before" });
    this.after = button("›", "Tile after  →", () => this.turn(1), { "aria-label": "Tile after" });
    this.turner = element("span", { class: "turn" }, this.before, this.position, this.after);
    const zoom = element("span", { class: "turn" });
    zoom.append(button("−", "Zoom out  −", () => this.zoom(1 / 1.5)), button("+", "Zoom in  +", () => this.zoom(1.5)));
    this.sheet = keySheet([...VIEW_KEYS, ...LOOK_KEYS]);
    const help = button("?", "Keys", () => (this.sheet.hidden = !this.sheet.hidden));
    const bar = element("div", { class: "bar" }, this.back, ...lookControls(this.look));
    zoom.append(help);
    bar.append(element("span", { class: "spacer" }), this.turner, zoom);
    this.panels = element("div", { class: "pictures" });
    this.readout = element("div", { class: "readout" }, "\u00a0");
    this.facts = element("dl", { class: "facts" });
    this.side = element("div", { class: "side" }, this.facts, this.code.root);
    this.stage = element("div", { class: "stage" }, element("div", { class: "left" }, this.panels, this.readout), this.side);
    this.root.replaceChildren(bar, this.sheet, this.stage);
    this.listen();
  }

  listen() {
    this.root.addEventListener("keydown", (event) => this.keyDown(event));
    this.root.addEventListener("keyup", (event) => event.key.toLowerCase() === "h" && this.look.hide(false));
    this.root.addEventListener("blur", () => this.look.hide(false));
    this.panels.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    this.panels.addEventListener("dblclick", (event) => this.zoom(this.box.width < this.tile.shape[1] ? 0 : 3, this.under(event)));
    this.panels.addEventListener("pointerdown", (event) => this.grab(event));
    this.panels.addEventListener("pointermove", (event) => this.point(event));
    this.panels.addEventListener("pointerleave", () => this.leave());
    focusOnEnter(this.root);
  }

  async update(data) {
    const same = this.tile && this.tile.source.id === data.tile.id && sameSource(this.tile.source, data.tile);
    this.data = data;
    const tile = same ? this.tile : await new Tile(data.tile).load();
    if (this.data !== data) return; // a newer tile has come meanwhile
    this.tile = tile;
    if (!same) this.enterTile();
    this.back.textContent = data.close ? `← ${data.close}` : "";
    this.back.hidden = !data.close;
    this.position.textContent = data.position;
    this.turner.hidden = !data.position;
    this.before.disabled = !data.previous;
    this.after.disabled = !data.next;
    this.facts.replaceChildren(...data.facts.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]));
    this.arrange();
    this.root.dataset.ready = data.tile.id; // for those who wait for the tile
  }

  enterTile() {
    this.box = this.whole();
    this.highlight = null;
    const name = this.tile.label || !this.tile.prediction ? "label" : "prediction";
    this.code.show(this.tile[name], name);
    this.say("\u00a0");
  }

  whole() {
    const [height, width] = this.tile.shape;
    return { x: 0, y: 0, width, height };
  }

  /** Lay out the panels for the width that is there and draw them. */
  arrange() {
    if (!this.width || !this.tile) return;
    const { explain, facts } = this.data;
    const { shape } = this.tile;
    const beside = explain || facts.length > 0;
    const narrow = this.width < NARROW;
    this.stage.classList.toggle("narrow", narrow);
    this.side.hidden = !beside;
    this.code.root.hidden = !explain;
    this.shown = this.look.view === "all" && this.tile.chance ? [...VIEWS.all, "probability"] : VIEWS[this.look.view];
    const room = this.width - (beside && !narrow ? SIDE[explain ? "code" : "facts"] : 0);
    this.top ??= this.stage.getBoundingClientRect().top;
    const high = Math.max(window.innerHeight - this.top - BELOW, LEAST);
    const [size, columns] = largest(this.shown.length, room, high, shape);
    this.size = wholeScale(size, shape[1]);
    this.panels.style.gridTemplateColumns = `repeat(${columns}, ${this.size}px)`;
    while (this.panels.children.length > this.shown.length) this.panels.lastChild.remove();
    while (this.panels.children.length < this.shown.length) this.panels.append(newPanel());
    const there = { label: this.tile.label, prediction: this.tile.prediction };
    showLook(this.root, this.look, { ...there, difference: there.label && there.prediction });
    this.draw();
  }

  draw() {
    const height = Math.round((this.size * this.tile.shape[0]) / this.tile.shape[1]);
    this.shown.forEach((panel, i) => {
      const figure = this.panels.children[i];
      const canvas = figure.querySelector("canvas");
      fitCanvas(canvas, this.size, height);
      drawPanel(canvas, this.tile, panel, this.look, { box: this.box, highlight: this.highlight });
      this.drawNumbers(figure.querySelector("svg"), panel, height);
      figure.querySelector("figcaption").textContent = this.shown.length > 1 ? panel : "";
      figure.querySelector(".scale").hidden = panel !== "probability";
    });
  }

  drawNumbers(svg, panel, height) {
    const mask = this.code.mask;
    const wanted = this.data.explain && mask && panel === "overlay" && !this.look.hidden && !this.highlight;
    svg.setAttribute("viewBox", `0 0 ${this.size} ${height}`);
    svg.innerHTML = wanted ? numberedRuns(mask, this.box, this.size, height) : "";
  }

  light(run) {
    this.highlight = run < 0 ? null : Mask.ofRun(this.code.mask.runs[run], this.tile.shape);
    this.draw();
  }

  keyDown(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const actions = {
      ...(this.data.position && { ArrowLeft: () => this.turn(-1), ArrowRight: () => this.turn(1) }),
      ...(this.data.close && { Escape: () => this.close() }),
      ...(this.data.explain && { ",": () => this.code.step(-1), ".": () => this.code.step(1) }),
      "+": () => this.zoom(1.5),
      "-": () => this.zoom(1 / 1.5),
      0: () => this.zoom(0),
      "?": () => (this.sheet.hidden = !this.sheet.hidden),
    };
    if (event.key in actions) actions[event.key]();
    else if (!this.look.key(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  turn(by) {
    if (by < 0 ? this.data.previous : this.data.next) this.trigger("turn", by);
  }

  close() {
    if (!this.sheet.hidden) this.sheet.hidden = true;
    else this.trigger("close", true);
  }

  /** Zoom by a factor (0: show all) about a place in the tile, which stays where it is. */
  zoom(factor, at = null) {
    const [height, width] = this.tile.shape;
    const wide = factor ? Math.min(width, Math.max(FEWEST, this.box.width / factor)) : width;
    const about = at ?? this.pointed ?? { x: this.box.x + this.box.width / 2, y: this.box.y + this.box.height / 2 };
    const shrink = wide / this.box.width;
    const tall = (wide * height) / width;
    this.moveBox({ x: about.x - (about.x - this.box.x) * shrink, y: about.y - (about.y - this.box.y) * shrink, width: wide, height: tall });
  }

  moveBox(box) {
    const [height, width] = this.tile.shape;
    const within = (value, most) => Math.max(0, Math.min(most, value));
    this.box = { ...box, x: within(box.x, width - box.width), y: within(box.y, height - box.height) };
    this.panels.classList.toggle("zoomed", box.width < width);
    this.draw();
    if (this.pointer && !this.grabbed) this.point(this.pointer);
  }

  wheel(event) {
    if (event.deltaY > 0 && this.box.width >= this.tile.shape[1]) return; // let the page scroll
    event.preventDefault();
    this.zoom(Math.exp(-event.deltaY / 300), this.under(event));
  }

  /** The place in the tile under the pointer, or null beside a picture. */
  under(event) {
    const canvas = event.target.closest("figure")?.querySelector("canvas");
    if (!canvas) return null;
    const area = canvas.getBoundingClientRect();
    const x = this.box.x + ((event.clientX - area.left) / area.width) * this.box.width;
    const y = this.box.y + ((event.clientY - area.top) / area.height) * this.box.height;
    return { x, y };
  }

  grab(event) {
    if (this.box.width >= this.tile.shape[1] || event.button) return;
    this.grabbed = { x: event.clientX, y: event.clientY, box: this.box };
    this.panels.setPointerCapture(event.pointerId);
    this.panels.addEventListener("pointerup", () => (this.grabbed = null), { once: true });
  }

  point(event) {
    if (this.grabbed) {
      const perPixel = this.box.width / this.size;
      const { x, y, box } = this.grabbed;
      return this.moveBox({ ...box, x: box.x - (event.clientX - x) * perPixel, y: box.y - (event.clientY - y) * perPixel });
    }
    this.pointer = { target: event.target, clientX: event.clientX, clientY: event.clientY };
    this.pointed = this.under(event);
    if (!this.pointed) return this.leave();
    const [x, y] = [Math.floor(this.pointed.x), Math.floor(this.pointed.y)];
    const [height, width] = this.tile.shape;
    if (x < 0 || y < 0 || x >= width || y >= height) return this.leave();
    this.say(this.pixelInWords(x, y));
    if (this.data.explain && this.code.mask) this.code.chooseAt(x, y);
  }

  leave() {
    this.pointer = this.pointed = null;
    this.say("\u00a0");
    if (this.data?.explain) this.code.choose(-1);
  }

  say(words) {
    if (this.readout.textContent !== words) this.readout.textContent = words;
  }

  pixelInWords(x, y) {
    const { label, prediction, picture, chance } = this.tile;
    const [height, width] = this.tile.shape;
    const value = (map) => map.grey[Math.floor((y * map.height) / height) * map.width + Math.floor((x * map.width) / width)];
    const words = [`row ${y + 1}, column ${x + 1}`, `pixel ${(x * height + y + 1).toLocaleString("en")}`, `grey ${value(picture)}`];
    if (label) words.push(label.at(x, y) ? "salt in the label" : "no salt in the label");
    if (prediction) words.push(prediction.at(x, y) ? "salt predicted" : "no salt predicted");
    if (chance) words.push(`probability ${(value(chance) / 255).toFixed(2)}`);
    return words.join(" · ");
  }
}

/** [width of a panel, columns] that show so many panels largest in `width` × `height` CSS pixels. */
function largest(panels, width, height, shape) {
  const captions = panels > 1 ? 20 : 0;
  const choices = Array.from({ length: panels }, (_, i) => {
    const [columns, rows] = [i + 1, Math.ceil(panels / (i + 1))];
    const high = (height - (rows - 1) * GUTTER) / rows - captions;
    return [Math.min((width - GUTTER * i) / columns, (high * shape[1]) / shape[0]), columns];
  });
  return choices.reduce((best, choice) => (choice[0] > best[0] ? choice : best));
}

function newPanel() {
  const figure = element("figure", {}, element("canvas"));
  figure.append(document.createElementNS("http://www.w3.org/2000/svg", "svg"), element("figcaption"));
  figure.append(element("div", { class: "scale" }, "0", element("i"), "1"));
  return figure;
}
