// The pictures of a part of a section, in the colours of the look, and the outlines of its masks.

const LABEL = 1; // bits of a level in the picture of masks
const PREDICTION = 2;
const CORRECTED = 4;
const BOTH = LABEL | PREDICTION;
const RULES = {
  label: (level) => level & LABEL,
  prediction: (level) => level & PREDICTION,
  agreement: (level) => (level & BOTH) === BOTH,
  "label only": (level) => (level & BOTH) === LABEL,
  "prediction only": (level) => (level & BOTH) === PREDICTION,
  corrected: (level) => level & CORRECTED,
};

class Layer {
  /** source: window, picture, masks. shape: of a tile. */
  constructor(source, [height, width]) {
    const [top, left, bottom, right] = source.window;
    this.source = source;
    this.rows = bottom - top;
    this.columns = right - left;
    this.box = { x: left * width, y: top * height, width: this.columns * width, height: this.rows * height };
  }

  async load() {
    [this.picture, this.masks] = await Promise.all([Picture.load(this.source.picture), Picture.load(this.source.masks)]);
    return this;
  }

  same(source) {
    return source && this.source.picture === source.picture && this.source.masks === source.masks && String(this.source.window) === String(source.window);
  }

  /** World pixels of one pixel of the picture: 1, or more where it was averaged down. */
  get unit() {
    return this.box.width / this.picture.width;
  }

  covers(box) {
    const { x, y, width, height } = this.box;
    return box.x >= x && box.y >= y && box.x + box.width <= x + width && box.y + box.height <= y + height;
  }

  /** The picture in the colours of `look`; nothing where `missing` says that no tile is. missing: boxes in the world. */
  painted(look, missing) {
    const { colours, inverted, clip } = look;
    const name = `${colours} ${inverted} ${clip}`;
    if (this.paintedAs !== name) {
      const table = colourTable(COLOURS[colours][1], ...clippedLevels(this.picture, clip), inverted);
      this.canvas = this.picture.paint(table);
      const context = this.canvas.getContext("2d");
      for (const box of missing) context.clearRect(...this.inPicture(box));
      this.paintedAs = name;
    }
    return this.canvas;
  }

  inPicture({ x, y, width, height }) {
    const across = this.picture.width / this.box.width;
    const down = this.picture.height / this.box.height;
    return [(x - this.box.x) * across, (y - this.box.y) * down, width * across, height * down];
  }

  /** The masks filled with `fills`: [[rule, colour, opacity], …]; the last one is kept. */
  filled(fills) {
    if (!this.masks || !fills.length) return null;
    const name = JSON.stringify(fills);
    if (this.filledAs !== name) {
      this.fills = this.masks.paint(Uint32Array.from({ length: 256 }, (_, level) => blended(level, fills)));
      this.filledAs = name;
    }
    return this.fills;
  }

  /** Draw what is in sight of one of this layer's canvases. */
  draw(context, camera, canvas, part) {
    const zoom = camera.scale * this.unit * window.devicePixelRatio;
    context.imageSmoothingEnabled = zoom < 1.5 && Math.abs(zoom - 1) > 0.01;
    context.imageSmoothingQuality = zoom < 0.6 ? "medium" : "low";
    const [x, y, width, height] = this.inPicture(part);
    context.drawImage(canvas, x, y, width, height, part.x, part.y, part.width, part.height);
  }

  /** The outline of what `rule` holds for in the tile at (row, column) of the section, in pixels of the picture. */
  outline(rule, row, column) {
    this.paths ??= new Map();
    const name = `${rule} ${row} ${column}`;
    if (!this.paths.has(name)) {
      const { width, height } = this.picture;
      const [wide, high] = [width / this.columns, height / this.rows];
      const [left, top] = [column * wide, row * high];
      this.paths.set(name, boundary(this.inside(rule), width, height, [left, top, left + wide, top + high]));
    }
    return this.paths.get(name);
  }

  inside(rule) {
    this.insides ??= new Map();
    if (!this.insides.has(rule)) this.insides.set(rule, Uint8Array.from(this.masks.grey, (level) => (RULES[rule](level) ? 1 : 0)));
    return this.insides.get(rule);
  }
}

/** The edges between pixels inside and outside, at the top and left of each in the box, as one path. */
function boundary(inside, width, height, [left, top, right, bottom]) {
  const path = new Path2D();
  const at = (x, y) => (x >= 0 && y >= 0 && x < width && y < height ? inside[y * width + x] : 0);
  const [lastX, lastY] = [right === width ? right : right - 1, bottom === height ? bottom : bottom - 1];
  for (let y = top; y <= lastY; y++) {
    for (let x = left, from = -1; x <= right; x++) {
      const edge = x < right && at(x, y) !== at(x, y - 1);
      if (edge && from < 0) from = x;
      if (edge || from < 0) continue;
      path.moveTo(from, y);
      path.lineTo(x, y);
      from = -1;
    }
  }
  for (let x = left; x <= lastX; x++) {
    for (let y = top, from = -1; y <= bottom; y++) {
      const edge = y < bottom && at(x, y) !== at(x - 1, y);
      if (edge && from < 0) from = y;
      if (edge || from < 0) continue;
      path.moveTo(x, from);
      path.lineTo(x, y);
      from = -1;
    }
  }
  return path;
}

/** The fills that hold for a level, one over the other, as a little-endian RGBA word. */
function blended(level, fills) {
  let [red, green, blue, alpha] = [0, 0, 0, 0];
  for (const [rule, colour, opacity] of fills) {
    if (!RULES[rule](level)) continue;
    const over = (below, above) => (above * opacity + below * alpha * (1 - opacity)) / (opacity + alpha * (1 - opacity) || 1);
    const [r, g, b] = [1, 3, 5].map((start) => parseInt(colour.slice(start, start + 2), 16));
    [red, green, blue, alpha] = [over(red, r), over(green, g), over(blue, b), opacity + alpha * (1 - opacity)];
  }
  return ((Math.round(255 * alpha) << 24) | (Math.round(blue) << 16) | (Math.round(green) << 8) | Math.round(red)) >>> 0;
}
