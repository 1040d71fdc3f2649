// The panels of one large tile: zoom to the pixel, moving about, the place under the pointer.

const GUTTER = 6; // between panels, CSS pixels
const FEWEST = 8; // tile pixels across at the largest zoom

class Pictures {
  /** `pointed({ x, y } in tile pixels, or null)` is called when the pointer is elsewhere. */
  constructor(pointed) {
    this.pointed = pointed;
    this.root = element("div", { class: "pictures" });
    this.highlight = null; // a Mask to light up
    this.numbered = null; // a Mask whose runs get numbers
    this.root.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    this.root.addEventListener("dblclick", (event) => this.zoom(this.isWhole ? 3 : 0, this.under(event)));
    this.root.addEventListener("pointerdown", (event) => this.grab(event));
    this.root.addEventListener("pointermove", (event) => this.move(event));
    this.root.addEventListener("pointerleave", () => this.leave());
  }

  /** Begin with a tile that was not here before. */
  enter(tile) {
    this.tile = tile;
    this.highlight = null;
    const [height, width] = tile.shape;
    this.box = { x: 0, y: 0, width, height };
  }

  get isWhole() {
    return this.box.width >= this.tile.shape[1];
  }

  /** Show `panels` as large as `width` × `height` CSS pixels allow. */
  arrange(panels, look, width, height) {
    const { shape } = this.tile;
    const [size, columns] = largest(panels.length, width, height, shape);
    Object.assign(this, { shown: panels, look, size: wholeScale(size, shape[1]) });
    this.root.style.gridTemplateColumns = `repeat(${columns}, ${this.size}px)`;
    keepChildren(this.root, panels.length, newPanel);
    this.draw();
  }

  draw() {
    const height = Math.round((this.size * this.tile.shape[0]) / this.tile.shape[1]);
    this.root.classList.toggle("zoomed", !this.isWhole);
    this.shown.forEach((panel, i) => {
      const figure = this.root.children[i];
      const canvas = figure.querySelector("canvas");
      fitCanvas(canvas, this.size, height);
      drawPanel(canvas, this.tile, panel, this.look, { box: this.box, highlight: this.highlight, outlineOnly: this.outlineOnly });
      this.drawNumbers(figure.querySelector("svg"), panel, height);
      figure.querySelector("figcaption").textContent = this.shown.length > 1 ? panel : "";
      figure.querySelector(".scale").hidden = panel !== "probability";
    });
  }

  drawNumbers(svg, panel, height) {
    const wanted = this.numbered && panel === "overlay" && !this.look.hidden && !this.highlight;
    svg.setAttribute("viewBox", `0 0 ${this.size} ${height}`);
    svg.innerHTML = wanted ? numberedRuns(this.numbered, this.box, this.size, height) : "";
  }

  light(mask, outlineOnly) {
    this.highlight = mask;
    this.outlineOnly = outlineOnly;
    this.draw();
  }

  /** Zoom by a factor (0: show all) about a place in the tile, which stays where it is. */
  zoom(factor, at = null) {
    const [height, width] = this.tile.shape;
    const { x, y, width: wide, height: tall } = this.box;
    const across = factor ? Math.min(width, Math.max(FEWEST, wide / factor)) : width;
    const about = at ?? this.place ?? { x: x + wide / 2, y: y + tall / 2 };
    const shrink = across / wide;
    const corner = { x: about.x - (about.x - x) * shrink, y: about.y - (about.y - y) * shrink };
    this.moveBox({ ...corner, width: across, height: (across * height) / width });
  }

  moveBox(box) {
    const [height, width] = this.tile.shape;
    const within = (value, most) => Math.max(0, Math.min(most, value));
    this.box = { ...box, x: within(box.x, width - box.width), y: within(box.y, height - box.height) };
    this.draw();
    if (this.pointer && !this.grabbed) this.move(this.pointer);
  }

  wheel(event) {
    if (event.deltaY > 0 && this.isWhole) return; // let the page scroll
    event.preventDefault();
    this.zoom(Math.exp(-event.deltaY / 300), this.under(event));
  }

  /** The place in the tile under the pointer, or null beside a picture. */
  under({ target, clientX, clientY }) {
    const area = target.closest("figure")?.querySelector("canvas").getBoundingClientRect();
    if (!area) return null;
    const x = this.box.x + ((clientX - area.left) / area.width) * this.box.width;
    const y = this.box.y + ((clientY - area.top) / area.height) * this.box.height;
    const [height, width] = this.tile.shape;
    return x < 0 || y < 0 || x >= width || y >= height ? null : { x, y };
  }

  grab(event) {
    if (this.isWhole || event.button) return;
    this.grabbed = { x: event.clientX, y: event.clientY, box: this.box };
    this.root.setPointerCapture(event.pointerId);
    const release = () => (this.grabbed = null);
    for (const end of ["pointerup", "pointercancel"]) this.root.addEventListener(end, release, { once: true });
  }

  move({ target, clientX, clientY }) {
    if (this.grabbed) {
      const perPixel = this.box.width / this.size;
      const { x, y, box } = this.grabbed;
      return this.moveBox({ ...box, x: box.x - (clientX - x) * perPixel, y: box.y - (clientY - y) * perPixel });
    }
    this.pointer = { target, clientX, clientY };
    this.place = this.under(this.pointer);
    this.pointed(this.place);
  }

  leave() {
    this.pointer = this.place = null;
    this.pointed(null);
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

/** What lies at a place of a tile, in words. */
function pixelInWords({ shape, label, prediction, corrected, picture, chance }, place) {
  const [x, y] = [Math.floor(place.x), Math.floor(place.y)];
  const [height, width] = shape;
  const value = (map) => map.grey[Math.floor((y * map.height) / height) * map.width + Math.floor((x * map.width) / width)];
  const pixel = (x * height + y + 1).toLocaleString("en");
  const words = [`row ${y + 1}, column ${x + 1}`, `pixel ${pixel}`, `grey ${value(picture)}`];
  if (label) words.push(label.at(x, y) ? "salt in the label" : "no salt in the label");
  if (prediction) words.push(prediction.at(x, y) ? "salt predicted" : "no salt predicted");
  if (corrected) words.push(corrected.at(x, y) ? "salt in the corrected mask" : "no salt in the corrected mask");
  if (chance) words.push(`probability ${(value(chance) / 255).toFixed(2)}`);
  return words.join(" · ");
}
