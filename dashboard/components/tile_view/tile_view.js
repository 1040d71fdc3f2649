// One tile, large: overlays, zoom to the pixel, what lies under the pointer, its facts, its run-length code, all its
// predictions.

const SIDE = { facts: 250, code: 340 }; // width of what stands beside the picture, CSS pixels
const NARROW = 640; // below this width it stands under the picture
const BELOW = 44; // CSS pixels that a page needs below the picture
const SENTENCE = 40; // characters; facts with longer values have a line to themselves
const LEAST = 200; // height of the pictures, CSS pixels, however low the window

class TileView extends Board {
  constructor(root, data) {
    super(root, data, "Tile");
    this.code = new RunCode((run, onPicture) => this.light(run, onPicture));
    this.pictures = new Pictures((place) => this.point(place));
    this.around = new Neighbourhood((id) => this.trigger("near", id));
    this.predictions = new PredictionTable((run) => this.trigger("choose", run));
    this.build();
  }

  build() {
    this.back = button("", "Back  Esc", () => this.escape(), { class: "back" });
    this.alike = button("More like this", "Tiles with similar figures  L", () => this.askForAlike(), { class: "act" });
    this.before.title += "  ←";
    this.after.title += "  →";
    const smaller = button("−", "Zoom out  −", () => this.pictures.zoom(1 / 1.5));
    const larger = button("+", "Zoom in  +", () => this.pictures.zoom(1.5));
    const zoom = element("span", { class: "turn" }, smaller, larger, this.help);
    this.readout = element("div", { class: "readout" });
    this.facts = element("div", { class: "facts" });
    this.side = element("div", { class: "side" }, this.facts, this.around.root, this.code.root);
    const left = element("div", { class: "left" }, this.pictures.root, this.readout);
    this.stage = element("div", { class: "stage" }, left, this.side);
    this.root.replaceChildren(this.barOf([this.back], [this.alike, this.turner, zoom]), this.stage, this.predictions.root);
  }

  async update(data) {
    const same = this.tile && this.tile.source.id === data.tile.id && sameSource(this.tile.source, data.tile);
    this.data = data;
    const tile = same ? this.tile : await new Tile(data.tile).load();
    const around = await this.around.load(data.around);
    if (this.data !== data) return; // a newer tile has come meanwhile
    this.tile = tile;
    this.around.show(around);
    if (!same) this.enter();
    this.back.textContent = data.close ? `← ${data.close}` : "";
    this.back.hidden = !data.close;
    this.alike.hidden = !data.alike;
    this.showPosition(data);
    this.facts.replaceChildren(...data.facts.map(factGroup));
    this.predictions.show(tile, data.predictions);
    this.arrange();
    this.root.dataset.ready = data.tile.id; // for those who wait for the tile
  }

  enter() {
    this.pictures.enter(this.tile);
    const name = this.tile.label || !this.tile.prediction ? "label" : "prediction";
    this.code.show(this.tile[name], name);
    this.pictures.numbered = this.data.explain ? this.code.mask : null;
    this.point(null);
  }

  /** Lay out the panels for the width that is there and draw them. */
  arrange() {
    if (!this.width || !this.tile) return;
    const { explain, facts } = this.data;
    const { label, prediction, corrected, chance } = this.tile;
    const beside = explain || facts.length > 0 || this.around.tiles.length > 0;
    const narrow = this.width < NARROW;
    this.stage.classList.toggle("narrow", narrow);
    this.side.hidden = !beside;
    this.code.root.hidden = !explain;
    this.top ??= this.stage.getBoundingClientRect().top;
    const room = this.width - (beside && !narrow ? SIDE[explain ? "code" : "facts"] : 0);
    const panels = this.look.view === "all" && chance ? [...VIEWS.all, "probability"] : VIEWS[this.look.view];
    this.pictures.arrange(panels, this.look, room, Math.max(window.innerHeight - this.top - BELOW, LEAST));
    this.predictions.draw(this.look);
    this.around.draw(this.look, Math.min(SIDE.facts, this.width));
    showLook(this.root, this.look, { label, prediction, corrected, difference: label && prediction });
  }

  ownKeys() {
    const { position, explain, alike, predictions } = this.data;
    const zoom = (factor) => () => this.pictures.zoom(factor);
    const zooms = { "+": zoom(1.5), "-": zoom(1 / 1.5), 0: zoom(0) };
    const turns = { ArrowLeft: () => this.turn(-1), ArrowRight: () => this.turn(1) };
    const steps = { ",": () => this.code.step(-1), ".": () => this.code.step(1) };
    const keys = [
      [position, "← →", "tile before, tile after", turns],
      [true, "+ − 0", "zoom in, out, all (also wheel and double click; drag to move)", zooms],
      [explain, ",  .", "run of the code before, after", steps],
      [predictions.rows.length, "R", "the next run's prediction", { r: () => this.predictions.step() }],
      [alike, "L", "more tiles like this", { l: () => this.askForAlike() }],
    ];
    return keys.filter(([wanted]) => wanted).map(([, ...key]) => key);
  }

  escape() {
    if (this.data.close) this.trigger("close", true);
  }

  askForAlike() {
    this.trigger("alike", true);
  }

  /** Light up a run of the code; where the pointer is on the picture, only its outline: the picture is looked at. */
  light(run, onPicture) {
    this.pictures.light(run < 0 ? null : Mask.ofRun(this.code.mask.runs[run], this.tile.shape), onPicture);
  }

  /** Say what lies at a place of the tile, and light up its run. */
  point(place) {
    const words = place ? pixelInWords(this.tile, place) : "\u00a0";
    if (this.readout.textContent !== words) this.readout.textContent = words;
    if (!this.data.explain) return;
    if (place && this.code.mask) this.code.chooseAt(Math.floor(place.x), Math.floor(place.y));
    else this.code.choose(-1);
  }
}

/** Names and values under a title, if it has one. */
function factGroup({ title, facts, colour }) {
  const list = element("dl", {}, ...facts.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]));
  const mark = colour ? [element("i", { class: "swatch", style: `--swatch: ${colour}` })] : [];
  const wide = facts.some(([, value]) => value.length > SENTENCE);
  return element("section", wide ? { class: "wide" } : {}, ...(title ? [element("h4", {}, ...mark, title)] : []), list);
}

export default mountedAs(TileView);
