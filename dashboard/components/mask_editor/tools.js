// The tools of the mask editor. Each makes, from the places that a pointer went through, the region that it would set.

const WAND = { least: 2, perPixel: 1.2, atFirst: 12 }; // tolerance in grey levels; dragging by a CSS pixel adds to it

/**
 * name, key, words for people; cursor: what shows where the tool is ("disc" or "cross").
 * region(way, editor): pixel numbers; way: places in tile pixels from the first to the last.
 * clicks: its way grows by clicks and ends with a double click or Enter, not by dragging.
 * erases: sets rock where others set salt.
 */
const TOOLS = [
  { name: "brush", key: "b", words: "brush", cursor: "disc", grows: true },
  { name: "eraser", key: "e", words: "eraser", cursor: "disc", grows: true, erases: true },
  { name: "lasso", key: "a", words: "area: draw around it", cursor: "cross", region: (way, { shape }) => polygonRegion(shape, way) },
  { name: "polygon", key: "y", words: "polygon: click its corners, Enter closes it", cursor: "cross", clicks: true, region: (way, { shape }) => polygonRegion(shape, way) },
  { name: "straight", key: "s", words: "straight edge: drag from it to the side of the salt", cursor: "cross", region: (way, { shape }) => halfRegion(shape, way[0], way.at(-1)) },
  { name: "fill", key: "f", words: "fill what hangs together", cursor: "cross", region: ([place], editor) => alike(place, editor.pixels, editor.shape, 0) },
  { name: "wand", key: "w", words: "like grey: drag to widen", cursor: "cross", region: (way, editor) => alike(way[0], editor.greys, editor.shape, tolerance(way, editor)) },
];

/** Pixels that hang together with the one at a place and differ from it by at most `most`. */
function alike(place, values, shape, most) {
  const start = Math.floor(place.x) * shape[0] + Math.floor(place.y);
  return connectedRegion(shape, start, (pixel) => Math.abs(values[pixel] - values[start]) <= most);
}

/** Grey levels: more, the farther to the right the pointer was dragged. */
function tolerance(way, { zoom }) {
  return Math.max(WAND.least, WAND.atFirst + (way.at(-1).x - way[0].x) * zoom * WAND.perPixel);
}
