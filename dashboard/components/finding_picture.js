// The finding's picture, drawn by Python; here only what hides its marks while H is held.

const known = new WeakSet();

export default function ({ parentElement, data }) {
  const root = parentElement.querySelector(".saltscope");
  root.innerHTML = data.svg;
  if (known.has(root)) return;
  known.add(root);
  const hide = (hidden) => root.classList.toggle("bare", hidden);
  root.addEventListener("keydown", (event) => event.key.toLowerCase() === "h" && hide(true));
  root.addEventListener("keyup", () => hide(false));
  root.addEventListener("blur", () => hide(false));
  root.addEventListener("pointerenter", () => {
    if (!document.activeElement?.matches("input, textarea, select")) root.focus({ preventScroll: true });
  });
}
