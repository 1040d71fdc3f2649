"""Which masks a run learns: those of the data set, or as reviewers had left them when the run was started. Torch-free.

labels.parquet of a run, where it learns reviewed labels: id, mask (run-length code), revision.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from core import atomic
from core.dataset import rle
from core.dataset.tiles import TileStore
from core.workspace import RunFolder


def keep_labels(run: RunFolder, reviewed: pd.DataFrame) -> None:
    """Keep the masks of this moment for the run: id, mask (run-length code) and revision of each tile."""
    with atomic.replacing(run.labels) as part:
        reviewed[["id", "mask", "revision"]].to_parquet(part, index=False)


def labelled_for(run: RunFolder, store: TileStore) -> TileStore:
    """The data set with the labels that the run learns: the same store where it learns its own.

    Tiles that only reviewers gave a mask are labelled here; tiles that are gone are passed over.
    """
    if not run.labels.exists():
        return store
    made = pd.read_parquet(run.labels)
    made = made[made["id"].isin(store.index["id"])]
    rows = store.rows(made["id"].tolist())
    masks, index = np.array(store.masks), store.index.copy()
    masks[rows] = rle.decode_many(made["mask"].tolist(), store.tile_shape, made["id"].tolist())
    pixels = masks[rows].sum(axis=(1, 2), dtype=np.float64)
    index.loc[rows, "has_mask"] = True
    index.loc[rows, "salt_pixels"] = pixels
    index.loc[rows, "salt_proportion"] = pixels / masks[0].size
    return replace(store, masks=masks, index=index)
