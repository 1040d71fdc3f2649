"""The masks that people made in place of labels, as the pages show them beside those.

Where nothing was ever reviewed, the database is neither made nor loaded.
"""

from __future__ import annotations

import numpy as np

from core.dataset import rle
from core.dataset.tiles import TileStore
from dashboard import cache

Version = tuple[int, int] | None  # None: nothing was ever reviewed


def codes(store: TileStore, rows: np.ndarray) -> list[str | None]:
    """Run-length codes of the reviewed masks of the tiles in `rows` (k,); None where nobody made one."""
    if not cache.workspace().has_database:
        return [None] * len(rows)
    ids = store.index["id"].iloc[rows].tolist()
    found = cache.mask_store().newest_of(store.name, ids)
    return [found.get(tile) for tile in ids]


def version(store: TileStore) -> Version:
    """What changes whenever somebody makes a mask of the data set, or takes one back."""
    return cache.mask_store().version(store.name) if cache.workspace().has_database else None


def every(store: TileStore) -> dict[str, str]:
    """Run-length codes of all reviewed masks of a data set, by tile."""
    return cache.corrections(store.name, version(store))


def masks(store: TileStore, rows: np.ndarray) -> np.ndarray:
    """The reviewed masks of the tiles in `rows` (k,): (k, H, W) uint8 in {0, 1}, without salt where nobody made one."""
    found = every(store)
    return rle.decode_many([found.get(tile, "") for tile in store.index["id"].iloc[rows]], store.tile_shape)
