"""What tuning leaves behind, over 80 tiles that a run predicted without a network: no torch is needed."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import ndimage

from core import atomic
from core.cli import runs as commands
from core.dataset.tiles import TileStore, write_store
from core.errors import BadInput
from core.segment import figures, submission
from core.segment.features import GREYS, features
from core.segment.masking import Masking
from core.segment.postprocess import refresh, treat_run, tune_run
from core.segment.predictions import load_predictions
from core.segment.profile import Profile
from core.segment.treatment import Treatment
from core.workspace import RunFolder, Workspace
from tests.runs import write_run

COUNT, SIDE = 80, 32


@pytest.fixture
def store(workspace: Workspace) -> TileStore:
    """Labelled tiles of smooth random salt, some of them empty, and four without labels."""
    generator = np.random.default_rng(0)
    rock = ndimage.gaussian_filter(generator.normal(size=(COUNT + 4, SIDE, SIDE)), (0, 4, 4))
    rock[::3] -= 1
    index = pd.DataFrame({"id": [f"t{i:02}" for i in range(COUNT + 4)], "split": ["train"] * COUNT + ["test"] * 4})
    images = generator.integers(0, 255, rock.shape, dtype=np.uint8)
    with atomic.replacing_folder(workspace.dataset("rock")) as part:
        write_store(part, index.assign(has_mask=np.arange(COUNT + 4) < COUNT), images, (rock > 0).astype(np.uint8))
    return TileStore.open(workspace.dataset("rock"))


@pytest.fixture
def run(workspace: Workspace, store: TileStore) -> RunFolder:
    """A run that predicted the labelled tiles, none of which it learned, with noise; its network is that of epoch 5."""
    made = write_run(workspace, "20260101-000000-unet-aaaa", store, np.arange(COUNT), noisy(store, 0, COUNT), "train")
    made.config.write_text(json.dumps({"dataset": "rock", "settings": {"groups": "none"}}))
    made.best.with_suffix(".json").write_text(json.dumps({"epoch": 5}))
    tell(made, "train", epochs=[5])
    return made


def noisy(store: TileStore, first: int, last: int) -> np.ndarray:
    noise = np.random.default_rng(first).normal(0, 1.5, (last - first, SIDE, SIDE))
    seen = ndimage.gaussian_filter(store.masks[first:last] - 0.5, (0, 2, 2)) + ndimage.gaussian_filter(noise, (0, 2, 2))
    return (255 / (1 + np.exp(-12 * seen))).astype(np.uint8)


def tell(run: RunFolder, split: str, /, **facts: object) -> None:
    path = run.predictions("rock", split) / "prediction.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | facts))


def predict_test_tiles(workspace: Workspace, store: TileStore, run: RunFolder) -> Path:
    """The run has predicted the tiles without labels, too."""
    other = write_run(workspace, "other", store, np.arange(COUNT, COUNT + 4), noisy(store, COUNT, COUNT + 4), "test")
    target = run.predictions("rock", "test")
    other.predictions("rock", "test").rename(target)
    workspace.delete_run("other")
    frame = pd.read_parquet(target / "predictions.parquet")
    frame.assign(validation=False, map=np.nan, iou=np.nan).to_parquet(target / "predictions.parquet")
    tell(run, "test", run=run.id, epochs=[5])
    return target


def test_the_calibrated_confidence_is_what_predictions_hold(
    workspace: Workspace, store: TileStore, run: RunFolder
) -> None:
    test = predict_test_tiles(workspace, store, run)
    facts = tune_run(workspace, run.id)
    calibration = Masking.of(run).calibration
    assert calibration is not None and facts["tiles"] == calibration.tiles == COUNT
    for folder in (run.predictions("rock", "train"), test):
        found = load_predictions(folder)
        known = features(
            np.array(found.probabilities), found.masks(np.arange(len(found))), store.tiles[found.frame["row"]]
        )
        np.testing.assert_allclose(found.frame["confidence"], calibration.estimate(known), atol=1e-6)
        assert np.abs(found.frame["confidence"] - known["expected_iou"]).max() > 0.01
        assert found.facts["confidence"] == calibration.words
    held_out = pd.read_parquet(run.held_out)
    own = load_predictions(run.predictions("rock", "train")).frame["confidence"]
    assert held_out["fold"].nunique() == 5 and np.abs(held_out["confidence"] - own).max() > 1e-4


def test_grey_levels_count_only_where_they_were_learned(workspace: Workspace, store: TileStore, run: RunFolder) -> None:
    tune_run(workspace, run.id)
    masking, rows = Masking.of(run), np.arange(COUNT)
    assert masking.calibration and masking.calibration.curves.keys() & set(GREYS)
    with atomic.replacing_folder(workspace.dataset("bright")) as part:
        write_store(part, store.index[["id", "split", "has_mask"]], store.tiles // 2 + 128, np.array(store.masks))
    elsewhere = TileStore.open(workspace.dataset("bright"))
    maps, beside, kept_aside = noisy(store, 0, COUNT), pd.DataFrame(index=rows), np.ones(COUNT, bool)
    here, there = (
        figures.figures(one, rows, maps, beside, kept_aside, masking)["confidence"] for one in (store, elsewhere)
    )
    told = features(maps, masking.treatment.masks(maps, np.zeros(COUNT, bool)), None)
    np.testing.assert_allclose(there, masking.calibration.estimate(told), atol=1e-6)
    assert np.abs(here - there).max() > 1e-3


OF_WEIGHTS = {"names": ["salt"], "means": [0.2], "scales": [0.1], "weights": [1.0], "bias": 0.5, "tiles": 80}


def test_a_calibration_of_another_version_is_made_anew_for_the_same_masks(
    workspace: Workspace, store: TileStore, run: RunFolder
) -> None:
    treat_run(workspace, run.id, Treatment(area=20))
    kept = json.loads(run.postprocess.read_text())
    run.postprocess.write_text(json.dumps(kept | {"calibration": OF_WEIGHTS}))
    masking = Masking.of(run)
    assert masking.outdated and masking.calibration is None and masking.treatment == Treatment(area=20)
    refresh(workspace, run)
    found = load_predictions(run.predictions("rock", "train"))
    plain = features(np.array(found.probabilities), found.masks(np.arange(COUNT)), store.tiles[found.frame["row"]])
    np.testing.assert_allclose(found.frame["confidence"], plain["expected_iou"], atol=1e-6)
    assert found.facts["confidence"] == "expected IoU under the probability map"
    treat_run(workspace, run.id, masking.treatment)
    assert Masking.of(run).calibration and not Masking.of(run).outdated
    assert Masking.of(run).treatment == Treatment(area=20)


@pytest.mark.parametrize(
    "damage",
    [
        {"curves": None},
        {"curves": {"salt": {"at": [0], "heights": [1, 2], "spread": 1}}},
        {"bias": "x"},
        {"tiles": None},
    ],
    ids=str,
)
def test_a_damaged_calibration_is_named(
    workspace: Workspace, store: TileStore, run: RunFolder, damage: dict[str, object]
) -> None:
    tune_run(workspace, run.id)
    kept = json.loads(run.postprocess.read_text())
    run.postprocess.write_text(json.dumps(kept | {"calibration": kept["calibration"] | damage}))
    with pytest.raises(BadInput, match=r"postprocess\.json is damaged .*; delete it, or tune the run again"):
        Masking.of(run)


def test_what_was_predicted_last_stays_the_newest(workspace: Workspace, store: TileStore, run: RunFolder) -> None:
    newest = predict_test_tiles(workspace, store, run)
    os.utime(run.predictions("rock", "train"), (1_000, 1_000))
    for area in (10, 20):
        treat_run(workspace, run.id, Treatment(area=area))
        assert run.all_predictions() == [newest, run.predictions("rock", "train")]


def test_what_is_predicted_anew_while_its_figures_are_made_gets_figures_of_its_own(
    workspace: Workspace, store: TileStore, run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, made = run.predictions("rock", "train"), figures.figures

    def meanwhile(*given: Any) -> pd.DataFrame:
        monkeypatch.setattr(figures, "figures", made)
        with atomic.replacing_folder(folder) as part:
            shutil.copytree(folder, part, dirs_exist_ok=True)
            np.save(part / "probabilities.npy", np.full((COUNT, SIDE, SIDE), 255, np.uint8))
        return made(*given)

    monkeypatch.setattr(figures, "figures", meanwhile)
    refresh(workspace, run)
    assert load_predictions(folder).probabilities.min() == 255
    assert load_predictions(folder).frame["salt_proportion"].min() == 1


def test_what_was_predicted_without_labels_says_nothing_of_how_the_others_were_scored(
    workspace: Workspace, store: TileStore, run: RunFolder
) -> None:
    tell(run, "train", views="scales", treatment={"area": 20})
    predict_test_tiles(workspace, store, run)
    tell(run, "test", views="flips")
    profile = Profile.of(run)
    assert len(profile.scores) == COUNT
    assert profile.made == {"views": "scales", "masks": "salt from 0.5, area 20"}
    tell(run, "train", treatment="none")
    assert "prediction.json is damaged" in Profile.of(run).problem


@pytest.mark.parametrize("facts", [{"runs": ["20260101-000000-unet-aaaa", "b"]}, {"epochs": [4]}], ids=str)
def test_a_run_is_not_judged_by_what_other_networks_predicted(
    workspace: Workspace, store: TileStore, run: RunFolder, facts: dict[str, object]
) -> None:
    assert len(Profile.of(run).scores) == COUNT
    tell(run, "train", **facts)
    assert not len(Profile.of(run).scores)
    with pytest.raises(BadInput, match=r"0 tiles by itself, as it is now.*predict .* --split train"):
        tune_run(workspace, run.id)


def test_an_average_is_not_averaged_again(workspace: Workspace, store: TileStore, run: RunFolder) -> None:
    predict_test_tiles(workspace, store, run)
    other = write_run(workspace, "b", store, np.arange(COUNT, COUNT + 4), noisy(store, COUNT, COUNT + 4), "test")
    assert len(submission.make(store, [run, other])) == 4
    tell(run, "test", runs=[run.id, "b"])
    assert len(submission.make(store, [run])) == 4
    with pytest.raises(BadInput, match="0 of 4 by itself; predict them all"):
        submission.make(store, [run, other])


def test_a_treatment_of_ones_own_is_not_told_the_gain_of_another(
    workspace: Workspace, store: TileStore, run: RunFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    commands.tune(run.id, None, workspace.root, False)
    assert "tuning.gain.value" in capsys.readouterr().out
    commands.tune(run.id, ["area=300"], workspace.root, False)
    assert "tuning.gain" not in capsys.readouterr().out
