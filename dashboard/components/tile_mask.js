// A mask: its pixels, its runs, and its outline as a path.

/** A mask from run-length code: pairs `start length`, counted from 1, down each column first. */
class Mask {
  constructor(shape, pixels, runs = []) {
    [this.height, this.width] = shape;
    this.pixels = pixels; // 0 or 1, column by column
    this.runs = runs; // [[start from 1, length], …]
  }

  static fromCode(code, shape) {
    const numbers = code ? code.trim().split(/\s+/).map(Number) : [];
    const runs = [];
    const pixels = new Uint8Array(shape[0] * shape[1]);
    for (let i = 0; i < numbers.length; i += 2) {
      runs.push([numbers[i], numbers[i + 1]]);
      pixels.fill(1, numbers[i] - 1, numbers[i] - 1 + numbers[i + 1]);
    }
    return new Mask(shape, pixels, runs);
  }

  static ofRun([start, length], shape) {
    const pixels = new Uint8Array(shape[0] * shape[1]).fill(1, start - 1, start - 1 + length);
    return new Mask(shape, pixels);
  }

  /** A mask of the pixels where `rule(mine, theirs)` holds. */
  combine(other, rule) {
    return new Mask([this.height, this.width], this.pixels.map((mine, i) => (rule(mine, other.pixels[i]) ? 1 : 0)));
  }

  at(x, y) {
    return x >= 0 && y >= 0 && x < this.width && y < this.height ? this.pixels[x * this.height + y] : 0;
  }

  /** The outline along pixel edges as closed loops in tile coordinates: right for filling and stroking. */
  get outline() {
    this.path ??= tracedPath(this.edges(), this.width + 1);
    return this.path;
  }

  /** Edges of pixels, clockwise around the salt: a byte for each corner, row by row; bits for right, down, left, up. */
  edges() {
    const { width, height, pixels } = this;
    const stride = width + 1;
    const ways = new Uint8Array(stride * (height + 1));
    for (let x = 0, pixel = 0; x < width; x++) {
      for (let y = 0; y < height; y++, pixel++) {
        if (!pixels[pixel]) continue;
        const corner = y * stride + x;
        if (y === 0 || !pixels[pixel - 1]) ways[corner] |= 1;
        if (x === width - 1 || !pixels[pixel + height]) ways[corner + 1] |= 2;
        if (y === height - 1 || !pixels[pixel + 1]) ways[corner + stride + 1] |= 4;
        if (x === 0 || !pixels[pixel - height]) ways[corner + stride] |= 8;
      }
    }
    return ways;
  }
}

/** Chain edges into closed loops; corners in a straight line are left out. Uses up `ways`. */
function tracedPath(ways, stride) {
  const path = new Path2D();
  const steps = [1, stride, -1, -stride]; // right, down, left, up
  for (let first = 0; first < ways.length; first++) {
    while (ways[first]) {
      let [corner, before] = [first, -1];
      do {
        const way = 31 - Math.clz32(ways[corner] & -ways[corner]); // the lowest bit that is set
        const [x, y] = [corner % stride, Math.floor(corner / stride)];
        if (before < 0) path.moveTo(x, y);
        else if (way !== before) path.lineTo(x, y);
        ways[corner] ^= 1 << way;
        corner += steps[way];
        before = way;
      } while (corner !== first);
      path.closePath();
    }
  }
  return path;
}
