"""A data set that is learned in a second: salt is bright."""

from __future__ import annotations

import numpy as np
import pandas as pd

from core import atomic
from core.dataset.tiles import TileStore, write_store
from core.segment.settings import TrainSettings
from core.workspace import Workspace


def write_tiny(workspace: Workspace) -> TileStore:
    """Twelve labelled tiles and four others of 24×40 pixels; every third is without salt, tile 1 is constant."""
    generator = np.random.default_rng(0)
    masks = np.zeros((16, 24, 40), np.uint8)
    for i in range(16):
        if i % 3:
            masks[i, 4 : 8 + i, 5 : 20 + i] = 1
    tiles = (60 + 130 * masks + generator.integers(0, 40, masks.shape)).astype(np.uint8)
    tiles[0] = 0
    split = ["train"] * 12 + ["test"] * 4
    index = pd.DataFrame(
        {"id": [f"t{i:02d}" for i in range(16)], "split": split, "has_mask": [True] * 12 + [False] * 4}
    )
    with atomic.replacing_folder(workspace.dataset("tiny")) as part:
        write_store(part, index, tiles, masks, {"checksum": "1"})
    return TileStore.open(workspace.dataset("tiny"))


def short_training(**changes: object) -> TrainSettings:
    """Settings for a short training on the tiny data set, with changes."""
    common = {"dataset": "tiny", "width": 2, "epochs": 3, "batch_size": 4, "device": "cpu", "precision": "fp32"}
    return TrainSettings.from_dict(common | changes)
