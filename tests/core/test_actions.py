"""What buttons set going, end to end: real jobs over a tiny data set."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core import actions, atomic, jobs
from core.dataset.importing import import_source
from core.dataset.tiles import TileStore, write_store
from core.errors import BadInput, Busy, NotFound
from core.explore.quality import load
from core.review.flagging import flag_run
from core.review.masks import MaskStore, NewMask
from core.review.policy import FlagRules
from core.review.store import ReviewStore
from core.review.tables import Verdict
from core.segment.settings import TrainSettings
from core.workspace import RunFolder, Workspace

SECONDS = 120.0


@pytest.fixture
def tiny(workspace: Workspace) -> Workspace:
    """A workspace with 16 labelled tiles of 32×32 in data set `tiny`."""
    rng = np.random.default_rng(0)
    tiles = rng.integers(0, 256, (16, 32, 32), dtype=np.uint8)
    masks = (np.arange(16)[:, None, None] * 2 > np.arange(32)[None, :, None]).repeat(32, axis=2).astype(np.uint8)
    folder = workspace.dataset("tiny")
    folder.mkdir()
    facts = pd.DataFrame({"id": [f"t{place:02}" for place in range(16)], "split": "train"})
    write_store(folder, facts, tiles, masks, {"checksum": "tiny"})
    return workspace


def settings(epochs: int) -> TrainSettings:
    return TrainSettings("tiny", width=2, epochs=epochs, precision="fp32", batch_size=4)


def trained(workspace: Workspace) -> RunFolder:
    run = actions.start_training(workspace, settings(epochs=1))
    assert jobs.wait(run, SECONDS).state is jobs.State.FINISHED, run.log.read_text()
    return run


def test_training_prediction_flags_and_deletion(tiny: Workspace) -> None:
    run = trained(tiny)
    facts = actions.run_facts(run)
    assert list(facts) == ["run", "state", "epoch", "epochs", "best", "seconds", "device", "error"]
    assert (facts["state"], facts["epoch"], facts["epochs"]) == ("finished", 1, 1)
    assert set(facts["best"]) >= {"epoch", "map", "loss"}

    job = actions.start_prediction(tiny, run.id, "tiny", "all")
    assert jobs.wait(job, SECONDS).state is jobs.State.FINISHED, job.log.read_text()
    store = ReviewStore(tiny.database_url)
    assert flag_run(tiny, store, run.id, "tiny", FlagRules(1.0, low_confidence=1.0))["flagged"] == 16

    actions.delete_run(tiny, run.id)
    assert store.queue().empty
    with pytest.raises(NotFound):
        tiny.existing_run(run.id)


def test_a_deleted_data_set_takes_its_reviews_along_if_asked_to(tiny: Workspace) -> None:
    store, masks = ReviewStore(tiny.database_url), MaskStore(tiny.database_url)
    flags = pd.DataFrame({"id": ["a", "b"], "salt_proportion": 0.0, "confidence": 0.5, "reason": "salt_under"})
    store.flag("r", "tiny", flags.assign(value=0.0, limit=0.1, words=None))
    item = int(store.queue()["id"].iloc[0])
    new = {item: NewMask("tiny", "a", np.ones((4, 4)), None)}
    store.decide(item, Verdict.ALL_SALT, "ann", masks=new)
    masks.keep_draft("tiny", "b", "1 1", "ann", None)
    assert store.holdings("tiny") == {"decisions": 1, "masks": 1, "notes": 0}
    actions.delete_dataset(tiny, "tiny", reviews=True)
    assert tiny.dataset_names() == [] and store.queue().empty
    assert store.holdings("tiny") == {"decisions": 0, "masks": 0, "notes": 0}
    assert masks.draft("tiny", "b", "ann") is None


def test_a_run_at_work_is_not_deleted_and_stops_when_asked(tiny: Workspace) -> None:
    run = actions.start_training(tiny, settings(epochs=50_000))
    with pytest.raises(Busy, match=run.id):
        actions.delete_run(tiny, run.id)
    while actions.run_facts(run)["epoch"] is None:
        time.sleep(0.05)
    jobs.request_stop(run)
    assert jobs.wait(run, SECONDS).state is jobs.State.STOPPED
    actions.delete_run(tiny, run.id)
    assert tiny.all_runs() == []


def test_a_run_that_predicts_is_not_deleted(tiny: Workspace) -> None:
    run = actions.start_training(tiny, settings(epochs=1))
    assert jobs.wait(run, SECONDS).state is jobs.State.FINISHED
    folder = run.predictions("tiny", "all")
    folder.parent.mkdir(exist_ok=True)
    unfinished = folder.parent / ".unfinished-tiny-all"
    unfinished.mkdir()
    with atomic.lock(unfinished):  # so that it waits
        job = actions.start_prediction(tiny, run.id, "tiny", "all")
        with pytest.raises(Busy, match=f"in use .Predict all tiles of tiny by {run.id}"):
            actions.delete_run(tiny, run.id)
        jobs.request_stop(job)
        assert jobs.wait(job, SECONDS).state is jobs.State.STOPPED
    actions.delete_run(tiny, run.id)
    assert tiny.all_runs() == []


def test_a_workspace_may_be_moved_with_its_sources_and_reviews(
    workspace: Workspace, kaggle_folder: Path, tmp_path: Path
) -> None:
    source = shutil.copytree(kaggle_folder, workspace.sources / "x")
    import_source(source, workspace, "x")
    tile = str(TileStore.open(workspace.dataset("x")).index["id"].iloc[0])
    MaskStore(workspace.database_url).save("x", tile, np.ones((101, 101)), "ann", base=None)
    workspace.root.rename(tmp_path / "elsewhere")
    moved = Workspace.open(tmp_path / "elsewhere")
    actions.check_import(moved, moved.sources / "x", "x")
    with pytest.raises(BadInput, match="people have worked on its tiles"):
        actions.check_import(moved, kaggle_folder, "x")


def test_another_source_does_not_come_to_lie_below_reviews(
    workspace: Workspace, kaggle_folder: Path, tmp_path: Path
) -> None:
    other = shutil.copytree(kaggle_folder, tmp_path / "other")
    (other / "depths.csv").write_text("id,z\n")
    before = import_source(kaggle_folder, workspace, "x").warnings
    actions.check_import(workspace, other, "x")
    now = import_source(other, workspace, "x").warnings
    assert f"x was made from {kaggle_folder} until now" in now and not before
    tile = str(TileStore.open(workspace.dataset("x")).index["id"].iloc[0])
    MaskStore(workspace.database_url).save("x", tile, np.ones((101, 101)), "ann", base=None)
    actions.check_import(workspace, other, "x")
    with pytest.raises(BadInput, match=r"people have worked on its tiles \(1 mask\); .* under another name"):
        actions.start_import(workspace, kaggle_folder, "x")
    actions.check_import(workspace, kaggle_folder, "y")
    with pytest.raises(BadInput, match="none of the demo's"):
        actions.make_demo(workspace, "x", 4, 0, False)


def test_an_import_that_fails_says_why(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "broken.zip").write_text("no zip")
    job = actions.start_import(workspace, tmp_path / "broken.zip", None)
    ended = jobs.wait(job, SECONDS)
    assert ended.state is jobs.State.FAILED
    assert ended.error is not None
    assert "broken.zip" in ended.error
    assert workspace.dataset_names() == []


def test_there_is_nothing_to_train_on(workspace: Workspace) -> None:
    with pytest.raises(NotFound, match="tiny"):
        actions.start_training(workspace, settings(epochs=1))
    assert workspace.all_runs() == []


def test_labels_are_checked_as_a_job(tiny: Workspace) -> None:
    job = actions.start_check(tiny, "tiny")
    ended = jobs.wait(job, SECONDS)
    assert ended.state is jobs.State.FINISHED, job.log.read_text()
    found = load(tiny, TileStore.open(tiny.dataset("tiny")))
    assert found is not None
    suspicious = len(set(found.findings["id"]))
    assert suspicious > 10
    assert ended.result == {"dataset": "tiny", "findings": len(found.findings), "suspicious": suspicious}
    assert {"horizontal_stripes"} <= set(found.findings["reason"])
    with pytest.raises(NotFound):
        actions.start_check(tiny, "nobody")
