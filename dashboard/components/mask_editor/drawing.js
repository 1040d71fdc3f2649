// A mask in the making: its pixels, every step back and forth, and the draft that outlives the page.

class Drawing {
  /** `place`: what the draft is kept under. `mask`, `base`: the stored one, which it begins with, and its revision. */
  constructor(place, mask, base) {
    this.base = base;
    this.place = `saltscope.draft.${place}`;
    this.stored = mask;
    this.shape = [mask.height, mask.width];
    this.show(mask.pixels);
    this.before = [];
    this.after = [];
    this.stroke = 0; // when the last change was made, in ms; 0: none yet
  }

  show(pixels) {
    this.pixels = pixels;
    this.mask = new Mask(this.shape, pixels);
  }

  get changed() {
    return !samePixels(this.pixels, this.stored.pixels);
  }

  /** Make `pixels` the mask, as one step; false if they are what is there. */
  set(pixels, from = this.pixels) {
    if (samePixels(pixels, from)) return false;
    this.before.push(from);
    this.after = [];
    this.show(pixels);
    this.keep();
    return true;
  }

  undo() {
    return this.step(this.before, this.after);
  }

  redo() {
    return this.step(this.after, this.before);
  }

  step(source, target) {
    if (!source.length) return false;
    target.push(this.pixels);
    this.show(source.pop());
    this.keep();
    return true;
  }

  /** Remember it in this browser tab, until it is saved. */
  keep() {
    this.stroke = Math.max(Date.now(), this.stroke + 1);
    tabStorage.set(this.place, { mask: codeOf(this.pixels), base: this.base, stroke: this.stroke });
  }

  forget() {
    tabStorage.remove(this.place);
  }

  /** Go on with the newer one of this tab's draft and the server's ({ mask, base, stroke } or null); the one taken, or null. */
  restore(kept) {
    const drafts = [tabStorage.get(this.place), kept].filter(Boolean).sort((one, other) => other.stroke - one.stroke);
    if (!drafts.length) return null;
    const { pixels } = Mask.fromCode(drafts[0].mask, this.shape);
    if (samePixels(pixels, this.pixels)) return null;
    this.before.push(this.pixels);
    this.show(pixels);
    Object.assign(this, { stroke: drafts[0].stroke, base: drafts[0].base });
    return drafts[0];
  }
}
