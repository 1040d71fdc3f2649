// Where one looks from: a world of `world.width` × `world.height` pixels on a screen of `width` × `height` CSS pixels.

const CLOSEST = 24; // CSS pixels of one pixel at the largest zoom

class Camera {
  constructor() {
    Object.assign(this, { x: 0, y: 0, scale: 0, width: 0, height: 0, world: { width: 1, height: 1 } });
  }

  /** The scale at which the whole world is in sight. */
  get least() {
    return Math.min(this.width / this.world.width, this.height / this.world.height);
  }

  get isWhole() {
    return this.scale <= this.least * 1.001;
  }

  /** Another screen or world; what was in the middle stays there, and what was whole stays whole. */
  fit(width, height, world) {
    const whole = !this.scale || this.isWhole;
    const middle = this.at(this.width / 2, this.height / 2);
    Object.assign(this, { width, height, world });
    if (whole) this.showAll();
    else this.centre(middle.x, middle.y);
  }

  showAll() {
    this.scale = this.least;
    this.settle();
  }

  centre(x, y) {
    this.x = x - this.width / this.scale / 2;
    this.y = y - this.height / this.scale / 2;
    this.settle();
  }

  /** The place in the world under a place on the screen. */
  at(x, y) {
    return { x: this.x + x / (this.scale || 1), y: this.y + y / (this.scale || 1) };
  }

  /** Larger by `factor`; what lies under (x, y) on the screen stays there. */
  zoom(factor, x = this.width / 2, y = this.height / 2) {
    const { x: worldX, y: worldY } = this.at(x, y);
    this.scale = Math.min(Math.max(this.scale * factor, this.least), Math.max(CLOSEST, this.least));
    this.x = worldX - x / this.scale;
    this.y = worldY - y / this.scale;
    this.settle();
  }

  move(across, down) {
    this.x -= across / this.scale;
    this.y -= down / this.scale;
    this.settle();
  }

  /** Keep the world on the screen: in its middle where it is smaller, else without a gap at the edges. */
  settle() {
    const kept = (place, screen, size) => {
      const room = screen / this.scale;
      return room >= size ? (size - room) / 2 : Math.min(Math.max(place, 0), size - room);
    };
    this.x = kept(this.x, this.width, this.world.width);
    this.y = kept(this.y, this.height, this.world.height);
  }

  /** The part of `box` in sight, in world pixels; null if there is none. */
  visible(box) {
    const [left, top] = [Math.max(box.x, this.x), Math.max(box.y, this.y)];
    const right = Math.min(box.x + box.width, this.x + this.width / this.scale);
    const bottom = Math.min(box.y + box.height, this.y + this.height / this.scale);
    return left < right && top < bottom ? { x: left, y: top, width: right - left, height: bottom - top } : null;
  }
}
