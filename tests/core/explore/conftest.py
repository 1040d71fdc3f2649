"""A data set small enough to count by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.dataset.tiles import TileStore, write_store


@pytest.fixture
def store(tmp_path: Path) -> TileStore:
    """Seven tiles of 4×4: five labelled with 0, 0, 1, 8 and 16 pixels of salt, two test tiles, one depth missing."""
    folder = tmp_path / "small"
    folder.mkdir()
    ids = ["a0", "a1", "b2", "b3", "c4", "t5", "t6"]
    tiles = np.arange(7 * 16, dtype=np.uint8).reshape(7, 4, 4)
    tiles[[0, 6]] = 0
    masks = np.zeros((7, 4, 4), np.uint8)
    masks[2, 3, 3] = 1
    masks[3, :, :2] = 1
    masks[4] = 1
    index = pd.DataFrame(
        {
            "id": ids,
            "split": ["train"] * 5 + ["test"] * 2,
            "z": [100.0, 150.0, 300.0, 420.0, np.nan, 50.0, 900.0],
            "has_mask": [True] * 5 + [False] * 2,
        }
    )
    write_store(folder, index, tiles, masks)
    return TileStore.open(folder)


@pytest.fixture
def bare(tmp_path: Path) -> TileStore:
    """Three tiles of 2×3 without masks and without depths."""
    folder = tmp_path / "bare"
    folder.mkdir()
    index = pd.DataFrame({"id": ["x", "y", "z"], "split": "test"})
    write_store(folder, index, np.arange(18, dtype=np.uint8).reshape(3, 2, 3))
    return TileStore.open(folder)
