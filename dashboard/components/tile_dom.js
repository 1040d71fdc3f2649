// Making elements, and what the browser remembers. The first of the scripts that gallery and tile view share.

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

/** Give `parent` exactly `count` children, made by `make(number)` where some are missing. */
function keepChildren(parent, count, make) {
  while (parent.children.length > count) parent.lastChild.remove();
  while (parent.children.length < count) parent.append(make(parent.children.length));
}

/** Keys reach `root` as soon as the pointer is over it, unless somebody is typing elsewhere. */
function focusOnEnter(root) {
  root.addEventListener("pointerenter", () => {
    const active = document.activeElement;
    const typing = active && (active.matches("input, textarea, select") || active.isContentEditable);
    if (!typing && !root.contains(root.getRootNode().activeElement)) root.focus({ preventScroll: true });
  });
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
    // storage is switched off: it lasts as long as the page
  }
}
