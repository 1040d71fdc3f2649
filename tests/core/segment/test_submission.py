"""Submissions: made, checked, compared, and the log of what was sent."""

from __future__ import annotations

import json
import multiprocessing
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core import atomic, jobs
from core.dataset import rle
from core.dataset.importing import import_source
from core.dataset.tiles import TileStore
from core.errors import BadInput
from core.segment import submission
from core.segment.submission import Sent, SentLog
from core.workspace import RunFolder, Workspace
from tests import sources

ROOT = Path(__file__).resolve().parents[3]
SHAPE = (8, 8)


@pytest.fixture
def store(tmp_path: Path, workspace: Workspace) -> TileStore:
    """Test tiles ddd and eee, which the sample submission names in the other order."""
    files = sources.kaggle() | {"sample_submission.csv": sources.csv("id,rle_mask", {"eee": "1 1", "ddd": "1 1"})}
    import_source(sources.write(tmp_path / "source", files), workspace, "small")
    return TileStore.open(workspace.dataset("small"))


def predicted(workspace: Workspace, store: TileStore, name: str, levels: dict[str, np.ndarray]) -> RunFolder:
    """A run with probability maps (8, 8) uint8 for some tiles of `store`."""
    run = workspace.run(name)
    jobs.create(run, "core.segment.train:run", {}, "Train")
    atomic.write_json(run.config, {"dataset": store.name, "settings": {}})
    folder = run.predictions(store.name, "test")
    folder.mkdir(parents=True)
    np.save(folder / "probabilities.npy", np.stack(list(levels.values())))
    pd.DataFrame({"id": list(levels)}).to_parquet(folder / "predictions.parquet")
    atomic.write_json(folder / "prediction.json", {"checksum": store.source["checksum"]})
    return run


def level(value: int) -> np.ndarray:
    """A map with `value` in its left column, 0 elsewhere."""
    made = np.zeros(SHAPE, np.uint8)
    made[:, 0] = value
    return made


def test_every_test_tile_once_in_the_order_of_the_sample(
    workspace: Workspace, store: TileStore, tmp_path: Path
) -> None:
    run = predicted(workspace, store, "a", {"ddd": level(128), "eee": level(127)})
    submission.write(tmp_path / "out.csv", submission.make(store, [run]))
    assert (tmp_path / "out.csv").read_bytes() == b"id,rle_mask\neee,\nddd,1 8\n"
    checked = submission.check(store, submission.read(tmp_path / "out.csv"))
    assert (checked.problems, checked.notes) == ([], [])
    assert checked.figures["empty"] == 0.5 and checked.figures["salt_proportion"] == 8 / 64 / 2
    labelled = store.index["salt_proportion"].dropna()
    assert checked.figures["training"] == {"empty": 1 / 3, "salt_proportion": pytest.approx(labelled.mean())}


def test_several_runs_are_averaged(workspace: Workspace, store: TileStore) -> None:
    one = predicted(workspace, store, "a", {"ddd": level(255), "eee": level(255)})
    other = predicted(workspace, store, "b", {"eee": level(0), "ddd": level(1)})
    assert submission.make(store, [one, other])["rle_mask"].tolist() == ["1 8", "1 8"]
    third = predicted(workspace, store, "c", {"eee": level(126), "ddd": level(127)})
    assert submission.make(store, [one, other, third])["rle_mask"].tolist() == ["", "1 8"]


def test_without_a_sample_the_rows_are_sorted(tmp_path: Path, workspace: Workspace) -> None:
    files = {name: content for name, content in sources.kaggle().items() if name != "sample_submission.csv"}
    import_source(sources.write(tmp_path / "source", files), workspace, "plain")
    assert TileStore.open(workspace.dataset("plain")).submission_order() == ["ddd", "eee"]


def test_a_sample_of_other_tiles_is_told(tmp_path: Path, workspace: Workspace) -> None:
    files = sources.kaggle() | {"sample_submission.csv": sources.csv("id,rle_mask", {"eee": "1 1", "zzz": "1 1"})}
    report = import_source(sources.write(tmp_path / "source", files), workspace, "odd")
    assert TileStore.open(workspace.dataset("odd")).submission_order() == ["eee", "ddd"]
    assert [warning for warning in report.warnings if "sample_submission" in warning] == [
        "1 row of sample_submission.csv of no test tile: zzz",
        "1 test tile without a row in sample_submission.csv: ddd",
    ]


