// One place in the gallery's grid.

/** One place in the grid: panels, caption and tick, filled with whichever tile comes. */
class Cell {
  constructor(number) {
    this.panels = element("div", { class: "panels" });
    this.caption = element("div", { class: "caption" });
    const tick = element("span", { class: "tick", title: "Pick  Space" });
    this.root = element("div", { class: "tile", role: "option", id: `tile-${number}` }, this.panels, tick, this.caption);
  }

  /** Write what stands under the tile; its pictures follow with `draw`. */
  fill({ id, caption }) {
    const numbers = element("span", {}, ...caption.map((text) => element("span", {}, text)));
    this.caption.replaceChildren(element("b", { title: id }, id), numbers);
    this.root.setAttribute("aria-label", [id, ...caption].join(", "));
    this.root.dataset.id = id;
  }

  draw(tile, panels, width, height, look) {
    keepChildren(this.panels, panels.length, () => element("canvas"));
    panels.forEach((panel, i) => {
      const canvas = this.panels.children[i];
      fitCanvas(canvas, width, height);
      drawPanel(canvas, tile, panel, look);
    });
  }

  mark(current, picked) {
    this.root.classList.toggle("current", current);
    this.root.setAttribute("aria-selected", picked);
  }
}
