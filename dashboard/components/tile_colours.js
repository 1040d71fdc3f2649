// Grey levels as colours: the colour maps of seismic pictures, their polarity and their gain.

const RED_TO_BLUE = [
  [103, 0, 31], [178, 24, 43], [244, 165, 130], [247, 247, 247], [146, 197, 222], [33, 102, 172], [5, 48, 97],
];
const MAGMA = [
  [0, 0, 4], [28, 16, 68], [79, 18, 123], [129, 37, 129], [181, 54, 122], [229, 80, 100], [251, 135, 97], [254, 194, 135],
  [252, 253, 191],
];
const CIVIDIS = [
  [0, 34, 78], [18, 53, 112], [59, 73, 108], [87, 93, 109], [112, 113, 115], [138, 134, 120], [165, 156, 116],
  [195, 179, 105], [225, 204, 85], [254, 232, 56],
];
const COLOURS = { // [name, stops, whether the middle one stands for the tile's median]
  grey: ["Grey", [[0, 0, 0], [255, 255, 255]]],
  seismic: ["Red–white–blue", RED_TO_BLUE, "centred"],
  magma: ["Magma", MAGMA],
};
const PROBABILITY = colourTable(CIVIDIS);

/** 256 colours as little-endian RGBA words, straight lines between `stops`, which lie over the levels low…high. */
function colourTable(stops, low = 0, high = 255, inverted = false) {
  const ordered = inverted ? [...stops].reverse() : stops;
  const table = new Uint32Array(256);
  for (let level = 0; level < 256; level++) {
    const share = Math.min(1, Math.max(0, (level - low) / (high - low)));
    const place = share * (ordered.length - 1);
    const stop = Math.min(Math.floor(place), ordered.length - 2);
    const channel = (c) => Math.round(ordered[stop][c] + (place - stop) * (ordered[stop + 1][c] - ordered[stop][c]));
    table[level] = ((255 << 24) | (channel(2) << 16) | (channel(1) << 8) | channel(0)) >>> 0;
  }
  return table;
}

/** The table for `picture` in the colours of a look. */
function tableFor(picture, { colours, inverted, clip }) {
  const [, stops, centred] = COLOURS[colours];
  const levels = clip ? clippedLevels(picture, clip) : [0, 255];
  return colourTable(stops, ...(centred ? aroundMiddle(picture, levels) : levels), inverted);
}

/** The levels between which all but `clip` % of the pixels at each end lie; all levels for a flat picture. */
function clippedLevels(picture, clip) {
  const [low, high] = [quantile(picture, clip / 100), quantile(picture, 1 - clip / 100)];
  return low < high ? [low, high] : [0, 255];
}

/** Levels as far to both sides of the median, which is where the amplitude is zero. */
function aroundMiddle(picture, [low, high]) {
  const middle = quantile(picture, 0.5);
  const reach = Math.max(high - middle, middle - low);
  return [middle - reach, middle + reach];
}

/** The lowest level that at least this share of the pixels does not exceed. */
function quantile({ grey, counts }, share) {
  let passed = 0;
  return counts.findIndex((count) => (passed += count) >= Math.max(1, share * grey.length));
}

/** `colours` of COLOURS as a CSS gradient. */
function gradient(colours, inverted) {
  const stops = COLOURS[colours][1].map((rgb) => `rgb(${rgb.join(" ")})`);
  return `linear-gradient(90deg, ${(inverted ? stops.reverse() : stops).join(", ")})`;
}

/** A grey picture as the browser decoded it; its levels are read when somebody asks for them. */
class Picture {
  /** The picture behind a data URL; null where there is none. */
  static async load(url) {
    if (!url) return null;
    const image = new Image();
    image.src = url;
    await image.decode();
    return new Picture(image);
  }

  constructor(image) {
    this.image = image;
    [this.width, this.height] = [image.naturalWidth, image.naturalHeight];
  }

  /** One byte a pixel, row by row. */
  get grey() {
    this.levels ??= readLevels(this);
    return this.levels;
  }

  /** The number of pixels of each level. */
  get counts() {
    if (!this.tally) {
      this.tally = new Uint32Array(256);
      for (const level of this.grey) this.tally[level]++;
    }
    return this.tally;
  }

  /** The picture on a canvas of its own size, each level in its colour of `table`. */
  paint(table) {
    this.canvas ??= new OffscreenCanvas(this.width, this.height);
    const pixels = new ImageData(this.width, this.height);
    const words = new Uint32Array(pixels.data.buffer);
    const { grey } = this;
    for (let i = 0; i < grey.length; i++) words[i] = table[grey[i]];
    this.canvas.getContext("2d").putImageData(pixels, 0, 0);
    return this.canvas;
  }
}

const reader = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true }); // one for all pictures

function readLevels({ image, width, height }) {
  const { canvas } = reader;
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  reader.drawImage(image, 0, 0);
  const words = new Uint32Array(reader.getImageData(0, 0, width, height).data.buffer);
  return new Uint8Array(words); // the lowest byte: red
}
