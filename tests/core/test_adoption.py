"""Predictions and masks from elsewhere become a run and revisions; what can't be used leaves nothing behind."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core import adoption, jobs
from core.actions import delete_run, make_submission, run_facts
from core.dataset import rle
from core.dataset.importing import import_source
from core.dataset.tiles import TileStore
from core.errors import BadInput, NotFound
from core.review.choices import MaskFormat
from core.review.export import export_predicted_masks
from core.review.flagging import flag_run
from core.review.masks import MaskStore
from core.review.policy import FlagRules
from core.review.store import UNKNOWN, ReviewStore
from core.segment.metrics import competition_score
from core.segment.predict import evaluate, predict
from core.segment.predictions import load_predictions
from core.workspace import Workspace
from tests import sources
from tests.core.test_cli import answer, refusal

SHAPE = (8, 8)
FULL = np.ones(SHAPE, np.uint8)


@pytest.fixture
def tiles(workspace: Workspace, tmp_path: Path) -> TileStore:
    """Tiles aaa, bbb, ccc (train), ddd, eee (test) of 8×8."""
    import_source(sources.write(tmp_path / "source", sources.kaggle()), workspace, "d")
    return TileStore.open(workspace.existing_dataset("d"))


def codes(path: Path, masks: dict[str, np.ndarray]) -> Path:
    path.write_bytes(sources.csv("id,rle_mask", {name: rle.encode(mask) for name, mask in masks.items()}))
    return path


def test_foreign_masks_are_a_run_like_others_but_for_its_training(
    workspace: Workspace, tiles: TileStore, tmp_path: Path
) -> None:
    given = {"aaa": sources.mask(0), "bbb": sources.mask(1), "ccc": FULL, "ddd": FULL, "eee": sources.mask(0)}
    made = adoption.import_predictions(workspace, codes(tmp_path / "made.csv", given), "d", "theirs")
    assert made == {"run": "theirs", "dataset": "d", "split": "all", "tiles": 5, "maps": "masks"}
    run = workspace.existing_run("theirs")
    assert run_facts(run) | {"seconds": None} == run_facts(run), "nothing took any time here"
    assert (run_facts(run)["state"], run_facts(run)["best"], run_facts(run)["error"]) == ("imported", None, None)

    found = load_predictions(run.predictions("d", "all"))
    np.testing.assert_array_equal(found.mask(found.position("ccc")), FULL)
    assert found.frame["confidence"].isna().all() and not found.frame["validation"].any()
    expected = competition_score(np.array(tiles.masks[:3]), np.stack([given[name] for name in sources.IDS]))
    assert found.frame["map"].tolist()[:3] == expected.tolist() and found.frame["map"][3:].isna().all()
    scored = evaluate(workspace, "theirs")
    assert (scored["tiles"], scored["map"]) == (3, pytest.approx(expected.mean()))

    review = ReviewStore(workspace.database_url)
    assert flag_run(workspace, review, "theirs", rules=FlagRules(salt_under=None, salt_over=0.9))["flagged"] == 2
    assert review.queue("theirs")["confidence"].tolist() == [UNKNOWN] * 2
    assert not review.counts("theirs")["confident_empty"]
    assert export_predicted_masks(run, "d", tmp_path / "out.csv", MaskFormat.RLE) == {"tiles": 5}
    sent = make_submission(workspace, ["theirs"], None, tmp_path / "submission.csv")
    assert sent["tiles"] == 2
    table = pd.read_csv(tmp_path / "submission.csv", keep_default_na=False)
    assert table["rle_mask"].tolist() == ["1 64", ""]
    delete_run(workspace, "theirs")
    assert workspace.all_runs() == []


def test_there_is_nothing_to_resume_and_no_model(workspace: Workspace, tiles: TileStore, tmp_path: Path) -> None:
    adoption.import_predictions(workspace, codes(tmp_path / "made.csv", {"ddd": FULL}), "d", "theirs")
    run = workspace.existing_run("theirs")
    with pytest.raises(BadInput, match="made elsewhere and imported: it was never trained here"):
        jobs.requeue(run)
    with pytest.raises(BadInput, match="made elsewhere and imported: there is no model"):
        predict(workspace, "theirs")
    with pytest.raises(BadInput, match="predicted no labelled tile"):
        evaluate(workspace, "theirs")
    with pytest.raises(BadInput, match="1 of 2; it was made elsewhere, so import predictions for all"):
        make_submission(workspace, ["theirs"], None, tmp_path / "submission.csv")
    assert jobs.request_stop(run).state is jobs.State.IMPORTED
    assert run.predictions("d", "test").is_dir(), "only test tiles were given"


def test_probabilities_say_how_sure_they_are(workspace: Workspace, tiles: TileStore, tmp_path: Path) -> None:
    faint, sure = np.full(SHAPE, 140, np.uint8), np.full(SHAPE, 250, np.uint8)
    sure[0, 0] = 0
    files = {"ddd.png": sources.png(faint), "eee.png": sources.png(sure)}
    adoption.import_predictions(workspace, sources.write(tmp_path / "made", files), "d", "theirs")
    frame = load_predictions(workspace.run("theirs").predictions("d", "test")).frame
    assert frame["confidence"].tolist()[0] < 0.6 < 0.9 < frame["confidence"].tolist()[1]


def test_a_name_that_is_taken_is_left_alone(workspace: Workspace, tiles: TileStore, tmp_path: Path) -> None:
    path = codes(tmp_path / "made.csv", {"ddd": FULL})
    adoption.import_predictions(workspace, path, "d", "theirs")
    for name in ("theirs", "d"):
        with pytest.raises(BadInput, match="already; choose another name"):
            adoption.import_predictions(workspace, path, "d", name)
    with pytest.raises(NotFound, match="no data set 'x'"):
        adoption.import_predictions(workspace, path, "x")
    assert [run.id for run in workspace.all_runs()] == ["theirs"]


def test_runs_with_a_name_of_their_own_stand_where_they_came(
    workspace: Workspace, tiles: TileStore, tmp_path: Path
) -> None:
    path = codes(tmp_path / "made.csv", {"ddd": FULL})
    adoption.import_predictions(workspace, path, "d", "a-name")
    later = adoption.import_predictions(workspace, path, "d", "20991231-235959-unet-abcd")["run"]
    adoption.import_predictions(workspace, path, "d", "20200101-000000-unet-abcd")
    assert [run.id for run in workspace.all_runs()] == [later, "a-name", "20200101-000000-unet-abcd"]


def test_masks_become_revisions_where_they_say_something_new(
    workspace: Workspace, tiles: TileStore, tmp_path: Path
) -> None:
    masks = MaskStore(workspace.database_url)
    first = masks.save("d", "ccc", FULL, "ann", base=None)
    same = masks.save("d", "ddd", FULL, "ann", base=None)
    masks.keep_draft("d", "ccc", "1 1", "bob", first.id)
    given = {"aaa": sources.mask(0), "bbb": FULL, "ccc": sources.mask(1), "ddd": FULL, "eee": sources.mask(0)}
    path = codes(tmp_path / "made.csv", given)
    told = adoption.import_masks(workspace, path, "d", " bob ", "from the field office")
    assert told == {"dataset": "d", "reviewer": "bob", "tiles": 5, "revisions": 3, "same": 2, "corrected": 1}
    newest = masks.reviewed("d").set_index("tile")
    assert set(newest.index) == {"bbb", "ccc", "ddd", "eee"}, "the label of aaa was that mask already"
    imported = newest.loc["ccc"]
    assert (imported["parent"], imported["origin"], imported["note"]) == (first.id, "imported", "from the field office")
    assert newest.loc["ddd", "id"] == same.id and newest.loc["eee", "mask"] == ""
    assert masks.draft("d", "ccc", "bob") is not None, "a drawing waits on"
    assert adoption.import_masks(workspace, path, "d", "bob")["revisions"] == 0


def test_all_masks_or_none(workspace: Workspace, tiles: TileStore, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"1 of 2 ids are of no tile of data set 'd': 'zzz'"):
        adoption.import_masks(workspace, codes(tmp_path / "a.csv", {"bbb": FULL, "zzz": FULL}), "d", "bob")
    with pytest.raises(BadInput, match="needs a reviewer"):
        adoption.import_masks(workspace, codes(tmp_path / "b.csv", {"bbb": FULL}), "d", " ")
    grey = {"bbb.png": sources.png(sources.image(1)), "ccc.png": sources.png(FULL)}
    with pytest.raises(BadInput, match="more than two grey levels"):
        adoption.import_masks(workspace, sources.write(tmp_path / "grey", grey), "d", "bob")
    assert MaskStore(workspace.database_url).history("d").empty


def test_from_the_command_line(workspace: Workspace, tiles: TileStore, tmp_path: Path) -> None:
    path = str(codes(tmp_path / "made.csv", {"bbb": FULL, "ddd": FULL}))
    made = answer(workspace.root, "import-predictions", path, "--dataset", "d", "--name", "theirs")
    assert made["tiles"] == 2
    assert answer(workspace.root, "runs")["runs"][0]["state"] == "imported"
    assert "never trained here" in refusal(workspace.root, "resume", "theirs")
    assert answer(workspace.root, "evaluate", "theirs", "--dataset", "d")["tiles"] == 1
    told = answer(workspace.root, "import-masks", path, "--dataset", "d", "--reviewer", "bob")
    assert told["revisions"] == 2
    assert "no tile of data set" in refusal(
        workspace.root,
        "import-masks",
        str(codes(tmp_path / "x.csv", {"../x": FULL})),
        "--dataset",
        "d",
        "--reviewer",
        "b",
    )
