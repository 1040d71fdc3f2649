// What a person did, on its way to Python. Of what a component triggers while the server is busy Streamlit keeps only
// the newest, and nothing when another run is asked for; so all that Python is not known to have had goes along each
// time, is sent again after a while, and is taken over when the component is left and opened again.

const FIRST = 2000; // ms until it is sent again, twice as long each time
const LONGEST = 30000;
const outboxes = new Map(); // by component, of which there is one instance after the other

class Outbox {
  /** The one of the component whose data say `name`; `owner.trigger(event, value)` reaches Python. */
  static of({ name }, owner) {
    if (!outboxes.has(name)) outboxes.set(name, new Outbox());
    return Object.assign(outboxes.get(name), { owner });
  }

  messages = [];
  newest = 0; // numbers grow, also beyond those of a page before this one
  pause = FIRST;

  /** Let go of what Python has had, up to the number `arrived`. `place`: of what is sent from now on. */
  update({ arrived, place }) {
    this.place = place;
    this.newest = Math.max(this.newest, arrived);
    this.drop(({ number }) => number <= arrived);
    if (!this.waiting) this.flush(); // what an instance before has left
  }

  /** `place` says whose handler is meant, see outbox.py. Returns the number that will have arrived then. */
  send(event, value, place = this.place) {
    this.newest = Math.max(this.newest + 1, Date.now());
    this.messages.push({ number: this.newest, event, value, place });
    this.pause = FIRST;
    this.flush();
    return this.newest;
  }

  /** Send it in the place of an older one about the same tile. */
  replace(event, value, place) {
    this.drop((older) => older.event === event && older.value.tile === value.tile && older.place === place);
    return this.send(event, value, place);
  }

  /** Messages of which `isVoid` says so need not arrive any more. */
  drop(isVoid) {
    this.messages = this.messages.filter((message) => !isVoid(message));
  }

  flush() {
    this.rest();
    if (!this.messages.length || !this.owner) return;
    this.owner.trigger("sent", [...this.messages]);
    this.wait();
    this.pause = Math.min(2 * this.pause, LONGEST);
  }

  wait() {
    this.waiting = setTimeout(() => this.flush(), this.pause);
  }

  rest() {
    clearTimeout(this.waiting);
    this.waiting = null;
  }

  /** `owner` has gone: what is left waits for the next one. */
  leave(owner) {
    if (this.owner !== owner) return;
    this.owner = null;
    this.rest();
  }
}
