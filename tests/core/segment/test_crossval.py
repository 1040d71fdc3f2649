"""Cross-validations of a tiny data set: folds that are whole, resumed, predicted together and scored."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core import actions, jobs
from core.dataset.tiles import TileStore
from core.errors import BadInput, NotFound, Stopped, TrainingFailed
from core.segment import crossval
from core.segment.config import load_config
from core.segment.grouping import in_words
from core.segment.out_of_fold import out_of_fold
from core.segment.postprocess import treat_run, tune_run
from core.segment.predict import evaluate, predict
from core.segment.predictions import load_predictions
from core.segment.profile import Profile
from core.segment.settings import TrainSettings
from core.segment.treatment import Treatment
from core.workspace import RunFolder, Workspace
from tests.tiny import short_training, write_tiny

Settings = Callable[..., TrainSettings]


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """A cross-validation in three folds, with the leak measured."""
    workspace = Workspace.open(tmp_path_factory.mktemp("learned"))
    write_tiny(workspace)
    settings = short_training(folds=3, epochs=12, width=4, learning_rate=1e-2)
    return actions.crossval_here(workspace, settings, leak=True)


@pytest.fixture
def done(workspace: Workspace, tiny: TileStore, learned: RunFolder) -> RunFolder:
    """The same run in a workspace of the test's own."""
    shutil.copytree(learned.root, workspace.run(learned.id).root)
    return workspace.run(learned.id)


def test_every_labelled_tile_is_predicted_by_a_network_that_did_not_learn_it(
    workspace: Workspace, tiny: TileStore, done: RunFolder
) -> None:
    kept = [set(load_config(fold)["validation_ids"]) for fold in done.all_folds()]
    assert len(kept) == 3 and sum(map(len, kept)) == 12 and set.union(*kept) == set(tiny.index["id"][:12])
    found = load_predictions(done.predictions("tiny", "train"))
    assert found.frame["validation"].all()
    alone = workspace.run("alone")
    alone.root.mkdir()
    for number, fold in enumerate(done.all_folds()):
        for name in ("config.json", "best.pt", "best.json"):
            (alone.root / name).write_bytes((fold.root / name).read_bytes())
        alone.job.write_text("{}")
        predict(workspace, "alone", split="train")
        one = load_predictions(alone.predictions("tiny", "train"))
        mine = found.frame["id"].isin(kept[number]).to_numpy()
        assert np.abs(one.probabilities[mine].astype(int) - found.probabilities[mine]).max() <= 1
        assert np.abs(one.probabilities[~mine].astype(int) - found.probabilities[~mine]).max() > 3


def test_other_tiles_get_the_mean_of_all_folds(workspace: Workspace, done: RunFolder) -> None:
    facts = predict(workspace, done.id, split="test")
    assert len(facts["epochs"]) == 3 and facts["runs"] == [done.id]
    found = load_predictions(done.predictions("tiny", "test"))
    assert not found.frame["validation"].any()
    maps = []
    for number in range(3):
        alone = workspace.run(f"alone-{number}")
        alone.root.mkdir()
        for name in ("config.json", "best.pt", "best.json"):
            (alone.root / name).write_bytes((done.fold(number).root / name).read_bytes())
        alone.job.write_text("{}")
        predict(workspace, alone.id, split="test")
        maps.append(np.array(load_predictions(alone.predictions("tiny", "test")).probabilities, np.float64))
    assert np.abs(np.mean(maps, axis=0) - found.probabilities).max() <= 1


def test_its_score_is_that_of_all_labelled_tiles(workspace: Workspace, tiny: TileStore, done: RunFolder) -> None:
    facts = actions.run_facts(done)
    assert facts["state"] == "finished" and facts["folds"] == 3 and facts["tiles"] == 12
    scores = pd.read_parquet(done.scores)
    assert facts["best"]["map"] == facts["map"] == pytest.approx(scores["map"].mean())
    assert facts["standard_error"] == pytest.approx(scores["map"].std() / np.sqrt(12))
    assert sum(one["tiles"] for one in facts["by_fold"]) == 12
    assert facts["epoch"] == facts["epochs"] == 4 * 12 and facts["seconds"] > 0
    assert in_words(done).startswith("12 tiles, each kept aside in one of 3 folds")
    for key in ("run", "state", "epoch", "epochs", "best", "seconds", "device", "error"):
        assert key in facts
    measured = evaluate(workspace, done.id)
    frame = load_predictions(done.predictions("tiny", "train")).frame
    assert measured["tiles"] == 12 and measured["map"] == pytest.approx(frame["map"].mean())


def test_what_its_folds_decided_is_known_of_the_whole(done: RunFolder) -> None:
    decided = Profile.of(done).decided
    assert (decided["number format"], decided["tiles kept aside"]) == ("fp32", 12)


def test_labels_are_held_against_its_predictions(workspace: Workspace, tiny: TileStore, done: RunFolder) -> None:
    found = out_of_fold(workspace, tiny)
    assert sorted(np.concatenate([one.rows for one in found]).tolist()) == list(range(12))


def test_the_leak_is_measured_on_the_same_tiles(done: RunFolder) -> None:
    leak, scores = actions.run_facts(done)["leak"], pd.read_parquet(done.scores)
    both = scores.dropna()
    assert leak["tiles"] == len(both) == len(load_config(done.random_fold)["validation_ids"]) == 4
    assert leak["gain"]["value"] == pytest.approx((both["random"] - both["map"]).mean())
    assert leak["random"] == pytest.approx(both["random"].mean())
    assert len(done.networks()) == 3  # what leaks has no part in predictions


