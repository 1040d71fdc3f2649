"""Masks that were made elsewhere as revisions: all of them, in one transaction."""

from __future__ import annotations

import numpy as np

from core.dataset import rle
from core.dataset.maps import Maps
from core.progress import Progress, silent
from core.review.masks import MaskStore


def take_in(
    masks: MaskStore, found: Maps, reviewer: str, note: str = "", progress: Progress = silent
) -> dict[str, int]:
    """Make the masks of a source the newest revisions of their tiles; those that are so already make none.

    Gives tiles, revisions, same and corrected, as `MaskStore.take_in` does. Raises `BadInput` without a reviewer.
    """
    index = found.store.index
    codes: dict[str, str] = {}
    labels: dict[str, str] = {}
    for place, block in found.blocks(progress):
        rows = found.rows[place]
        ids, labelled = index["id"].iloc[rows].tolist(), index["has_mask"].to_numpy(bool)[rows]
        codes |= dict(zip(ids, rle.encode_many(block), strict=True))
        own = zip(ids, rle.encode_many(np.asarray(found.store.masks[rows])), labelled, strict=True)
        labels |= {tile: code for tile, code, is_labelled in own if is_labelled}
    return masks.take_in(found.store.name, codes, labels, reviewer, note)
