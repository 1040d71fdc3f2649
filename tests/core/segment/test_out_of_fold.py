"""Which predictions labels may be held against, from the files of real runs' folders."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.dataset.tiles import TileStore, write_store
from core.segment.out_of_fold import out_of_fold
from core.workspace import Workspace

SIDE = 4


@pytest.fixture
def store(workspace: Workspace) -> TileStore:
    """Four labelled tiles and a test tile."""
    folder = workspace.dataset("set")
    folder.mkdir()
    tiles = np.arange(5 * SIDE * SIDE, dtype=np.uint8).reshape(5, SIDE, SIDE)
    index = pd.DataFrame({"id": list("abcdt"), "split": ["train"] * 4 + ["test"], "has_mask": [True] * 4 + [False]})
    write_store(folder, index, tiles, np.zeros_like(tiles), {"checksum": "now"})
    return TileStore.open(folder)


def predict(workspace: Workspace, run: str, validation: str, level: int, **facts: str) -> Path:
    """Predictions of all tiles of the data set by a run that kept `validation` aside; every map holds `level`."""
    folder = workspace.run(run).predictions("set", "all")
    folder.mkdir(parents=True)
    (workspace.run(run).job).write_text("{}")
    ids = list("abcdt")
    np.save(folder / "probabilities.npy", np.full((5, SIDE, SIDE), level, np.uint8))
    frame = pd.DataFrame({"id": ids, "row": range(5), "validation": [tile in validation for tile in ids]})
    frame.to_parquet(folder / "predictions.parquet")
    (folder / "prediction.json").write_text(json.dumps({"dataset": "set", "checksum": "now"} | facts))
    return folder


def told(workspace: Workspace, store: TileStore) -> dict[int, int]:
    """The level that is told for each row."""
    return {
        int(row): int(one.maps[place, 0, 0])
        for one in out_of_fold(workspace, store)
        for row, place in zip(one.rows, one.places, strict=True)
    }


def test_only_validation_tiles_count(workspace: Workspace, store: TileStore) -> None:
    assert out_of_fold(workspace, store) == []
    predict(workspace, "20260101-a", "bd", 7)
    assert told(workspace, store) == {1: 7, 3: 7}


def test_runs_complete_each_other_and_the_newest_wins(workspace: Workspace, store: TileStore) -> None:
    predict(workspace, "20260101-old", "ab", 1)
    predict(workspace, "20260202-new", "bc", 2)
    assert told(workspace, store) == {0: 1, 1: 2, 2: 2}


def test_tiles_without_a_label_do_not_count(workspace: Workspace, store: TileStore) -> None:
    predict(workspace, "20260101-a", "t", 7)
    assert told(workspace, store) == {}


def test_predictions_of_another_state_or_damaged_ones_are_passed_over(workspace: Workspace, store: TileStore) -> None:
    predict(workspace, "20260101-a", "a", 1)
    predict(workspace, "20260202-b", "ab", 2, checksum="before")
    (predict(workspace, "20260303-c", "abc", 3) / "probabilities.npy").write_bytes(b"no array")
    assert told(workspace, store) == {0: 1}
