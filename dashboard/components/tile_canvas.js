// One tile on a canvas: the seismic picture, its label, its prediction.
// Python puts in front of it SALT, the colours of { label, prediction, agreement, corrected }.

const FLAT = { background: "#26292d", nothing: "#8a8f94" }; // a mask without its picture
const DIFFERENCE = 1.7; // times the fill of a mask: what differs is to be seen at a glance

/** What one tile is drawn from. `source`: id, shape, picture (data URL); mask, prediction, correction (code or null). */
class Tile {
  constructor(source) {
    this.source = source;
    this.shape = source.shape;
    this.label = source.mask == null ? null : Mask.fromCode(source.mask, source.shape);
    this.prediction = source.prediction == null ? null : Mask.fromCode(source.prediction, source.shape);
    this.corrected = source.correction == null ? null : Mask.fromCode(source.correction, source.shape);
  }

  async load() {
    const { picture, probability } = this.source;
    [this.picture, this.chance] = await Promise.all([picture, probability].map(Picture.load));
    return this;
  }

  /** The same tile as another run predicted it: a code, or null. */
  predictedAs(code) {
    const { picture, label } = this;
    return Object.assign(new Tile({ ...this.source, mask: null, correction: null, probability: null, prediction: code }), { picture, label });
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

  /** The picture in the colours of `look`, at its own size; the last one is kept. */
  painted({ colours, inverted, clip }) {
    if (colours === "grey" && !inverted && !clip) return this.picture.image;
    const name = `${colours} ${inverted} ${clip}`;
    if (this.paintedAs !== name) {
      this.canvas = this.picture.paint(tableFor(this.picture, { colours, inverted, clip }));
      this.paintedAs = name;
    }
    return this.canvas;
  }

  /** The map of probabilities in its colours. */
  get paintedChance() {
    this.chanceCanvas ??= this.chance.paint(PROBABILITY);
    return this.chanceCanvas;
  }
}

/**
 * Draw one panel of a tile, filling the canvas.
 *
 * panel: "image", "mask", "overlay" or "probability".
 * look: what is switched on, see tile_look.js.
 * box: the part of the tile to show, in tile pixels: { x, y, width, height }; all of it by default.
 * highlight: a Mask to light up; outlineOnly: without a fill.
 */
function drawPanel(canvas, tile, panel, look, { box = null, highlight = null, outlineOnly = false } = {}) {
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
    drawPicture(context, chance ? tile.paintedChance : tile.painted(look), width, height, scale);
    if (panel === "overlay" && !look.hidden) drawOverlays(context, tile, look, line);
  }
  if (highlight) drawHighlight(context, highlight, line, outlineOnly ? 0 : 0.75);
}

/** Nearest neighbour. Between whole scales it is drawn larger first, so that no row is twice as thick as the next. */
function drawPicture(context, picture, width, height, scale) {
  const zoom = (scale * width) / picture.width;
  const whole = Math.abs(zoom - Math.round(zoom)) < 0.01;
  const smooth = zoom < 3 && !whole;
  context.imageSmoothingEnabled = smooth;
  context.imageSmoothingQuality = zoom < 1 ? "high" : "low";
  context.drawImage(smooth && zoom > 1 ? enlarged(picture, Math.ceil(zoom)) : picture, 0, 0, width, height);
}

const between = new OffscreenCanvas(1, 1); // one for all: a page of tiles is drawn in one go

function enlarged(picture, times) {
  const [width, height] = [picture.width * times, picture.height * times];
  if (between.width !== width || between.height !== height) Object.assign(between, { width, height });
  const larger = between.getContext("2d");
  larger.imageSmoothingEnabled = false;
  larger.drawImage(picture, 0, 0, width, height);
  return between;
}

function drawOverlays(context, tile, look, line) {
  const strength = differs(tile, look) ? Math.min(1, DIFFERENCE * look.fill) : look.fill;
  for (const [name, mask] of shownMasks(tile, look)) drawMask(context, mask, SALT[name], { ...look, fill: strength }, line);
}

/** One mask over a picture that was drawn: a light fill and an outline. */
function drawMask(context, mask, colour, { fill, outline }, line) {
  context.globalAlpha = outline ? 0 : fill;
  context.fillStyle = colour;
  context.fill(mask.outline, "evenodd");
  context.globalAlpha = 1;
  context.strokeStyle = colour;
  context.lineWidth = line;
  context.stroke(mask.outline);
}

function differs(tile, look) {
  return look.difference && tile.label && tile.prediction;
}

/** [colour name, mask] of what is switched on; as difference where both are there and that is asked for. */
function shownMasks(tile, look) {
  const masks = (names) => names.filter((name) => look[name] && tile[name]).map((name) => [name, tile[name]]);
  return [...(differs(tile, look) ? Object.entries(tile.parts) : masks(["label", "prediction"])), ...masks(["corrected"])];
}

/** The masks alone: flat colours, differences always in sight where both are switched on. */
function drawFlat(context, tile, look, scale) {
  const [height, width] = tile.shape;
  context.fillStyle = FLAT.background;
  context.fillRect(0, 0, width, height);
  const both = look.label && look.prediction && tile.label && tile.prediction;
  const masks = both ? Object.entries(tile.parts) : shownMasks(tile, { ...look, difference: false, corrected: false });
  for (const [name, mask] of masks) {
    context.fillStyle = SALT[name];
    context.fill(mask.outline, "evenodd");
  }
  if (tile.corrected && look.corrected) drawMask(context, tile.corrected, SALT.corrected, { fill: 0 }, 3 / scale);
  if (!tile.label && !tile.prediction) {
    context.fillStyle = FLAT.nothing;
    context.textAlign = "center";
    context.font = `${(11 * window.devicePixelRatio) / scale}px system-ui, sans-serif`;
    context.fillText("no label", width / 2, height / 2);
  }
}

function drawHighlight(context, mask, line, fill) {
  context.globalAlpha = fill;
  context.fillStyle = "#ffffff";
  context.fill(mask.outline, "evenodd");
  context.globalAlpha = 1;
  for (const [colour, width] of [["#000000", 2.5 * line], ["#ffffff", line]]) {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.stroke(mask.outline);
  }
}

/** Give a canvas one drawn pixel for each pixel of the screen. */
function fitCanvas(canvas, width, height) {
  const ratio = window.devicePixelRatio;
  const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width === wide && canvas.height === high) return;
  Object.assign(canvas, { width: wide, height: high });
  Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` });
}

/** A width of at most `room` CSS pixels, at a whole scale of the tile where that costs little. */
function wholeScale(room, tileWidth) {
  const unit = tileWidth / window.devicePixelRatio;
  const whole = Math.floor(room / unit) * unit;
  return whole >= 0.88 * room ? whole : Math.floor(room);
}

function sameSource(mine, theirs) {
  return ["picture", "mask", "prediction", "correction", "probability"].every((part) => mine[part] === theirs[part]);
}
