"""The labels of a data set as reviewers left them: its own masks, and the newest revision where there is one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.dataset import rle
from core.dataset.tiles import TileStore
from core.errors import BadInput
from core.review.masks import MaskStore


@dataclass(frozen=True, eq=False)
class ReviewedMasks:
    """Masks that people made, of the tiles that are in the data set.

    rows: (k,) int64 ascending, of the data set · masks: (k, H, W) uint8 in {0, 1} · revisions: (k,) int64, which ones
    """

    rows: npt.NDArray[np.int64]
    masks: npt.NDArray[np.uint8]
    revisions: npt.NDArray[np.int64]


def reviewed_masks(store: TileStore, masks: MaskStore, up_to: int | None = None) -> ReviewedMasks:
    """What reviewers made of tiles of `store`, as far as revision `up_to` (None: all).

    Raises `BadInput` for masks of tiles of another size, which lay under this name before.
    """
    row_of = dict(zip(store.index["id"], range(len(store)), strict=True))
    newest = masks.reviewed(store.name, up_to)
    newest = newest[newest["tile"].isin(list(row_of))]
    rows = np.array([row_of[tile] for tile in newest["tile"]], np.int64)
    order = np.argsort(rows)
    try:
        decoded = rle.decode_many(newest["mask"].tolist(), store.tile_shape, newest["tile"].tolist())
    except BadInput as error:
        raise BadInput(
            f"masks that people made do not fit the tiles of data set {store.name!r}, so they are of others that had "
            f"this name before ({error}); delete it with --reviews, and import it again"
        ) from error
    return ReviewedMasks(rows[order], decoded[order], newest["id"].to_numpy(np.int64)[order])
