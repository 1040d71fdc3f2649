// One frame of a section: the picture, what lies over it, and what is pointed at.

const DIM = 0.62; // of the background's colour over tiles outside the filter

class SectionDrawing {
  constructor(board) {
    const { camera, canvas, look, data } = board;
    Object.assign(this, { board, camera, look, data, context: canvas.getContext("2d") });
    this.pixel = 1 / camera.scale; // a CSS pixel in the world
    this.side = camera.scale * data.shape[1]; // of a tile, CSS pixels
    const style = getComputedStyle(board.root);
    this.colours = { background: style.getPropertyValue("--st-background-color"), accent: style.getPropertyValue("--st-primary-color") };
  }

  draw() {
    const { context, camera, board } = this;
    const scale = camera.scale * window.devicePixelRatio;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, context.canvas.width, context.canvas.height);
    context.setTransform(scale, 0, 0, scale, -camera.x * scale, -camera.y * scale);
    this.tiles = this.inSight();
    for (const layer of [board.whole, board.detail]) if (layer) this.drawLayer(layer);
    const layers = [board.detail, board.whole].filter(Boolean);
    this.strokeMasks(layers);
    this.dim();
    if (this.side >= BORDERS) this.drawBorders();
    if (this.side >= IDS) this.drawIds();
    if (this.look.flags && !this.look.hidden) this.drawFlags();
    this.drawMarks();
  }

  /** Numbers of the tiles in sight. */
  inSight() {
    const { camera, data, board } = this;
    const [height, width] = data.shape;
    const part = camera.visible(board.whole.box);
    const found = [];
    if (!part) return found;
    for (let row = Math.floor(part.y / height); row * height < part.y + part.height; row++) {
      for (let column = Math.floor(part.x / width); column * width < part.x + part.width; column++) {
        const tile = board.tileAt[row * data.grid[1] + column];
        if (tile >= 0) found.push(tile);
      }
    }
    return found;
  }

  drawLayer(layer) {
    const { context, camera, look, board } = this;
    const part = camera.visible(layer.box);
    if (!part || (layer === board.whole && board.detail?.covers(part))) return;
    const flat = look.view === "mask";
    if (flat) this.drawFlat();
    else layer.draw(context, camera, layer.painted(look, board.missing), part);
    const fills = flat || (look.view === "overlay" && !look.hidden) ? layer.filled(this.fills(flat)) : null;
    if (fills) layer.draw(context, camera, fills, part);
  }

  /** The ground of the masks alone; lighter where there is none. */
  drawFlat() {
    const known = (tile) => this.data.states[tile] & (KNOWN_LABEL | KNOWN_PREDICTION | KNOWN_CORRECTION);
    this.fillTiles(this.tiles.filter(known), FLAT.background);
    this.fillTiles(this.tiles.filter((tile) => !known(tile)), FLAT.nothing, 0.35);
  }

  /** [[rule, colour, opacity], …] of what is switched on. */
  fills(flat) {
    const { look } = this;
    const differs = this.differs(flat);
    const opacity = flat ? 1 : look.outline ? 0 : differs ? Math.min(1, DIFFERENCE * look.fill) : look.fill;
    const shown = flat ? this.shown(differs) : [...this.shown(differs), ...this.corrected];
    return shown.map(([rule, colour]) => [rule, colour, opacity]);
  }

  differs(flat) {
    const { label, prediction, difference } = this.look;
    const both = (bit) => this.data.states.some((state) => state & bit);
    return (difference || (flat && label && prediction)) && both(KNOWN_LABEL) && both(KNOWN_PREDICTION);
  }

  shown(differs) {
    if (differs) return [["label only", SALT.label], ["prediction only", SALT.prediction], ["agreement", SALT.agreement]];
    return ["label", "prediction"].filter((name) => this.look[name]).map((name) => [name, SALT[name]]);
  }

  get corrected() {
    return this.look.corrected ? [["corrected", SALT.corrected]] : [];
  }

  /** Everything over the picture; over the masks alone, which are flat, only corrected ones. */
  get outlined() {
    const { view, hidden } = this.look;
    if (view === "overlay") return hidden ? [] : [...this.shown(this.differs(false)), ...this.corrected];
    return view === "mask" ? this.corrected : [];
  }

  strokeMasks(layers) {
    const { context, camera, data, outlined } = this;
    if (!outlined.length) return;
    for (const tile of this.tiles) {
      const [row, column] = data.places[tile];
      const box = this.board.box(row, column);
      const layer = layers.find((one) => one.covers(box));
      if (!layer?.masks) continue;
      const [top, left] = layer.source.window;
      context.save();
      context.translate(layer.box.x, layer.box.y);
      context.scale(layer.unit, layer.box.height / layer.picture.height);
      context.lineCap = "square";
      context.lineWidth = Math.min(1.6, 0.4 + this.side / 50) / camera.scale / layer.unit;
      for (const [rule, colour] of outlined) {
        context.strokeStyle = colour;
        context.stroke(layer.outline(rule, row - top, column - left));
      }
      context.restore();
    }
  }

  fillTiles(tiles, colour, opacity = 1) {
    const { context, board, data } = this;
    context.beginPath();
    for (const tile of tiles) {
      const { x, y, width, height } = board.box(...data.places[tile]);
      context.rect(x, y, width, height);
    }
    context.globalAlpha = opacity;
    context.fillStyle = colour;
    context.fill();
    context.globalAlpha = 1;
  }

  dim() {
    const outside = this.tiles.filter((tile) => this.data.states[tile] & OUTSIDE);
    if (outside.length) this.fillTiles(outside, this.colours.background, DIM);
  }

  drawBorders() {
    const { context, board, data } = this;
    context.beginPath();
    for (const tile of this.tiles) {
      const { x, y, width, height } = board.box(...data.places[tile]);
      context.rect(x, y, width, height);
    }
    context.lineWidth = this.pixel;
    context.strokeStyle = `rgb(255 255 255 / ${Math.min(0.5, (this.side - BORDERS) / 120 + 0.12)})`;
    context.stroke();
  }

  /** At the upper left of what is in sight of a tile. */
  drawIds() {
    const { context, board, camera, data, pixel } = this;
    context.font = `${11 * pixel}px ui-monospace, Menlo, Consolas, monospace`;
    context.textBaseline = "top";
    for (const tile of this.tiles) {
      const part = camera.visible(board.box(...data.places[tile]));
      if (part.width < 0.6 * data.shape[1] || part.height < 24 * pixel) continue;
      const [left, top] = [part.x + 6 * pixel, part.y + 6 * pixel];
      context.lineWidth = 3 * pixel;
      context.strokeStyle = "rgb(0 0 0 / 65%)";
      context.lineJoin = "round";
      context.strokeText(data.ids[tile], left, top, (this.side - 12) * pixel);
      context.fillStyle = "#fff";
      context.fillText(data.ids[tile], left, top, (this.side - 12) * pixel);
    }
  }

  /** A vermillion corner on tiles that wait for review. */
  drawFlags() {
    const { context, board, data, pixel } = this;
    const size = Math.max(4, Math.min(14, this.side / 5)) * pixel;
    context.beginPath();
    for (const tile of this.tiles) {
      if (!(data.states[tile] & FLAGGED)) continue;
      const { x, y, width } = board.box(...data.places[tile]);
      context.moveTo(x + width - size, y);
      context.lineTo(x + width, y);
      context.lineTo(x + width, y + size);
      context.closePath();
    }
    context.fillStyle = FLAG;
    context.fill();
  }

  drawMarks() {
    const { board } = this;
    if (board.pointed >= 0 && !board.pointedSeam) this.frame(board.pointed, "rgb(255 255 255 / 85%)", 1.5);
    if (board.picked >= 0) {
      this.frame(board.picked, this.colours.background, 5);
      this.frame(board.picked, this.colours.accent, 3);
    }
    for (const seam of [board.pointedSeam, board.seam]) if (seam) this.drawSeam(seam);
  }

  frame(tile, colour, width) {
    const { context, board, data, pixel } = this;
    const box = board.box(...data.places[tile]);
    context.lineWidth = width * pixel;
    context.strokeStyle = colour;
    context.strokeRect(box.x, box.y, box.width, box.height);
  }

  /** Dashed where no edge holds the two tiles together. */
  drawSeam({ line: [left, top, right, bottom], found }) {
    const { context, pixel } = this;
    for (const [colour, width] of [["#000", 6], ["#fff", 3]]) {
      context.beginPath();
      context.moveTo(left, top);
      context.lineTo(right, bottom);
      context.setLineDash(found === "place" ? [8 * pixel, 6 * pixel] : []);
      context.lineWidth = width * pixel;
      context.strokeStyle = colour;
      context.stroke();
    }
    context.setLineDash([]);
  }
}
