"""One predicted tile, large, between its neighbours in the order of the predictions."""

from __future__ import annotations

import numpy as np

from core.dataset.tiles import TileStore
from dashboard.components import prediction_pages, tile_detail
from dashboard.components.tile_detail import Place

KEY, BACK = "predicted_tile", "All predictions"


def show(store: TileStore, ordered: np.ndarray, name: str) -> None:
    """Draw tile `name`; its neighbours are those in `ordered`, the rows (n,) as the page orders them."""
    places = np.flatnonzero(ordered == store.row(name))
    if not len(places):
        tile_detail.draw(store, name, Place(None, None, "outside the filter"), KEY, BACK)
        return
    at = int(places[0])
    prediction_pages.go_to(at, name)
    before = int(ordered[at - 1]) if at else None
    after = int(ordered[at + 1]) if at + 1 < len(ordered) else None
    tile_detail.draw(store, name, Place(before, after, f"{at + 1:,} of {len(ordered):,}"), KEY, BACK)
