// Grey levels as colours: the colour maps of seismic pictures, their polarity and their gain.

const RED_TO_BLUE = [[103, 0, 31], [178, 24, 43], [244, 165, 130], [247, 247, 247], [146, 197, 222], [33, 102, 172], [5, 48, 97]];
const MAGMA = [[0, 0, 4], [28, 16, 68], [79, 18, 123], [129, 37, 129], [181, 54, 122], [229, 80, 100], [251, 135, 97], [254, 194, 135], [252, 253, 191]];
const CIVIDIS = [[0, 34, 78], [18, 53, 112], [59, 73, 108], [87, 93, 109], [112, 113, 115], [138, 134, 120], [165, 156, 116], [195, 179, 105], [225, 204, 85], [254, 232, 56]];
const COLOURS = {
  grey: ["Grey", [[0, 0, 0], [255, 255, 255]]],
  seismic: ["Red–white–blue", RED_TO_BLUE],
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

/** The levels [low, high] between which all but `clip` % of the pixels at each end lie; a flat picture keeps all levels. */
function clippedLevels({ grey, counts }, clip) {
  if (!clip) return [0, 255];
  const most = (grey.length * clip) / 100;
  const first = (levels) => {
    let passed = 0;
    return levels.find((level) => (passed += counts[level]) > most);
  };
  const upwards = [...counts.keys()];
  const [low, high] = [first(upwards), first(upwards.reverse())];
  return low < high ? [low, high] : [0, 255];
}

/** `colours` of COLOURS as a CSS gradient. */
function gradient(colours, inverted) {
  const stops = COLOURS[colours][1].map((rgb) => `rgb(${rgb.join(" ")})`);
  return `linear-gradient(90deg, ${(inverted ? stops.reverse() : stops).join(", ")})`;
}

/** Decode a grey picture: { width, height, grey: one byte a pixel, row by row, counts: pixels of each level }, or null. */
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
  const counts = new Uint32Array(256);
  for (let i = 0; i < grey.length; i++) counts[(grey[i] = rgba[4 * i])]++;
  return { width, height, grey, counts };
}

/** A picture on a canvas of its own size, each level in its colour of `table`. */
function paint({ width, height, grey }, table, canvas = new OffscreenCanvas(width, height)) {
  const context = canvas.getContext("2d");
  const image = new ImageData(width, height);
  const words = new Uint32Array(image.data.buffer);
  for (let i = 0; i < grey.length; i++) words[i] = table[grey[i]];
  context.putImageData(image, 0, 0);
  return canvas;
}