def test_its_score_is_that_at_one_half_whatever_treatment_there_was_before(
    workspace: Workspace, tiny: TileStore, done: RunFolder, settings: Settings
) -> None:
    before = actions.run_facts(done)
    assert treat_run(workspace, done.id, Treatment(level=250))["map"] != before["map"]
    chosen = settings(folds=3, epochs=12, width=4, learning_rate=1e-2)
    again = crossval.cross_validate(workspace, done, chosen, leak=True)
    assert {name: again[name] for name in ("map", "by_fold", "leak")} == {
        name: before[name] for name in ("map", "by_fold", "leak")
    }


def test_before_its_first_epoch_there_is_nothing_to_predict_with(
    workspace: Workspace, tiny: TileStore, settings: Settings, new_run: Callable[[str], RunFolder]
) -> None:
    run = new_run("young")

    def stop(done: int, total: int | None, what: str, **facts: Any) -> None:
        if "epoch 1" in what:
            assert facts["epochs"] is None, "how many the time allows is not known yet"
            raise Stopped("asked")

    with pytest.raises(Stopped):
        crossval.cross_validate(workspace, run, settings(folds=3, minutes=1.0), progress=stop)
    with pytest.raises(NotFound, match="no fold of young has finished an epoch"):
        predict(workspace, "young", split="train")


def test_what_was_stopped_goes_on_with_the_fold_it_was_in(
    workspace: Workspace, tiny: TileStore, settings: Settings, new_run: Callable[[str], RunFolder]
) -> None:
    chosen = settings(folds=3)
    whole = crossval.cross_validate(workspace, new_run("whole"), chosen)
    folder = new_run("broken")

    def stop(done: int, total: int | None, what: str, **facts: Any) -> None:
        if what.startswith("fold 2 of 3: epoch 3"):
            raise Stopped("asked")

    with pytest.raises(Stopped):
        crossval.cross_validate(workspace, folder, chosen, progress=stop)
    first, second = folder.fold(0), folder.fold(1)
    assert first.result.exists() and second.last.exists() and not second.result.exists()
    before, told = first.best.stat().st_mtime_ns, []
    again = crossval.cross_validate(workspace, folder, chosen, progress=lambda *said, **facts: told.append(said[2]))
    assert first.best.stat().st_mtime_ns == before
    assert not [what for what in told if what.startswith(("fold 1", "fold 2 of 3: epoch 1", "fold 2 of 3: epoch 2"))]
    assert again["map"] == whole["map"] and again["by_fold"] == whole["by_fold"]


def test_too_many_folds_are_refused_in_words(
    workspace: Workspace, tiny: TileStore, settings: Settings, new_run: Callable[[str], RunFolder]
) -> None:
    with pytest.raises(TrainingFailed, match=r"12 labelled tiles, .* too few for folds=40; choose fewer"):
        crossval.cross_validate(workspace, new_run("a"), settings(folds=40))


def test_a_cross_validation_is_deleted_whole(workspace: Workspace, done: RunFolder) -> None:
    assert [run.id for run in workspace.all_runs()] == [done.id]
    assert jobs.status(done).state is jobs.State.FINISHED
    actions.delete_run(workspace, done.id)
    assert not done.root.exists()


def test_treatment_changes_figures_and_no_map(workspace: Workspace, tiny: TileStore, done: RunFolder) -> None:
    predict(workspace, done.id, split="test")
    folders = [done.predictions("tiny", split) for split in ("train", "test")]
    maps = [np.array(load_predictions(folder).probabilities) for folder in folders]
    treat_run(workspace, done.id, Treatment(level=240, black=True))
    for folder, before in zip(folders, maps, strict=True):
        found = load_predictions(folder)
        np.testing.assert_array_equal(found.probabilities, before)
        masks = (before >= 240) & ~found.frame["constant"].to_numpy()[:, None, None]
        np.testing.assert_array_equal(found.masks(np.arange(len(found))), masks)
        np.testing.assert_allclose(found.frame["salt_proportion"], masks.mean(axis=(1, 2)))
        assert found.facts["treatment"]["level"] == 240 and found.facts["threshold"] == pytest.approx(240 / 255)
    train = load_predictions(folders[0]).frame
    assert train["validation"].all()
    assert evaluate(workspace, done.id)["map"] == pytest.approx(train["map"].mean())
    predict(workspace, done.id, split="test")
    assert load_predictions(folders[1]).facts["treatment"]["level"] == 240


def test_tuning_is_kept_beside_the_run(workspace: Workspace, done: RunFolder) -> None:
    told = tune_run(workspace, done.id)
    kept = json.loads(done.postprocess.read_text())
    assert kept["treatment"] == told["treatment"] and kept["tuning"]["tiles"] == 12 == told["tiles"]
    assert {"auroc", "lost"} == told["confidence"]["confidence"].keys()
    table = pd.read_parquet(done.held_out)
    assert len(table) == 12 and sorted(table["fold"].unique()) == [0, 1, 2]


def test_a_run_that_predicted_no_validation_tiles_can_not_be_tuned(
    workspace: Workspace, tiny: TileStore, settings: Settings
) -> None:
    run = actions.train_here(workspace, settings(epochs=1))
    with pytest.raises(BadInput, match=r"predicted 0 tiles by itself.*predict .* --split train"):
        tune_run(workspace, run.id)
