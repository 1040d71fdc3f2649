// The seams of a section: where two tiles touch, how strongly they hold together, and by what.

const HELD = {
  square: "confirmed by a closed square of four tiles",
  edges: "held by these two edges alone",
  place: "touching only because others hold them there",
};

class Seams {
  /** pairs: [first, second, where, strength or null, what holds them]. places: row and column of each tile. */
  constructor(pairs, places, [height, width]) {
    this.all = pairs.map(([first, second, where, strength, found]) => {
      const [row, column] = places[second];
      const [x, y] = [column * width, row * height];
      const line = where === "right" ? [x, y, x, y + height] : [x, y, x + width, y];
      return { first, second, where, strength, found, line };
    });
    this.of = new Map();
    for (const seam of this.all) {
      for (const tile of [seam.first, seam.second]) {
        if (!this.of.has(tile)) this.of.set(tile, []);
        this.of.get(tile).push(seam);
      }
    }
  }

  /** The seam of `tile` within `reach` of a place in the world, or null. */
  near(tile, { x, y }, reach) {
    const distance = ({ line: [left, top, right, bottom] }) => Math.max(left - x, x - right, top - y, y - bottom);
    return (this.of.get(tile) ?? []).find((seam) => distance(seam) <= reach) ?? null;
  }

  between(tile, other) {
    return (this.of.get(tile) ?? []).find(({ first, second }) => first === other || second === other) ?? null;
  }
}

function seamInWords({ strength, found }) {
  return strength === null ? HELD[found] : `strength ${strength.toFixed(2)}, ${HELD[found]}`;
}
