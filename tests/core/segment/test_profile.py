"""What the folder of a run tells, whatever is in it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.dataset.importing import import_source
from core.dataset.tiles import TileStore
from core.errors import BadInput
from core.segment import architecture
from core.segment.profile import Profile
from core.segment.tile_scores import tile_scores
from core.workspace import RunFolder, Workspace
from tests.runs import write_run


@pytest.fixture
def run(workspace: Workspace, kaggle_folder: Path) -> RunFolder:
    """A run that has predicted all tiles of a data set, four of which it kept aside."""
    import_source(kaggle_folder, workspace, "small")
    store = TileStore.open(workspace.dataset("small"))
    folder = write_run(workspace, "a", store, np.arange(len(store)), np.zeros(store.tiles.shape, np.uint8))
    settings = {"dataset": "small", "model": "unet", "width": 4, "epochs": 2}
    config = {"dataset": "small", "settings": settings, "tile_shape": [101, 101], "precision": "fp32"}
    folder.config.write_text(json.dumps(config | {"checksum": "x"}))
    folder.last.with_suffix(".json").write_text('{"seconds": 12.5}')
    _rewrite(folder, [0.0, 0.5, 0.9, 1.0])
    return folder


def _rewrite(run: RunFolder, scores: list[float], split: str = "all", checksum: str = "x") -> None:
    """Predictions whose first tiles were kept aside and have these scores; the next has no label."""
    folder = run.predictions("small", split)
    frame = pd.read_parquet(run.predictions("small", "all") / "predictions.parquet")
    frame["map"] = pd.Series([*scores, np.nan], dtype=float).reindex(range(len(frame)), fill_value=0.2)
    frame["validation"] = np.arange(len(frame)) <= len(scores)
    folder.mkdir(exist_ok=True)
    frame.to_parquet(folder / "predictions.parquet")
    (folder / "prediction.json").write_text(json.dumps({"checksum": checksum}))


def test_a_whole_run(run: RunFolder) -> None:
    profile = Profile.of(run)
    assert (profile.dataset, profile.model, profile.seconds) == ("small", "unet", 12.5)
    assert profile.parameters == sum(layer.parameters for layer in architecture.unet(4))
    assert profile.gflop and 0.05 < profile.gflop < 1
    assert profile.decided == {"number format": "fp32", "state of the data set": "x"}
    assert profile.score is not None and (profile.score.map, profile.score.tiles) == (pytest.approx(0.6), 4)


def test_nothing_is_required(workspace: Workspace) -> None:
    folder = workspace.run("bare")
    folder.root.mkdir()
    profile = Profile.of(folder)
    assert (profile.run, profile.dataset, profile.parameters, profile.score) == ("bare", "", None, None)


@pytest.mark.parametrize("name", ["config.json", "job.json", "last.json"])
def test_damage_leaves_the_rest(run: RunFolder, name: str) -> None:
    (run.root / name).write_text("[]")
    profile = Profile.of(run)
    assert profile.dataset == "small"
    assert profile.score is not None


def test_a_network_of_another_version_has_no_size(run: RunFolder) -> None:
    config = json.loads(run.config.read_text())
    config["settings"] |= {"model": "splendid"}
    run.config.write_text(json.dumps(config))
    profile = Profile.of(run)
    assert (profile.model, profile.parameters, profile.gflop) == ("splendid", None, None)


def test_the_newest_prediction_of_a_tile_counts(run: RunFolder) -> None:
    _rewrite(run, [1.0, 1.0], split="train")
    found = tile_scores(run, "small").by_tile
    assert sorted(found) == [0.9, 1.0, 1.0, 1.0]


def test_predictions_for_an_older_state_of_the_data_set_do_not_count(run: RunFolder) -> None:
    _rewrite(run, [0.3], split="train", checksum="y")
    found = tile_scores(run, "small")
    assert (found.state, found.by_tile.tolist()) == ("y", [0.3])


def test_damaged_predictions_are_named(run: RunFolder) -> None:
    (run.predictions("small", "all") / "predictions.parquet").write_bytes(b"no parquet")
    with pytest.raises(BadInput, match=r"predictions\.parquet is damaged"):
        tile_scores(run, "small")
    profile = Profile.of(run)
    assert "damaged" in profile.problem and profile.score is None


def test_all_labelled_tiles_count_where_predictions_were_made_elsewhere(run: RunFolder) -> None:
    run.config.write_text(json.dumps({"dataset": "small", "imported": {"source": "theirs"}, "checksum": "x"}))
    profile = Profile.of(run)
    assert (profile.model, profile.foreign) == ("imported", True)
    assert profile.score is not None and profile.score.tiles == 31


def test_the_folds_of_a_cross_validation_count_together(run: RunFolder) -> None:
    config = json.loads(run.config.read_text()) | {"folds": 2}
    run.config.write_text(json.dumps(config))
    run.last.with_suffix(".json").unlink()
    for number in range(2):
        fold = run.fold(number)
        fold.root.mkdir(parents=True)
        fold.config.write_text("{}")
        fold.last.with_suffix(".json").write_text('{"seconds": 10}')
    profile = Profile.of(run)
    assert (profile.model, profile.seconds) == ("unet, 2 folds", 20)
