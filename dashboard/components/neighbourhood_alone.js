// What lies around a tile, beside a tile view that it follows in its look.

class NeighbourhoodAlone {
  constructor(root, { name }) {
    this.root = root;
    this.around = new Neighbourhood((id) => this.trigger("near", id));
    this.root.replaceChildren(this.around.root);
    this.follow = () => {
      this.look = new Look(name, "overlay", () => {});
      this.draw();
    };
    window.addEventListener(LOOK_CHANGED, this.follow);
    this.follow();
  }

  async update(data) {
    this.data = data;
    const tiles = await this.around.load(data.around);
    if (this.data !== data) return; // another tile has come meanwhile
    this.around.show(tiles);
    this.draw();
    this.root.dataset.ready = tiles.length; // for those who wait for the tiles
  }

  draw() {
    if (this.data) this.around.draw(this.look, this.data.width);
  }

  remove() {
    window.removeEventListener(LOOK_CHANGED, this.follow);
  }
}

export default mountedAs(NeighbourhoodAlone);
