// When the connection is back, the server may be another one than before, which knows nothing of this page.

const STATE = "data-test-connection-state";
const CONNECTED = "CONNECTED";
const watching = new WeakSet();

export default function ({ parentElement, setTriggerValue }) {
  if (watching.has(parentElement)) return;
  watching.add(parentElement);
  const app = document.querySelector("[data-testid=stApp]");
  const observer = new MutationObserver((changes) => {
    const wasGone = changes.some(({ oldValue }) => oldValue !== CONNECTED);
    if (wasGone && app.getAttribute(STATE) === CONNECTED) setTriggerValue("back", true);
  });
  observer.observe(app, { attributeFilter: [STATE], attributeOldValue: true });
  return () => {
    observer.disconnect();
    watching.delete(parentElement);
  };
}
