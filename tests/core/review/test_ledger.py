"""What reviews were worth, by two small trainings on one data set."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from core import actions
from core.dataset.importing import import_source
from core.dataset.tiles import TileStore
from core.review.ledger import bootstrap_error, gain, in_words, ledger
from core.review.masks import MaskStore
from core.segment.config import load_config
from core.segment.predictions import load_predictions
from core.segment.settings import TrainSettings
from core.workspace import RunFolder, Workspace
from tests.core.test_cli import answer

FULL = np.ones((101, 101), np.uint8)


@pytest.fixture
def tiles(workspace: Workspace, kaggle_folder: Path) -> TileStore:
    import_source(kaggle_folder, workspace, "small")
    return TileStore.open(workspace.existing_dataset("small"))


def train(workspace: Workspace, labels: str, **changes: object) -> RunFolder:
    plain = {"dataset": "small", "width": 2, "epochs": 1, "batch_size": 4, "precision": "fp32", "device": "cpu"}
    values = plain | {"groups": "none", "folds": 2, "labels": labels} | changes
    return actions.train_here(workspace, TrainSettings.from_dict(values))


def kept_aside(run: RunFolder) -> list[str]:
    return list(load_config(run)["validation_ids"])


def scores(run: RunFolder, ids: list[str]) -> np.ndarray:
    frame = load_predictions(run.predictions("small", "train")).frame.set_index("id")
    return frame["map"].loc[ids].to_numpy()


def test_a_run_on_reviewed_labels_beside_the_one_without(workspace: Workspace, tiles: TileStore) -> None:
    masks = MaskStore(workspace.database_url)
    assert ledger(workspace, tiles, masks) == []
    base = train(workspace, "competition")
    other = train(workspace, "competition", split_seed=1)
    aside = kept_aside(base)
    learned = [tile for tile in tiles.index["id"][tiles.index["has_mask"]] if tile not in aside]
    unlabelled = str(tiles.index["id"][~tiles.index["has_mask"]].iloc[0])
    for reviewer, tile in (("ann", learned[0]), ("bob", aside[0]), ("bob", unlabelled)):
        masks.save("small", tile, FULL, reviewer, base=None)
    run = train(workspace, "reviewed")
    assert kept_aside(run) == aside != kept_aside(other), "whatever was corrected, the same tiles are kept aside"
    masks.save("small", aside[1], FULL, "cid", base=None)

    (waiting,) = ledger(workspace, tiles, masks)
    assert (waiting.base, waiting.missing, waiting.score) == (base.id, (run.id, base.id), None)
    told = answer(workspace.root, "ledger", "small")["runs"]
    (entry,) = ledger(workspace, tiles, masks)
    assert [one["run"] for one in told] == [entry.run] == [run.id]
    assert (entry.state, entry.revisions, entry.reviewers) == ("finished", 3, ["ann", "bob"])
    made = sorted(time for time in masks.history("small")["time"])
    assert (entry.first, entry.last) == (made[0], made[2])
    assert datetime.fromisoformat(told[0]["first"]) == made[0]

    untouched = aside[2:]
    mine, theirs = scores(run, untouched), scores(base, untouched)
    assert entry.tiles == len(untouched)
    assert (entry.score, entry.base_score) == (pytest.approx(mine.mean()), pytest.approx(theirs.mean()))
    assert entry.difference == pytest.approx((mine - theirs).mean()) == told[0]["difference"]
    assert entry.standard_error == pytest.approx((mine - theirs).std() / np.sqrt(len(untouched)), rel=0.15, abs=1e-9)
    assert gain(entry) in in_words(entry) and base.id in in_words(entry)


def test_without_a_run_to_hold_it_against(workspace: Workspace, tiles: TileStore) -> None:
    masks = MaskStore(workspace.database_url)
    masks.save("small", str(tiles.index["id"].iloc[0]), FULL, "ann", base=None)
    train(workspace, "competition", split_seed=1)
    train(workspace, "reviewed")
    (entry,) = ledger(workspace, tiles, masks)
    assert entry.base is None and "no finished run with the same settings" in entry.words
    assert answer(workspace.root, "ledger", "small")["runs"][0]["score"] is None


def test_the_bootstrap_s_error_is_that_of_a_mean() -> None:
    numbers = np.random.default_rng(1).normal(size=400)
    assert bootstrap_error(numbers) == pytest.approx(numbers.std() / 20, rel=0.1)
    assert bootstrap_error(np.zeros(10)) == 0
