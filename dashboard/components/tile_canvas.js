// One tile on a canvas: the seismic picture, its label, its prediction.
// Shared by the gallery and the tile view: Python puts this text in front of theirs, and in front of
// it SALT, the colours of { label, prediction, agreement }.

const FILL = 0.22; // light enough for the reflectors under it
const FLAT = { background: "#26292d", nothing: "#8a8f94" }; // a mask without its picture

/** A mask from run-length code: pairs `start length`, counted from 1, down each column first. */
class Mask {
  constructor(shape, pixels, runs = []) {
    [this.height, this.width] = shape;
    this.pixels = pixels; // 0 or 1, column by column
    this.runs = runs; // [[start from 1, length], …]
  }

  static fromCode(code, shape) {
    const numbers = code ? code.trim().split(/\s+/).map(Number) : [];
    const runs = [];
    const pixels = new Uint8Array(shape[0] * shape[1]);
    for (let i = 0; i < numbers.length; i += 2) {
      runs.push([numbers[i], numbers[i + 1]]);
      pixels.fill(1, numbers[i] - 1, numbers[i] - 1 + numbers[i + 1]);
    }
    return new Mask(shape, pixels, runs);
  }

  static ofRun([start, length], shape) {
    const pixels = new Uint8Array(shape[0] * shape[1]).fill(1, start - 1, start - 1 + length);
    return new Mask(shape, pixels);
  }

  /** A mask of the pixels where `rule(mine, theirs)` holds. */
  combine(other, rule) {
    return new Mask([this.height, this.width], this.pixels.map((mine, i) => (rule(mine, other.pixels[i]) ? 1 : 0)));
  }

  at(x, y) {
    return x >= 0 && y >= 0 && x < this.width && y < this.height ? this.pixels[x * this.height + y] : 0;
  }

  /** The outline along pixel edges as closed loops in tile coordinates: right for filling and stroking. */
  get outline() {
    this.path ??= tracedPath(this.edges());
    return this.path;
  }

  /** Unit edges around the pixels, clockwise: Map of "x,y" as number → ends of the edges that begin there. */
  edges() {
    const from = new Map();
    const corner = (x, y) => y * (this.width + 1) + x;
    const add = (x0, y0, x1, y1) => {
      const start = corner(x0, y0);
      if (!from.has(start)) from.set(start, []);
      from.get(start).push([x1, y1, corner(x1, y1)]);
    };
    for (let x = 0; x < this.width; x++) {
      for (let y = 0; y < this.height; y++) {
        if (!this.at(x, y)) continue;
        if (!this.at(x, y - 1)) add(x, y, x + 1, y);
        if (!this.at(x + 1, y)) add(x + 1, y, x + 1, y + 1);
        if (!this.at(x, y + 1)) add(x + 1, y + 1, x, y + 1);
        if (!this.at(x - 1, y)) add(x, y + 1, x, y);
      }
    }
    return from;
  }
}

/** Chain unit edges into closed loops; corners in a straight line are left out. */
function tracedPath(from) {
  const path = new Path2D();
  for (const [first, ends] of from) {
    while (ends.length) {
      const loop = [];
      let at = first;
      do {
        const [x, y, next] = from.get(at).pop();
        loop.push([x, y]);
        at = next;
      } while (at !== first);
      const bends = loop.filter(([x, y], i) => {
        const [bx, by] = loop.at(i - 1);
        const [ax, ay] = loop[(i + 1) % loop.length];
        return (ax - bx) * (y - by) !== (ay - by) * (x - bx);
      });
      bends.forEach(([x, y], i) => (i ? path.lineTo(x, y) : path.moveTo(x, y)));
      path.closePath();
    }
  }
  return path;
}

/** What one tile is drawn from. `source`: id, shape, picture (data URL), mask and prediction (code or null). */
class Tile {
  constructor(source) {
    this.source = source;
    this.shape = source.shape;
    this.label = source.mask == null ? null : Mask.fromCode(source.mask, source.shape);
    this.prediction = source.prediction == null ? null : Mask.fromCode(source.prediction, source.shape);
    this.tinted = new Map();
  }

