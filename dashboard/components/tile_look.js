// How tiles are looked at: the view, which masks are drawn and how, the colours of the picture.
// Remembered by the browser, so that all galleries and tile views look alike.

const VIEWS = { image: ["image"], mask: ["mask"], overlay: ["overlay"], all: ["image", "mask", "overlay"] };
const VIEW_NAMES = { image: "Image", mask: "Mask", overlay: "Overlay", all: "All" };
const STRONGEST = 0.8; // fill of a mask
const CLIPS = [0, 1, 2, 5]; // steps of the key K, in %
const MOST_CLIP = 10; // %, at each end
const PLAIN = { colours: "grey", inverted: false, clip: 0, fill: 0.22, outline: false };
const SHARED = { label: true, prediction: true, corrected: true, difference: false, ...PLAIN };

class Look {
  /** `place`: where view and size are remembered apart from the rest; `changed` is called after each change. */
  constructor(place, view, changed) {
    this.place = `saltscope.look.${place}`;
    this.changed = changed;
    this.hidden = false;
    const known = Object.entries(stored("saltscope.look")).filter(([name, value]) => typeof value === typeof SHARED[name]);
    Object.assign(this, { view }, SHARED, Object.fromEntries(known), stored(this.place));
    if (!(this.view in VIEWS)) this.view = view;
    if (!(this.colours in COLOURS)) this.colours = PLAIN.colours;
  }

  set(changes) {
    Object.assign(this, changes);
    store("saltscope.look", Object.fromEntries(Object.keys(SHARED).map((name) => [name, this[name]])));
    store(this.place, { view: this.view, size: this.size });
    this.changed();
  }

  toggle(name) {
    // A difference shows both masks: to switch one of them is to leave it.
    const leave = name === "label" || name === "prediction" ? { difference: false } : {};
    this.set({ ...leave, [name]: !this[name] });
  }

  hide(hidden) {
    if (this.hidden === hidden) return;
    this.hidden = hidden;
    this.changed();
  }

  /** Go from one of `choices` to the next. */
  advance(name, choices) {
    this.set({ [name]: next(Object.keys(choices), this[name]) });
  }

  clipMore() {
    this.set({ clip: CLIPS.find((clip) => clip > this.clip) ?? CLIPS[0] });
  }

  refill(by) {
    const fill = Math.round(100 * Math.min(STRONGEST, Math.max(0, this.fill + by))) / 100;
    this.set({ fill, outline: false });
  }

  get isPlain() {
    return Object.entries(PLAIN).every(([name, value]) => this[name] === value);
  }

  /** [as on the sheet, what it does, { key: action }] */
  keys() {
    return [
      ["M", "label on or off", { m: () => this.toggle("label") }],
      ["P", "prediction on or off", { p: () => this.toggle("prediction") }],
      ["C", "corrected mask on or off", { c: () => this.toggle("corrected") }],
      ["D", "difference of label and prediction", { d: () => this.toggle("difference") }],
      ["H held", "hide what lies over the picture", { h: () => this.hide(true) }],
      ["O", "outlines only", { o: () => this.toggle("outline") }],
      ["<  >", "lighter or stronger fill", { "<": () => this.refill(-0.08), ">": () => this.refill(0.08) }],
      ["V", "next view: image, mask, overlay, all", { v: () => this.advance("view", VIEWS) }],
      ["G", "next colours: grey, red–white–blue, magma", { g: () => this.advance("colours", COLOURS) }],
      ["I", "inverted polarity", { i: () => this.toggle("inverted") }],
      ["K", `gain: clip ${CLIPS.join(", ")} % of the pixels at each end`, { k: () => this.clipMore() }],
    ];
  }
}

function next(names, name) {
  return names[(names.indexOf(name) + 1) % names.length];
}
