// What stands in a bar above tiles: the view switch, the legend, and the menu of the look.

const MASKS = {
  label: ["salt in the label", "only in the label", "M"],
  prediction: ["salt predicted", "only predicted", "P"],
  difference: ["difference", "both agree", "D"],
  corrected: ["corrected mask", "corrected mask", "C"],
};

/** The bar's left half; its buttons show their keys. */
function lookControls(look) {
  const views = element("div", { class: "views", role: "radiogroup", "aria-label": "View" });
  for (const [view, name] of Object.entries(VIEW_NAMES)) {
    views.append(button(name, `V: next view`, () => look.set({ view }), { role: "radio", "data-view": view }));
  }
  const legend = element("div", { class: "legend", role: "group", "aria-label": "Legend" });
  for (const [name, [, , key]] of Object.entries(MASKS)) {
    const colour = SALT[name === "difference" ? "agreement" : name];
    const chip = button("", `${key}: on or off`, () => look.toggle(name), { class: "chip", "data-mask": name });
    chip.append(element("i", { class: "swatch", style: `--swatch: ${colour}` }), element("span"), element("kbd", {}, key));
    legend.append(chip);
  }
  return [views, legend, lookMenu(look)];
}

/** Colours, polarity, clip and fill behind one button. */
function lookMenu(look) {
  const opener = button("Look", "Colours, gain and fill", () => (panel.hidden = !panel.hidden), { class: "opener" });
  const colours = element("div", { class: "maps", role: "radiogroup", "aria-label": "Colours" });
  for (const [name, [words]] of Object.entries(COLOURS)) {
    const attributes = { role: "radio", "aria-label": words, "data-colours": name };
    colours.append(button("", words, () => look.set({ colours: name }), attributes));
  }
  const percent = (value) => `${value} %`;
  const panel = element(
    "div",
    { class: "panel", role: "dialog", "aria-label": "Look" },
    ...row("Colours", "G", colours),
    ...row("Inverted", "I", box(look, "inverted")),
    ...row("Clip", "K", slider(look, "clip", MOST_CLIP, 0.5, percent)),
    ...row("Fill", "<  >", slider(look, "fill", STRONGEST, 0.02, (value) => percent(Math.round(100 * value)))),
    ...row("Outline only", "O", box(look, "outline")),
    button("As at first", "Grey, no clip, a light fill", () => look.set(PLAIN), { class: "reset" }),
  );
  panel.hidden = true;
  return element("div", { class: "look" }, opener, panel);
}

function row(name, key, control) {
  return [element("span", { class: "name" }, name), control, element("kbd", {}, key)];
}

function box(look, name) {
  const made = element("input", { type: "checkbox", "data-look": name, "aria-label": name });
  made.addEventListener("change", () => look.set({ [name]: made.checked }));
  return made;
}

function slider(look, name, most, step, words) {
  const made = element("input", { type: "range", min: 0, max: most, step, "data-look": name, "aria-label": name });
  made.addEventListener("input", () => look.set({ [name]: Number(made.value) }));
  const value = element("output", { "data-value": name });
  value.inWords = words;
  return element("span", { class: "slider" }, made, value);
}

/** Show the state of `look` on its controls; chips of masks that no tile has are left out. */
function showLook(root, look, there) {
  for (const one of root.querySelectorAll("[data-view]")) one.setAttribute("aria-checked", one.dataset.view === look.view);
  const differs = look.difference && there.difference;
  const agrees = differs || (there.difference && look.label && look.prediction && VIEWS[look.view].includes("mask"));
  for (const chip of root.querySelectorAll("[data-mask]")) {
    const name = chip.dataset.mask;
    chip.hidden = !there[name];
    const drawn = { difference: agrees, corrected: false }[name] ?? differs; // in the colours of a difference
    chip.setAttribute("aria-pressed", drawn || look[name]);
    chip.disabled = look.view === "image";
    chip.children[1].textContent = MASKS[name][drawn ? 1 : 0];
  }
  for (const one of root.querySelectorAll("[data-colours]")) {
    one.setAttribute("aria-checked", one.dataset.colours === look.colours);
    one.style.setProperty("--map", gradient(one.dataset.colours, look.inverted));
  }
  for (const input of root.querySelectorAll("[data-look]")) {
    if (input.type === "checkbox") input.checked = look[input.dataset.look];
    else input.value = look[input.dataset.look];
  }
  for (const value of root.querySelectorAll("[data-value]")) value.textContent = value.inWords(look[value.dataset.value]);
  root.querySelector(".look .reset").disabled = look.isPlain;
  root.querySelector(".look .opener").classList.toggle("changed", !look.isPlain);
}
