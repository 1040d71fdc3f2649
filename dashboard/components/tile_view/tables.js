// What stands below the picture: all predictions of a tile, one run a row.

const SMALL = 64; // height of a picture, CSS pixels

/** Choosing a row chooses the run. */
class PredictionTable {
  /** `chosen(run)` is called when a person wants another run. */
  constructor(chosen) {
    this.chosen = chosen;
    this.rows = [];
    this.root = element("div", { class: "predictions" });
  }

  /** `columns`: what the figures are; `rows`: [{ run, code, figures }]; `run`: the chosen one. */
  show(tile, { columns, rows, run }) {
    this.run = run;
    this.rows = rows.map((row) => ({ ...row, tile: tile.predictedAs(row.code), canvas: element("canvas") }));
    const lines = this.rows.map((row) => this.line(row));
    this.root.replaceChildren(...(rows.length ? [tableOf("Predictions", ["", "Run", ...columns], lines)] : []));
  }

  line({ run, canvas, figures }) {
    const pressed = { "aria-pressed": run === this.run };
    const chooser = button(run, "Show this run's prediction  R: the next run's", () => this.chosen(run), pressed);
    const line = lineOf([canvas, chooser, ...figures]);
    line.setAttribute("aria-selected", run === this.run);
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

function tableOf(title, columns, lines) {
  const head = element("tr", {}, ...columns.map((name) => element("th", { scope: "col" }, name)));
  const table = element("table", {}, element("thead", {}, head), element("tbody", {}, ...lines));
  return element("section", {}, element("h4", {}, title), table);
}

function lineOf(contents) {
  return element("tr", {}, ...contents.map((content) => element("td", {}, content)));
}
