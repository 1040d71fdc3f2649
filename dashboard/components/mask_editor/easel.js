// The picture that is painted on: pointer, tool and preview on top of the panels of tile_view/pictures.js.

class Easel extends Pictures {
  /** `editor` has tool, radius, pixels, shape, adds(event) and paint(region, value, whole). */
  constructor(editor, pointed) {
    super(pointed);
    this.editor = editor;
    this.way = null; // places of the stroke that is being made
    this.panning = false; // Space is held
    this.root.classList.add("easel");
    this.root.addEventListener("contextmenu", (event) => event.preventDefault());
  }

  /** Zoom by double click belongs to polygons here. */
  zoom(factor, at) {
    if (!this.way) super.zoom(factor, at);
  }

  get scale() {
    return this.size / this.box.width; // CSS pixels of a tile pixel
  }

  draw() {
    const height = Math.round((this.size * this.tile.shape[0]) / this.tile.shape[1]);
    this.root.classList.toggle("panning", this.panning);
    this.shown.forEach(([words, mask], i) => {
      const figure = this.root.children[i];
      const canvas = figure.querySelector("canvas");
      fitCanvas(canvas, this.size, height);
      const below = Object.assign(Object.create(this.look), { outline: true, difference: false });
      drawPanel(canvas, this.tile, "overlay", below, { box: this.box });
      figure.querySelector("figcaption").textContent = this.shown.length > 1 ? words : "";
      figure.querySelector(".scale").hidden = true;
      const context = canvas.getContext("2d"); // in tile pixels, as drawPanel left it
      if (!this.look.hidden) this.drawMask(context, mask(), words);
      if (i === 0) this.drawTool(context);
    });
  }

  drawMask(context, mask, words) {
    const line = 1.8 / this.scale;
    context.globalAlpha = this.look.outline ? 0 : this.look.fill * 1.4;
    context.fillStyle = context.strokeStyle = words === "theirs" ? SALT.label : SALT.corrected;
    context.fill(mask.outline, "evenodd");
    context.globalAlpha = 1;
    context.lineWidth = line;
    context.stroke(mask.outline);
  }

  drawTool(context) {
    const { tool, radius } = this.editor;
    context.lineWidth = 1.2 / this.scale;
    context.strokeStyle = "#ffffff";
    context.setLineDash([]);
    if (this.way && !tool.grows) {
      context.beginPath();
      for (const place of [...this.way, ...(tool.clicks && this.place ? [this.place] : [])]) context.lineTo(place.x, place.y);
      context.setLineDash([4 / this.scale, 3 / this.scale]);
      context.stroke();
      context.setLineDash([]);
    }
    if (this.place && tool.cursor === "disc" && !this.panning) {
      context.beginPath();
      context.arc(this.place.x, this.place.y, radius, 0, 2 * Math.PI);
      context.stroke();
      context.strokeStyle = "#000000";
      context.setLineDash([3 / this.scale, 3 / this.scale]);
      context.stroke();
      context.setLineDash([]);
    }
  }

  grab(event) {
    if (this.panning || event.button === 1) {
      if (!this.isWhole) super.grab(Object.assign(Object.create(event), { button: 0, pointerId: event.pointerId, clientX: event.clientX, clientY: event.clientY }));
      return;
    }
    const place = this.inside(event);
    if (!place || event.button > 2) return;
    this.adds = this.editor.adds(event);
    if (this.editor.tool.clicks) return this.click(place);
    this.way = [place];
    this.root.setPointerCapture(event.pointerId);
    for (const end of ["pointerup", "pointercancel"]) this.root.addEventListener(end, () => this.finish(), { once: true });
    this.apply(false);
  }

  click(place) {
    this.way = [...(this.way ?? []), place];
    this.draw();
  }

  move(event) {
    super.move(event);
    if (this.grabbed) return;
    if (this.way && !this.editor.tool.clicks) {
      const place = this.anywhere(event);
      if (place) this.way.push(place);
      this.apply(false);
    } else {
      this.draw();
    }
  }

  leave() {
    super.leave();
    if (this.tile) this.draw();
  }

  /** Show what the stroke would do so far, or keep it. */
  apply(whole) {
    const { tool, shape, radius } = this.editor;
    if (tool.grows) {
      const [from, to] = [this.way.at(-2) ?? this.way[0], this.way.at(-1)];
      this.stroke = [...(this.way.length > 1 ? this.stroke : []), ...strokeRegion(shape, from, to, radius)];
    } else {
      this.stroke = tool.region(this.way, this.editor);
    }
    this.editor.paint(this.stroke, this.adds ? 1 : 0, whole);
  }

  /** Keep the stroke. */
  finish() {
    if (!this.way) return;
    if (!this.editor.tool.grows) this.apply(false);
    this.way = null;
    this.editor.paint(this.stroke, this.adds ? 1 : 0, true);
  }

  /** Give the stroke up; true if there was one. */
  cancel() {
    if (!this.way) return false;
    this.way = null;
    this.editor.paint([], 1, false);
    return true;
  }

  /** The place under the pointer, and the nearest one in the tile where it is beside it. */
  inside(event) {
    return this.under(event);
  }

  anywhere({ clientX, clientY }) {
    const area = this.root.querySelector("canvas").getBoundingClientRect();
    const [height, width] = this.tile.shape;
    const within = (value, most) => Math.max(0, Math.min(most - 0.001, value));
    return {
      x: within(this.box.x + ((clientX - area.left) / area.width) * this.box.width, width),
      y: within(this.box.y + ((clientY - area.top) / area.height) * this.box.height, height),
    };
  }
}
