// What a person did, on its way to Python. Of what a component triggers while the server is busy Streamlit keeps only
// the newest; so all that Python is not known to have had goes along each time, and once more after a while.

const PATIENCE = 8000; // ms until what nobody acknowledged is sent again
const SOON = 1000; // the same after Python has drawn without having had it

class Outbox {
  /** `trigger(event, value)`: of the component at hand. */
  constructor(trigger) {
    this.trigger = trigger;
    this.messages = [];
    this.newest = 0; // numbers grow, also beyond those of an outbox before this one
  }

  /** Let go of what Python has had, up to the number `arrived`. */
  update({ arrived }) {
    this.newest = Math.max(this.newest, arrived);
    this.drop(({ number }) => number <= arrived);
    this.wait(SOON);
  }

  send(event, value) {
    this.newest = Math.max(this.newest + 1, Date.now());
    this.messages.push({ number: this.newest, event, value });
    this.flush();
  }

  /** Messages of which `isVoid` says so need not arrive any more. */
  drop(isVoid) {
    this.messages = this.messages.filter((message) => !isVoid(message));
  }

  flush() {
    if (!this.messages.length) return;
    this.trigger("sent", [...this.messages]);
    this.wait(PATIENCE);
  }

  wait(time) {
    this.close();
    this.waiting = setTimeout(() => this.flush(), time);
  }

  close() {
    clearTimeout(this.waiting);
  }
}
