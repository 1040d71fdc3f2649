// The acts on one tile, the newest first, each with its mask; a button makes an older mask the newest again.

const SMALL = 64; // longest side of a picture, CSS pixels

class TileHistory {
  constructor(root, data) {
    this.root = root;
    this.look = new Look(data.name, "image", () => this.draw());
    this.list = element("ol");
    this.outbox = Outbox.of(data.outbox, this);
    root.replaceChildren(element("h4", {}, "History"), this.list);
  }

  async update(data) {
    this.data = data;
    this.outbox.update(data.outbox);
    const tile = await new Tile(data.tile).load();
    if (this.data !== data) return; // a newer tile has come meanwhile
    this.tile = tile;
    this.masks = data.lines.map(({ mask }) => (mask === null ? null : Mask.fromCode(mask, tile.shape)));
    this.list.replaceChildren(...data.lines.map((line) => this.line(line)));
    this.draw();
    this.root.dataset.ready = data.tile.id; // for those who wait for the tile
  }

  line({ what, facts, words, mask, state, revision, restorable }) {
    const title = element("div", {}, element("b", {}, what));
    if (state) title.append(element("span", { class: "state" }, state));
    const text = element("div", {}, title);
    for (const [name, parts] of Object.entries({ facts, words })) {
      if (parts.length) text.append(element("div", { class: name }, parts.join(" · ")));
    }
    const { base, outbox } = this.data;
    const restore = () => this.restore({ revision, base }, outbox.place);
    const end = restorable ? button("Restore", "Make this mask the label again, as a new revision", restore) : "";
    const made = element("li", {}, mask === null ? element("span") : element("canvas"), text, end);
    made.classList.toggle("stands", state === "the label now");
    made.classList.toggle("back", state === "taken back");
    return made;
  }

  restore(wanted, from) {
    this.outbox.drop(({ place }) => place === from); // a second click
    this.outbox.send("restore", wanted, from);
  }

  draw() {
    const [height, width] = this.tile.shape;
    const scale = SMALL / Math.max(height, width);
    this.masks.forEach((mask, i) => {
      const canvas = this.list.children[i].querySelector("canvas");
      if (!mask || !canvas) return;
      fitCanvas(canvas, Math.round(width * scale), Math.round(height * scale));
      drawPanel(canvas, this.tile, "image", this.look);
      drawMask(canvas.getContext("2d"), mask, SALT[this.data.lines[i].colour], this.look, 1.6 / scale);
    });
  }

  remove() {
    this.outbox.leave(this);
  }
}

export default mountedAs(TileHistory);
