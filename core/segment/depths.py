"""What a network is told of depths before it learns. Torch-free."""

from __future__ import annotations

import numpy as np

from core.dataset.tiles import TileStore
from core.errors import BadInput


def depths_of(store: TileStore) -> dict[str, float]:
    """mean and spread (standard deviation) of the depths of the labelled tiles, as far as they are known.

    Raises `BadInput` where none is.
    """
    known = store.index["z"].to_numpy(np.float64)[store.index["has_mask"].to_numpy()]
    known = known[np.isfinite(known)]
    if not len(known):
        raise BadInput(
            f"depth=true: no labelled tile of data set {store.name!r} has a depth; import it with its depths.csv, "
            "or train with depth=false"
        )
    return {"mean": float(known.mean()), "spread": float(known.std()) or 1.0}