  async load() {
    [this.picture, this.chance] = await Promise.all([greyPicture(this.source.picture), greyPicture(this.source.probability)]);
    return this;
  }

  /** The parts in which label and prediction agree and differ. */
  get parts() {
    this.cachedParts ??= {
      agreement: this.label.combine(this.prediction, (a, b) => a && b),
      label: this.label.combine(this.prediction, (a, b) => a && !b),
      prediction: this.label.combine(this.prediction, (a, b) => !a && b),
    };
    return this.cachedParts;
  }

  /** The picture ("picture" or "chance") as a canvas of its own size, in the colours of `palette`. */
  tint(which, palette) {
    const name = `${which} ${palette}`;
    if (!this.tinted.has(name)) this.tinted.set(name, tintedCanvas(this[which], PALETTES[palette]));
    return this.tinted.get(name);
  }
}

/** Decode a grey picture: { width, height, grey: one byte a pixel, row by row }, or null. */
async function greyPicture(url) {
  if (!url) return null;
  const image = new Image();
  image.src = url;
  await image.decode();
  const { naturalWidth: width, naturalHeight: height } = image;
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  context.drawImage(image, 0, 0);
  const rgba = context.getImageData(0, 0, width, height).data;
  const grey = new Uint8Array(width * height);
  for (let i = 0; i < grey.length; i++) grey[i] = rgba[4 * i];
  return { width, height, grey };
}

function tintedCanvas({ width, height, grey }, colours) {
  const canvas = new OffscreenCanvas(width, height);
  const image = new ImageData(width, height);
  const words = new Uint32Array(image.data.buffer);
  for (let i = 0; i < grey.length; i++) words[i] = colours[grey[i]];
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}

/** 256 colours as little-endian RGBA words, straight lines between the given stops. */
function palette(...stops) {
  return Uint32Array.from({ length: 256 }, (_, value) => {
    const place = (value / 255) * (stops.length - 1);
    const low = Math.min(Math.floor(place), stops.length - 2);
    const [r, g, b] = [0, 1, 2].map((c) => Math.round(stops[low][c] + (place - low) * (stops[low + 1][c] - stops[low][c])));
    return ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
  });
}

const RED_TO_BLUE = [[103, 0, 31], [178, 24, 43], [244, 165, 130], [247, 247, 247], [146, 197, 222], [33, 102, 172], [5, 48, 97]];
const CIVIDIS = [[0, 34, 78], [18, 53, 112], [59, 73, 108], [87, 93, 109], [112, 113, 115], [138, 134, 120], [165, 156, 116], [195, 179, 105], [225, 204, 85], [254, 232, 56]];
const PALETTES = {
  grey: palette([0, 0, 0], [255, 255, 255]),
  "grey inverted": palette([255, 255, 255], [0, 0, 0]),
  colour: palette(...RED_TO_BLUE),
  "colour inverted": palette(...[...RED_TO_BLUE].reverse()),
  probability: palette(...CIVIDIS),
};

/**
 * Draw one panel of a tile, filling the canvas.
 *
 * panel: "image", "mask", "overlay" or "probability".
 * look: what is switched on, see tile_look.js.
 * box: the part of the tile to show, in tile pixels: { x, y, width, height }; all of it by default.
 * highlight: a Mask to light up.
 */
