"""The masks that people made in place of labels, as the pages show them beside those."""

from __future__ import annotations

import numpy as np

from core.dataset.tiles import TileStore
from dashboard import cache


def codes(store: TileStore, rows: np.ndarray) -> list[str | None]:
    """Run-length codes of the reviewed masks of the tiles in `rows` (k,); None where nobody made one.

    Where nothing was ever reviewed, the database is neither made nor loaded.
    """
    if not cache.workspace().has_database:
        return [None] * len(rows)
    ids = store.index["id"].iloc[rows].tolist()
    found = cache.mask_store().newest_of(store.name, ids)
    return [found.get(tile) for tile in ids]
