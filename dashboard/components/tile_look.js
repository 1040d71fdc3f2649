// How tiles are looked at: the view, which masks are drawn, the colours of the picture.
// Remembered by the browser, so that all galleries and tile views look alike.

const VIEWS = { image: ["image"], mask: ["mask"], overlay: ["overlay"], all: ["image", "mask", "overlay"] };
const VIEW_NAMES = { image: "Image", mask: "Mask", overlay: "Overlay", all: "All" };
const MASKS = {
  label: ["salt in the label", "M"],
  prediction: ["salt predicted", "P"],
  difference: ["both agree", "D"],
};
const LOOK_KEYS = [
  ["M", "label on or off"],
  ["P", "prediction on or off"],
  ["D", "difference of label and prediction"],
  ["H held", "hide what lies over the picture"],
  ["V", "next view: image, mask, overlay, all"],
  ["G", "grey or red–white–blue"],
  ["I", "inverted polarity"],
];

class Look {
  /** `place`: where view and size are remembered apart from the rest; `changed` is called after each change. */
  constructor(place, view, changed) {
    this.place = `saltscope.look.${place}`;
    this.changed = changed;
    this.hidden = false;
    Object.assign(this, { label: true, prediction: true, difference: false, colour: false, inverted: false, view });
    Object.assign(this, stored("saltscope.look"), stored(this.place));
    if (!(this.view in VIEWS)) this.view = view;
  }

  get palette() {
    return `${this.colour ? "colour" : "grey"}${this.inverted ? " inverted" : ""}`;
  }

  set(changes) {
    Object.assign(this, changes);
    const { label, prediction, difference, colour, inverted, view, size } = this;
    store("saltscope.look", { label, prediction, difference, colour, inverted });
    store(this.place, { view, size });
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

  /** Act on a key; true if it was one of ours. */
  key(key) {
    const toggles = { m: "label", p: "prediction", d: "difference", g: "colour", i: "inverted" };
    const letter = key.toLowerCase();
    if (letter in toggles) this.toggle(toggles[letter]);
    else if (letter === "h") this.hide(true);
    else if (letter === "v") this.nextView();
    else return false;
    return true;
  }

  nextView() {
    const names = Object.keys(VIEWS);
    this.set({ view: names[(names.indexOf(this.view) + 1) % names.length] });
  }
}

/** The bar's left half: view switch and legend; its buttons show their keys. */
function lookControls(look) {
  const views = element("div", { class: "views", role: "radiogroup", "aria-label": "View" });
  for (const [view, name] of Object.entries(VIEW_NAMES)) {
    views.append(button(name, `V: next view`, () => look.set({ view }), { role: "radio", "data-view": view }));
  }
  const legend = element("div", { class: "legend", role: "group", "aria-label": "Legend" });
  for (const [name, [words, key]] of Object.entries(MASKS)) {
    const colour = SALT[name === "difference" ? "agreement" : name];
    const chip = button("", `${key}: on or off`, () => look.toggle(name), { class: "chip", "data-mask": name });
    chip.append(element("i", { style: `--swatch: ${colour}` }), words, element("kbd", {}, key));
    legend.append(chip);
  }
  return [views, legend];
}

/** Show the state of `look` on its controls; chips of masks that no tile has are left out. */
function showLook(root, look, there) {
  for (const view of root.querySelectorAll("[data-view]")) view.setAttribute("aria-checked", view.dataset.view === look.view);
  for (const chip of root.querySelectorAll("[data-mask]")) {
    chip.hidden = !there[chip.dataset.mask];
    chip.setAttribute("aria-pressed", look[chip.dataset.mask]);
    chip.disabled = look.view === "image";
  }
}

/** A sheet of keys that `?` opens: [[key, what it does], …]. */
function keySheet(keys) {
  const sheet = element("div", { class: "sheet", role: "dialog", "aria-label": "Keys" });
  const list = element("dl");
  for (const [key, words] of keys) list.append(element("dt", {}, element("kbd", {}, key)), element("dd", {}, words));
  sheet.append(list);
  sheet.hidden = true;
  return sheet;
}

/** Keys reach `root` as soon as the pointer is over it, unless somebody is typing elsewhere. */
function focusOnEnter(root) {
  root.addEventListener("pointerenter", () => {
    const active = document.activeElement;
    const typing = active && (active.matches("input, textarea, select") || active.isContentEditable);
    if (!typing) root.focus({ preventScroll: true });
  });
}

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function button(text, title, pressed, attributes = {}) {
  const made = element("button", { type: "button", title, ...attributes }, text);
  made.addEventListener("click", pressed);
  return made;
}

function stored(name) {
  try {
    return JSON.parse(localStorage.getItem(name)) ?? {};
  } catch {
    return {}; // storage is switched off, or somebody else's text
  }
}

function store(name, value) {
  try {
    localStorage.setItem(name, JSON.stringify(value));
  } catch {
    // storage is switched off: the look lasts as long as the page
  }
}