def test_what_was_not_predicted_as_it_is_now_is_refused(workspace: Workspace, store: TileStore) -> None:
    half = predicted(workspace, store, "a", {"ddd": level(0)})
    with pytest.raises(BadInput, match=r"run a has predicted the test tiles of small: 1 of 2; .* predict a --dataset"):
        submission.make(store, [half])
    old = predicted(workspace, store, "b", {"ddd": level(0), "eee": level(0)})
    atomic.write_json(old.predictions("small", "test") / "prediction.json", {"checksum": "another"})
    with pytest.raises(BadInput, match="before it was imported anew"):
        submission.make(store, [old])
    with pytest.raises(BadInput, match="no run was given"):
        submission.make(store, [])


@pytest.mark.parametrize(
    ("codes", "problem"),
    [
        ({"eee": ""}, "no row for 1 test tile: ddd"),
        ({"eee": "", "ddd": "", "aaa": ""}, "rows for 1 train tile: aaa"),
        ({"eee": "", "ddd": "", "zzz": ""}, "rows for 1 unknown tile: zzz"),
        ({"eee": "", "ddd": "1 4 3 2"}, "mask of 'ddd': run '3 2' overlaps"),
        ({"eee": "60 6", "ddd": ""}, "mask of 'eee': .* outside the tile of 64 pixels"),
    ],
)
def test_what_kaggle_would_refuse(store: TileStore, codes: dict[str, str], problem: str) -> None:
    checked = submission.check(store, codes)
    assert len(checked.problems) == 1
    assert re.search(problem, checked.problems[0])


def test_what_kaggle_takes_but_is_unusual(store: TileStore) -> None:
    checked = submission.check(store, {"ddd": "1 2 3 2", "eee": "5 1"})
    assert checked.problems == []
    assert checked.notes == [
        "1 codes are valid but not canonical",
        "the rows are not in the order of the sample submission",
    ]


def test_two_submissions_tile_by_tile(store: TileStore) -> None:
    one = {"ddd": rle.encode(level(1)), "eee": ""}
    compared = submission.compare(store, one, {"ddd": "1 4", "eee": ""})
    assert compared.tiles.to_dict("records") == [
        {"id": "ddd", "iou": 0.5, "differing": 4},
        {"id": "eee", "iou": 1.0, "differing": 0},
    ]
    assert compared.figures == {"tiles": 2, "same": 1, "iou": 0.75}
    with pytest.raises(BadInput, match="no tile in common"):
        submission.compare(store, one, {"zzz": ""})


def sent(ref: int) -> Sent:
    return Sent(ref, "tgs", "small", ["a"], "first", "a.csv", f"2026-01-01T00:00:{ref % 60:02}+00:00")


def add_many(root: Path, first: int) -> None:
    for ref in range(first, first + 50):
        SentLog(root).add(sent(ref))


def test_the_log_of_what_was_sent(tmp_path: Path) -> None:
    log = SentLog(tmp_path)
    assert log.all() == []
    log.add(sent(1))
    log.add(sent(2))
    log.update(1, status="complete", public_score=0.8)
    assert [(one.ref, one.status, one.public_score) for one in log.all()] == [
        (2, "pending", None),
        (1, "complete", 0.8),
    ]
    with (tmp_path / "sent.jsonl").open("ab") as file:
        file.write(b'{"ref": 3, "compet')  # a writer that was killed
    log.add(sent(4))
    assert [one.ref for one in log.all()] == [4, 2, 1]


def test_two_writers_lose_nothing(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=add_many, args=(tmp_path, first)) for first in (0, 100)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(SentLog(tmp_path).all()) == 100


def test_the_commands(workspace: Workspace, store: TileStore, tmp_path: Path) -> None:
    predicted(workspace, store, "a", {"ddd": level(255), "eee": level(255)})
    predicted(workspace, store, "b", {"ddd": level(0), "eee": level(10)})

    def call(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "core", *words, "--workspace", str(workspace.root)]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)

    made = json.loads(call("submission", "a", str(tmp_path / "a.csv"), "--json").stdout)
    assert (made["dataset"], made["runs"], made["tiles"], made["ordered"]) == ("small", ["a"], 2, True)
    both = call("submission", "a", str(tmp_path / "ab.csv"), "--with", "b")
    assert (tmp_path / "ab.csv").read_text() == "id,rle_mask\neee,1 8\nddd,1 8\n", both.stderr
    call("submission", "b", str(tmp_path / "b.csv"))
    words = ("check-submission", str(tmp_path / "a.csv"), "--dataset", "small", "--other", str(tmp_path / "b.csv"))
    checked = json.loads(call(*words, "--json").stdout)
    assert checked["valid"] and checked["compared"]["same"] == 0
    assert checked["compared"]["most_different"][0] == {"id": "ddd", "iou": 0.0, "differing": 8}
    assert "most_different" not in call(*words).stdout
    (tmp_path / "a.csv").write_text("id,rle_mask\neee,\n")
    refused = call(*words)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == f"error: {tmp_path / 'a.csv'}: no row for 1 test tile: ddd\n"