function drawPanel(canvas, tile, panel, look, { box = null, highlight = null } = {}) {
  const [height, width] = tile.shape;
  const part = box ?? { x: 0, y: 0, width, height };
  const scale = canvas.width / part.width;
  const context = canvas.getContext("2d");
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.setTransform(scale, 0, 0, canvas.height / part.height, 0, 0);
  context.translate(-part.x, -part.y);
  const line = (1.6 * window.devicePixelRatio) / scale;
  if (panel === "mask") {
    drawFlat(context, tile, look, scale);
  } else {
    const chance = panel === "probability" && tile.chance;
    drawPicture(context, chance ? tile.tint("chance", "probability") : tile.tint("picture", look.palette), width, height, scale);
    if (panel === "overlay" && !look.hidden) drawOverlays(context, tile, look, line);
  }
  if (highlight) drawHighlight(context, highlight, line);
}

/** Nearest neighbour. Between whole scales it is drawn larger first, so that no row is twice as thick as the next. */
function drawPicture(context, picture, width, height, scale) {
  const zoom = (scale * width) / picture.width;
  const whole = Math.abs(zoom - Math.round(zoom)) < 0.01;
  context.imageSmoothingEnabled = zoom < 3 && !whole;
  context.imageSmoothingQuality = "high";
  let source = picture;
  if (context.imageSmoothingEnabled && zoom > 1) {
    source = new OffscreenCanvas(picture.width * 3, picture.height * 3);
    const larger = source.getContext("2d");
    larger.imageSmoothingEnabled = false;
    larger.drawImage(picture, 0, 0, source.width, source.height);
  }
  context.drawImage(source, 0, 0, width, height);
}

function drawOverlays(context, tile, look, line) {
  for (const [name, mask] of shownMasks(tile, look)) {
    context.globalAlpha = look.difference && tile.label && tile.prediction ? 1.7 * FILL : FILL;
    context.fillStyle = SALT[name];
    context.fill(mask.outline, "evenodd");
    context.globalAlpha = 1;
    context.strokeStyle = SALT[name];
    context.lineWidth = line;
    context.stroke(mask.outline);
  }
}

/** [colour name, mask] of what is switched on; as difference where both are there and that is asked for. */
function shownMasks(tile, look) {
  if (look.difference && tile.label && tile.prediction) return Object.entries(tile.parts);
  return ["label", "prediction"].filter((name) => look[name] && tile[name]).map((name) => [name, tile[name]]);
}

/** The masks alone: flat colours, differences always in sight where both are switched on. */
function drawFlat(context, tile, look, scale) {
  const [height, width] = tile.shape;
  context.fillStyle = FLAT.background;
  context.fillRect(0, 0, width, height);
  const both = look.label && look.prediction && tile.label && tile.prediction;
  const masks = both ? Object.entries(tile.parts) : shownMasks(tile, { ...look, difference: false });
  for (const [name, mask] of masks) {
    context.fillStyle = SALT[name];
    context.fill(mask.outline, "evenodd");
  }
  if (!tile.label && !tile.prediction) {
    context.fillStyle = FLAT.nothing;
    context.textAlign = "center";
    context.font = `${(11 * window.devicePixelRatio) / scale}px system-ui, sans-serif`;
    context.fillText("no label", width / 2, height / 2);
  }
}

function drawHighlight(context, mask, line) {
  context.globalAlpha = 0.75;
  context.fillStyle = "#ffffff";
  context.fill(mask.outline, "evenodd");
  context.globalAlpha = 1;
  context.strokeStyle = "#000000";
  context.lineWidth = line;
  context.stroke(mask.outline);
}

/** Give a canvas one drawn pixel for each pixel of the screen. */
function fitCanvas(canvas, width, height) {
  const ratio = window.devicePixelRatio;
  const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== wide || canvas.height !== high) Object.assign(canvas, { width: wide, height: high });
  Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` });
}

/** A width of at most `room` CSS pixels, at a whole scale of the tile where that costs little. */
function wholeScale(room, tileWidth) {
  const unit = tileWidth / window.devicePixelRatio;
  const whole = Math.floor(room / unit) * unit;
  return whole >= 0.88 * room ? whole : Math.floor(room);
}

function sameSource(mine, theirs) {
  return ["picture", "mask", "prediction", "probability"].every((part) => mine[part] === theirs[part]);
}
