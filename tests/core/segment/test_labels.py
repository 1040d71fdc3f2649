"""Training on labels as reviewers left them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core import actions, jobs
from core.dataset.importing import import_source
from core.dataset.tiles import TileStore
from core.errors import BadInput
from core.jobs import State
from core.review.masks import MaskStore
from core.segment.config import load_config
from core.segment.labels import labelled_for
from core.segment.settings import TrainSettings
from core.workspace import Workspace

STRIP = np.zeros((101, 101), np.uint8)
STRIP[:, :10] = 1


@pytest.fixture
def tiles(workspace: Workspace, kaggle_folder: Path) -> TileStore:
    import_source(kaggle_folder, workspace, "small")
    return TileStore.open(workspace.existing_dataset("small"))


def settings(labels: str) -> TrainSettings:
    return TrainSettings(dataset="small", width=2, epochs=1, batch_size=4, precision="fp32", labels=labels)


def test_without_reviewed_masks_there_is_nothing_to_learn(workspace: Workspace, tiles: TileStore) -> None:
    with pytest.raises(BadInput, match="nobody has made a mask"):
        actions.train_here(workspace, settings("reviewed"))
    assert workspace.all_runs() == []


def test_a_run_learns_the_masks_of_its_start(workspace: Workspace, tiles: TileStore) -> None:
    labelled, unlabelled = tiles.index["id"][tiles.index["has_mask"]], tiles.index["id"][~tiles.index["has_mask"]]
    masks = MaskStore(workspace.database_url)
    corrected = masks.save("small", labelled.iloc[0], STRIP, "ann", base=None)
    masks.save("small", unlabelled.iloc[0], STRIP, "ann", base=None)
    run = actions.train_here(workspace, settings("reviewed"))
    assert jobs.status(run).state is State.FINISHED
    config = load_config(run)
    assert config["train_tiles"] + config["validation_tiles"] == len(labelled) + 1

    masks.save("small", labelled.iloc[0], 1 - STRIP, "ann", base=corrected.id)
    learned = labelled_for(run, tiles)
    changed = tiles.rows([labelled.iloc[0], unlabelled.iloc[0]])
    np.testing.assert_array_equal(learned.masks[changed], np.stack([STRIP] * 2))
    others = np.setdiff1d(np.arange(len(tiles)), changed)
    np.testing.assert_array_equal(learned.masks[others], tiles.masks[others])
    facts = learned.index.iloc[changed]
    assert facts["has_mask"].all() and (facts["salt_pixels"] == 1010).all()
    assert facts["salt_proportion"].tolist() == pytest.approx([1010 / 10201] * 2)
    assert learned.index.iloc[others].equals(tiles.index.iloc[others])


def test_the_competition_labels_stay_what_they_are(workspace: Workspace, tiles: TileStore) -> None:
    MaskStore(workspace.database_url).save("small", tiles.index["id"].iloc[0], STRIP, "ann", base=None)
    run = actions.train_here(workspace, settings("competition"))
    assert labelled_for(run, tiles) is tiles
