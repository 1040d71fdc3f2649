"""When the pictures of sections are drawn anew."""

from __future__ import annotations

import json
import os

import numpy as np
import pandas as pd
import pytest

from core.dataset.tiles import TileStore, write_store
from core.explore.mosaic import mosaic_of
from core.segment.postprocess import treat_run
from core.segment.treatment import Treatment
from core.workspace import Workspace
from dashboard.sections import Scene
from tests.runs import write_run

TILES, SIDE = 60, 16


@pytest.fixture
def store(workspace: Workspace) -> TileStore:
    """Tiles of which every second one holds salt on its left."""
    masks = np.zeros((TILES, SIDE, SIDE), np.uint8)
    masks[::2, :, :4] = 1
    folder = workspace.dataset("small")
    folder.mkdir(parents=True)
    index = pd.DataFrame({"id": [f"t{i:02}" for i in range(TILES)], "split": "train", "has_mask": True})
    write_store(folder, index, np.random.default_rng(0).integers(0, 256, masks.shape, np.uint8), masks)
    return TileStore.open(folder)


def test_masks_that_are_made_in_another_way_are_drawn_anew(workspace: Workspace, store: TileStore) -> None:
    maps = np.random.default_rng(1).integers(0, 100, store.tiles.shape, np.uint8) + 120 * np.asarray(store.masks)
    run = write_run(workspace, "run", store, np.arange(TILES), maps.astype(np.uint8))
    run.config.write_text(json.dumps({"dataset": "small", "settings": {"groups": "none"}}))
    scene = Scene(store, mosaic_of(workspace, store), run)
    before = scene.key
    assert scene.key == before
    treat_run(workspace, "run", Treatment(area=30))
    after = scene.key
    assert after != before and after != Scene(store, scene.mosaic, None).key
    treat_run(workspace, "run", Treatment(area=200))
    assert scene.key not in (before, after)


def test_another_run_that_predicted_at_the_same_moment_has_its_own_pictures(
    workspace: Workspace, store: TileStore
) -> None:
    runs = [write_run(workspace, name, store, np.arange(4), np.zeros((4, SIDE, SIDE), np.uint8)) for name in ("a", "b")]
    for run in runs:
        os.utime(run.predictions("small", "all") / "predictions.parquet", (1_000, 1_000))
    mosaic = mosaic_of(workspace, store)
    assert len({Scene(store, mosaic, run).key for run in runs}) == 2
