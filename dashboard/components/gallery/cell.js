// One place in the gallery's grid. Needs tile_canvas.js and tile_look.js in front of it.

/** One place in the grid: panels, caption and tick, filled with whichever tile comes. */
class Cell {
  constructor(number) {
    this.panels = element("div", { class: "panels" });
    this.caption = element("div", { class: "caption" });
    const tick = element("span", { class: "tick", title: "Pick  Space" });
    this.root = element("div", { class: "tile", role: "option", id: `tile-${number}` }, this.panels, tick, this.caption);
  }

  draw(tile, panels, width, height, look) {
    while (this.panels.children.length > panels.length) this.panels.lastChild.remove();
    while (this.panels.children.length < panels.length) this.panels.append(element("canvas"));
    panels.forEach((panel, i) => {
      const canvas = this.panels.children[i];
      fitCanvas(canvas, width, height);
      drawPanel(canvas, tile, panel, look);
    });
    const { id, caption } = tile.source;
    const numbers = element("span", {}, ...caption.map((text) => element("span", {}, text)));
    this.caption.replaceChildren(element("b", {}, id), numbers);
    this.root.setAttribute("aria-label", [id, ...caption].join(", "));
    this.root.dataset.id = id;
  }

  mark(current, picked) {
    this.root.classList.toggle("current", current);
    this.root.setAttribute("aria-selected", picked);
  }
}
