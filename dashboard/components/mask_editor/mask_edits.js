// What can be done to a mask: pure functions on pixels (Uint8Array of 0 and 1, column by column, as in Mask).
// A region is a list of pixel numbers. shape is [height, width]; places are in tile pixels, the corner at 0.

/** Pixels whose centres lie within `radius` of the way from one place to another. */
function strokeRegion([height, width], from, to, radius) {
  const region = [];
  const reach = (one, other, most) => [Math.max(0, Math.floor(Math.min(one, other) - radius)), Math.min(most - 1, Math.floor(Math.max(one, other) + radius))];
  const [left, right] = reach(from.x, to.x, width);
  const [top, bottom] = reach(from.y, to.y, height);
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const square = dx * dx + dy * dy;
  for (let x = left; x <= right; x++) {
    for (let y = top; y <= bottom; y++) {
      const [px, py] = [x + 0.5 - from.x, y + 0.5 - from.y];
      const along = square ? Math.max(0, Math.min(1, (px * dx + py * dy) / square)) : 0;
      const [ox, oy] = [px - along * dx, py - along * dy];
      if (ox * ox + oy * oy <= radius * radius) region.push(x * height + y);
    }
  }
  return region;
}

/** Pixels whose centres lie inside a closed polygon (even-odd rule). */
function polygonRegion([height, width], corners) {
  const region = [];
  for (let x = 0; x < width; x++) {
    const crossings = [];
    corners.forEach((a, i) => {
      const b = corners[(i + 1) % corners.length];
      const middle = x + 0.5;
      if (a.x > middle !== b.x > middle) crossings.push(a.y + ((middle - a.x) / (b.x - a.x)) * (b.y - a.y));
    });
    crossings.sort((one, other) => one - other);
    for (let i = 0; i + 1 < crossings.length; i += 2) {
      const [first, end] = [Math.max(0, Math.ceil(crossings[i] - 0.5)), Math.min(height, Math.ceil(crossings[i + 1] - 0.5))];
      for (let y = first; y < end; y++) region.push(x * height + y);
    }
  }
  return region;
}

/** Everything on the far side of a straight edge: dragging from the edge says on which side that is. */
function halfRegion([height, width], from, to) {
  const across = Math.abs(to.x - from.x) >= Math.abs(to.y - from.y);
  const edge = Math.round(across ? from.x : from.y);
  const forwards = across ? to.x >= from.x : to.y >= from.y;
  const region = [];
  for (let x = 0; x < width; x++) {
    for (let y = 0; y < height; y++) {
      if ((across ? x : y) >= edge === forwards) region.push(x * height + y);
    }
  }
  return region;
}

/** Pixels that hang together with one (by their sides), as far as `same(pixel)` holds. */
function connectedRegion([height, width], start, same) {
  const seen = new Uint8Array(height * width);
  const region = [start];
  seen[start] = 1;
  for (let next = 0; next < region.length; next++) {
    const pixel = region[next];
    const y = pixel % height;
    const around = [y > 0 && pixel - 1, y < height - 1 && pixel + 1, pixel >= height && pixel - height, pixel < height * (width - 1) && pixel + height];
    for (const other of around) {
      if (other === false || seen[other] || !same(other)) continue;
      seen[other] = 1;
      region.push(other);
    }
  }
  return region;
}

/** All regions of one value, the largest first. */
function regionsOf(pixels, shape, value) {
  const seen = new Uint8Array(pixels.length);
  const regions = [];
  for (let pixel = 0; pixel < pixels.length; pixel++) {
    if (pixels[pixel] !== value || seen[pixel]) continue;
    const region = connectedRegion(shape, pixel, (other) => pixels[other] === value);
    for (const one of region) seen[one] = 1;
    regions.push(region);
  }
  return regions.sort((one, other) => other.length - one.length);
}

/** A copy with `region` set to `value`. */
function painted(pixels, region, value) {
  const copy = pixels.slice();
  for (const pixel of region) copy[pixel] = value;
  return copy;
}

/** Rock that touches no side of the tile becomes salt. */
function withoutHoles(pixels, shape) {
  const [height, width] = shape;
  const atSide = (pixel) => pixel % height === 0 || pixel % height === height - 1 || pixel < height || pixel >= height * (width - 1);
  return regionsOf(pixels, shape, 0).reduce((kept, region) => (region.some(atSide) ? kept : painted(kept, region, 1)), pixels);
}

/** Salt in pieces of fewer than `least` pixels becomes rock. */
function withoutFragments(pixels, shape, least) {
  return regionsOf(pixels, shape, 1).reduce((kept, region) => (region.length < least ? painted(kept, region, 0) : kept), pixels);
}

/** One pixel more (value 1) or less (value 0) along every boundary; the tile's sides are none. */
function spread(pixels, [height, width], value) {
  return pixels.map((own, pixel) => {
    if (own === value) return own;
    const y = pixel % height;
    const reached =
      (y > 0 && pixels[pixel - 1] === value) ||
      (y < height - 1 && pixels[pixel + 1] === value) ||
      (pixel >= height && pixels[pixel - height] === value) ||
      (pixel < height * (width - 1) && pixels[pixel + height] === value);
    return reached ? value : own;
  });
}

/** Salt where a map (0…255, row by row, of the tile's size) reaches `level`. */
function thresholded(map, [height, width], level) {
  const pixels = new Uint8Array(height * width);
  for (let pixel = 0; pixel < pixels.length; pixel++) {
    pixels[pixel] = map[(pixel % height) * width + Math.floor(pixel / height)] >= level ? 1 : 0;
  }
  return pixels;
}

/** The run-length code of a mask: pairs `start length`, counted from 1, maximal runs in order. */
function codeOf(pixels) {
  const numbers = [];
  for (let pixel = 0; pixel < pixels.length; pixel++) {
    if (!pixels[pixel]) continue;
    const start = pixel;
    while (pixel < pixels.length && pixels[pixel]) pixel++;
    numbers.push(start + 1, pixel - start);
  }
  return numbers.join(" ");
}

function samePixels(mine, theirs) {
  return mine.every((value, pixel) => value === theirs[pixel]);
}
