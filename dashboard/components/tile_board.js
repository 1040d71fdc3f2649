// What the gallery and the tile view are made of: bar, keys, sheet and width.

/** A kind has `update(data)`, `arrange()` (lay out and draw all), `escape()` and `ownKeys()`, like `Look.keys`. */
class Board {
  constructor(root, data, one) {
    this.root = root;
    this.look = new Look(data.name, data.view, () => this.arrange());
    this.position = element("span", { class: "position", role: "status" });
    this.before = button("‹", `${one} before`, () => this.turn(-1), { "aria-label": `${one} before` });
    this.after = button("›", `${one} after`, () => this.turn(1), { "aria-label": `${one} after` });
    this.turner = element("span", { class: "turn" }, this.before, this.position, this.after);
    this.help = button("?", "Keys", () => this.toggleSheet(), { class: "help" });
    this.sheet = element("div", { class: "sheet", role: "dialog", "aria-label": "Keys" });
    this.sheet.hidden = true;
    this.listen();
    this.watchWidth();
  }

  /** The bar: `before`, the controls of the look, `after` far on the right; the sheet hangs from it. */
  barOf(before, after) {
    const spacer = element("span", { class: "spacer" });
    return element("div", { class: "bar" }, ...before, ...lookControls(this.look), spacer, ...after, this.sheet);
  }

  listen() {
    this.root.addEventListener("keydown", (event) => this.keyDown(event));
    this.root.addEventListener("keyup", (event) => event.key.toLowerCase() === "h" && this.look.hide(false));
    this.root.addEventListener("focusout", (event) => this.left(event));
    this.root.addEventListener("click", (event) => this.clicked(event));
    focusOnEnter(this.root);
  }

  watchWidth() {
    this.width = 0;
    this.resizing = new ResizeObserver(([entry]) => {
      if (Math.abs(entry.contentRect.width - this.width) < 1) return;
      this.width = entry.contentRect.width;
      this.arrange();
    });
    this.resizing.observe(this.root);
  }

  remove() {
    this.resizing.disconnect();
  }

  showPosition({ position, previous, next }) {
    this.position.textContent = position;
    this.turner.hidden = !position;
    this.before.disabled = !previous;
    this.after.disabled = !next;
  }

  turn(by) {
    if (!(by < 0 ? this.data.previous : this.data.next)) return;
    this.direction = by;
    this.trigger("turn", by);
  }

  keys() {
    return [
      ...this.ownKeys(),
      ["Esc", "close what is open, pick none, go back", { Escape: () => this.closeOpen() || this.escape() }],
      ["?", "these keys", { "?": () => this.toggleSheet() }],
      ...this.look.keys(),
    ];
  }

  keyDown(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || isControls(event)) return;
    const actions = Object.assign({}, ...this.keys().map(([, , pressed]) => pressed));
    const act = actions[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act) return;
    act(event);
    event.preventDefault();
    event.stopPropagation();
  }

  /** A click beside the open menu closes it; the keyboard goes back to the tiles after a click on a button. */
  clicked(event) {
    if (!event.target.closest(".look")) this.menu.hidden = true;
    if (event.detail && event.target.closest("button")) this.root.focus({ preventScroll: true });
  }

  /** Whoever goes elsewhere has let go of H and is done with the menu. */
  left({ relatedTarget }) {
    if (this.root.contains(relatedTarget)) return;
    this.look.hide(false);
    this.menu.hidden = true;
  }

  get menu() {
    return this.root.querySelector(".look .panel");
  }

  /** Close the sheet or the menu; true if one was open. */
  closeOpen() {
    const open = [this.sheet, this.menu].find((one) => !one.hidden);
    if (open) open.hidden = true;
    return Boolean(open);
  }

  toggleSheet() {
    const list = element("dl");
    for (const [shown, words] of this.keys()) {
      list.append(element("dt", {}, element("kbd", {}, shown)), element("dd", {}, words));
    }
    this.sheet.replaceChildren(list);
    this.sheet.hidden = !this.sheet.hidden;
  }
}

/** Keys that a focused button, slider or box needs itself. */
function isControls({ key, target }) {
  if (target.matches("input")) return key.startsWith("Arrow") || [" ", "Home", "End", "PageUp", "PageDown"].includes(key);
  return Boolean(target.closest("button")) && (key === "Enter" || key === " ");
}
