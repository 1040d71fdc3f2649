// All predictions of a tile, one run a row; choosing a row chooses the run.

const SMALL = 64; // height of a picture, CSS pixels

class PredictionTable {
  /** `chosen(run)` is called when a person wants another run. */
  constructor(chosen) {
    this.chosen = chosen;
    this.rows = [];
    this.table = element("table");
    this.root = element("section", { class: "predictions" }, element("h4", {}, "Predictions"), this.table);
  }

  /** `predictions`: [{ run, code, figures }]; `columns`: what the figures are; `run`: the chosen one. */
  show(tile, { columns, rows, run }) {
    this.root.hidden = !rows.length;
    this.run = run;
    const head = ["", "Run", ...columns].map((name) => element("th", { scope: "col" }, name));
    this.rows = rows.map((row) => ({ ...row, tile: tile.predictedAs(row.code), canvas: element("canvas") }));
    const body = element("tbody", {}, ...this.rows.map((row) => this.line(row)));
    this.table.replaceChildren(element("thead", {}, element("tr", {}, ...head)), body);
  }

  line({ run, canvas, figures }) {
    const pressed = { "aria-pressed": run === this.run };
    const chooser = button(run, "Show this run's prediction  R: the next run's", () => this.chosen(run), pressed);
    const cells = [canvas, chooser, ...figures].map((content) => element("td", {}, content));
    const line = element("tr", { "data-run": run, "aria-selected": run === this.run }, ...cells);
    canvas.addEventListener("click", () => this.chosen(run));
    return line;
  }

  draw(look) {
    for (const { tile, canvas } of this.rows) {
      const [height, width] = tile.shape;
      fitCanvas(canvas, Math.round((SMALL * width) / height), SMALL);
      drawPanel(canvas, tile, "overlay", { ...look, prediction: true });
    }
  }

  /** Choose the run after the chosen one. */
  step() {
    const runs = this.rows.map((row) => row.run);
    if (runs.length > 1 || runs[0] !== this.run) this.chosen(next(runs, this.run));
  }
}
