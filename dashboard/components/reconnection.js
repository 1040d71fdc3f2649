// When the connection is back, the server may be another one than before, which knows nothing of this page.

const STATE = "data-test-connection-state";
const CONNECTED = "CONNECTED";

class Reconnection {
  constructor() {
    const app = document.querySelector("[data-testid=stApp]");
    this.observer = new MutationObserver((changes) => {
      const wasGone = changes.some(({ oldValue }) => oldValue !== CONNECTED);
      if (wasGone && app.getAttribute(STATE) === CONNECTED) this.trigger("back", true);
    });
    this.observer.observe(app, { attributeFilter: [STATE], attributeOldValue: true });
  }

  update() {}

  remove() {
    this.observer.disconnect();
  }
}

export default mountedAs(Reconnection, "span");
