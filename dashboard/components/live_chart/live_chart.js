// Small charts that grow while a training runs. Plotly.react with a uirevision keeps zoom and does not flicker.

const HEIGHT = 210; // CSS pixels of one plot

class LiveChart {
  constructor(root) {
    this.root = root;
    this.panels = [];
    this.x = null; // where the pointer is
    this.resizing = new ResizeObserver(() => this.panels.forEach(({ plot }) => plot.data && window.Plotly.Plots.resize(plot)));
    this.resizing.observe(this.root);
  }

  async update(data) {
    this.data = data;
    const plotly = await loadPlotly(data.script);
    if (this.data !== data || !this.root.isConnected) return; // newer data has come, or the page is gone
    while (this.panels.length > data.panels.length) this.dropLast(plotly);
    while (this.panels.length < data.panels.length) this.add();
    const ink = this.ink();
    await Promise.all(data.panels.map((panel, i) => this.draw(plotly, panel, this.panels[i], ink)));
    this.root.dataset.points = data.panels.reduce((sum, panel) => sum + pointsIn(panel), 0); // for those who watch it grow
  }

  add() {
    const [root, head, plot, cursor] = ["section", "header", "div", "hr"].map((name) => document.createElement(name));
    cursor.hidden = true;
    root.append(head, plot, cursor);
    this.root.append(root);
    this.panels.push({ root, head, plot, cursor });
  }

  dropLast(plotly) {
    const { root, plot } = this.panels.pop();
    plotly.purge(plot);
    root.remove();
  }

  async draw(plotly, panel, at, ink) {
    const { plot } = at;
    const first = !plot.data;
    const traces = panel.series.map((series) => trace(series));
    await plotly.react(plot, traces, plotLayout(panel, this.data, ink), { displayModeBar: false, showTips: false });
    at.series = panel.series;
    at.head.replaceChildren(...heading(panel));
    this.showValues(at);
    if (!first) return;
    plot.on("plotly_hover", ({ points }) => this.pointAt(points[0].x));
    plot.on("plotly_unhover", () => this.pointAt(null));
    plot.on("plotly_relayout", () => this.showValues(at));
  }

  /** Mark the same x in every panel, with the values there; null: the latest values. */
  pointAt(x) {
    this.x = x;
    this.panels.forEach((panel) => this.showValues(panel));
  }

  showValues({ head, plot, cursor, series }) {
    const { x } = this;
    const axis = plot._fullLayout?.xaxis;
    const left = x == null || !axis ? -1 : axis.l2p(x);
    cursor.hidden = left < 0 || left > axis._length;
    cursor.style.left = `${left + (axis?._offset ?? 0)}px`;
    head.querySelector("em").textContent = x == null ? "" : ` ${this.data.x_title} ${shortNumber(x)}`;
    const values = head.querySelectorAll("strong");
    series.filter(({ faint }) => !faint).forEach((one, i) => (values[i].textContent = shortNumber(valueAt(one, x))));
  }

  /** The theme's colours, as they are now. */
  ink() {
    const style = getComputedStyle(this.root);
    const colour = (name) => style.getPropertyValue(`--st-${name}`).trim();
    return { text: colour("text-color"), grid: colour("border-color-light"), font: colour("font") };
  }

  remove() {
    this.resizing.disconnect();
    for (const { plot } of this.panels) window.Plotly?.purge(plot);
  }
}

function trace({ name, x, y, colour, dash, faint }) {
  const few = x.length < 40;
  return {
    type: "scatter",
    mode: few && !faint ? "lines+markers" : "lines",
    name,
    x,
    y,
    opacity: faint ? 0.35 : 1,
    line: { color: colour, width: faint ? 1 : x.length > 500 ? 1.4 : 2, dash },
    marker: { color: colour, size: 4 },
    hoverinfo: "none", // the values stand in the heading
    showlegend: false,
  };
}

function plotLayout(panel, { x_title, revision }, ink) {
  const axis = { gridcolor: ink.grid, zeroline: false, linecolor: ink.grid, ticks: "outside", ticklen: 3, tickcolor: ink.grid };
  return {
    uirevision: revision,
    height: HEIGHT,
    margin: { l: 54, r: 12, t: 6, b: 36 },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { color: ink.text, size: 11, family: ink.font },
    hovermode: "x",
    hoverdistance: -1,
    xaxis: { ...axis, title: { text: x_title, standoff: 4 }, rangemode: "tozero" },
    yaxis: {
      ...axis,
      title: { text: panel.y_title, standoff: 4 },
      type: panel.log ? "log" : "linear",
      exponentformat: "e",
      nticks: 5,
      ...(panel.range && { range: panel.range }),
    },
    shapes: panel.marks.map(([x]) => ({ type: "line", x0: x, x1: x, y0: 0, y1: 1, yref: "paper", line: { color: ink.text, width: 1, dash: "dot" }, opacity: 0.5 })),
    annotations: panel.marks.map(([x, text], i) => ({ x, text, y: 1, yref: "paper", yshift: -12 * i, xanchor: "left", yanchor: "top", showarrow: false, font: { size: 10 } })),
  };
}

/** The panel's title and place for x, then each series with its colour and place for its value. */
function heading(panel) {
  const title = document.createElement("b");
  title.append(panel.title, document.createElement("em"));
  const parts = panel.series.filter(({ faint }) => !faint).map(({ name, colour, dash }) => {
    const part = document.createElement("span");
    const line = document.createElement("i");
    line.style.borderTop = `2px ${dash === "solid" ? "solid" : "dashed"} ${colour}`;
    part.append(line, name, document.createElement("strong"));
    return part;
  });
  return [title, ...parts];
}

/** The last value up to `x`, or of all where that is null. */
function valueAt({ x: places, y }, x) {
  const last = x === null ? y.length - 1 : places.findLastIndex((place) => place <= x + 1e-9);
  return y.slice(0, last + 1).findLast((one) => one !== null);
}

function shortNumber(value) {
  if (value === undefined) return "–";
  if (Math.abs(value) >= 100) return value.toFixed(0);
  return value !== 0 && Math.abs(value) < 0.001 ? value.toExponential(1) : value.toPrecision(3);
}

function pointsIn(panel) {
  return panel.series.reduce((sum, { x }) => sum + x.length, 0);
}

/** Plotly's script, once for all charts and pages. `path` is relative to where Streamlit itself is served. */
function loadPlotly(path) {
  window.saltscopePlotly ??= new Promise((resolve, reject) => {
    const own = document.querySelector('script[src*="static/js/"]')?.src; // …/static/js/index.js, behind any proxy
    const script = document.createElement("script");
    script.src = new URL(path, own ? new URL("../../", own) : document.baseURI);
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => reject(new Error(`The charts' script can't be loaded from ${script.src}`));
    document.head.append(script);
  });
  return window.saltscopePlotly;
}

export default mountedAs(LiveChart, ".live-chart");
