// A tile in the middle of those that touch it, drawn by the look of the tile view that it belongs to.

const AROUND = 3; // tiles across
const GAP_AROUND = 1; // CSS pixels, so that a section reads as one picture

class Neighbourhood {
  /** `opened(id)` is called when a neighbour is clicked. */
  constructor(opened) {
    this.opened = opened;
    this.tiles = [];
    this.grid = element("div", { class: "grid", role: "group", "aria-label": "Tiles around this one" });
    this.root = element("section", { class: "around" }, element("h4", {}, "Around it"), this.grid);
    this.grid.addEventListener("click", (event) => {
      const id = event.target.closest("[data-id]")?.dataset.id;
      if (id) this.opened(id);
    });
  }

  /** The tiles of `sources`: nine, row by row, null where none is known; or none at all. */
  async load(sources) {
    const known = new Map(this.tiles.filter(Boolean).map((tile) => [tile.source.id, tile]));
    const wanted = sources.map((source) => {
      const tile = source && known.get(source.id);
      return source && (tile && sameSource(tile.source, source) ? tile : new Tile(source));
    });
    await Promise.all(wanted.filter(Boolean).map((tile) => tile.picture ?? tile.load()));
    return wanted;
  }

  /** Show what `load` gave; hidden where that is nothing. */
  show(tiles) {
    this.tiles = tiles;
    this.root.hidden = !tiles.length;
    this.grid.replaceChildren(...tiles.map(neighbour));
  }

  draw(look, width) {
    const side = Math.floor((width - (AROUND - 1) * GAP_AROUND) / AROUND);
    this.grid.style.gridTemplateColumns = `repeat(${AROUND}, ${side}px)`;
    const [high, wide] = this.tiles.find(Boolean)?.shape ?? [1, 1];
    const height = Math.round((side * high) / wide);
    this.tiles.forEach((tile, place) => {
      const cell = this.grid.children[place];
      if (!tile) return Object.assign(cell.style, { width: `${side}px`, height: `${height}px` });
      const canvas = cell.querySelector("canvas");
      fitCanvas(canvas, side, height);
      drawPanel(canvas, tile, look.view === "all" ? "overlay" : look.view, look);
    });
  }
}

function neighbour(tile, place) {
  if (!tile) return element("span", { class: "nothing" });
  if (place === 4) return element("span", { class: "middle" }, element("canvas"));
  const { id, caption } = tile.source;
  const made = button("", [id, ...caption].join(" · "), () => {}, { "data-id": id, "aria-label": id });
  made.append(element("canvas"));
  return made;
}
