"""The table of all findings, from a data set on disk, and the command that prints it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import imageio.v3 as imageio
import numpy as np
import pandas as pd
import pytest

from core.dataset.importing import import_source
from core.dataset.rle import encode
from core.dataset.tiles import TileStore, write_store
from core.errors import Stopped
from core.explore.quality import Predictions, Reason, findings, unchecked, up_to_date
from core.review.store import ReviewStore
from core.review.tables import LABELS
from core.workspace import Workspace

ROOT = Path(__file__).parents[3]
COLUMNS = ["id", "reason", "severity", "details", "value", "other"]
COLUMNS += ["top", "left", "bottom", "right", "row", "other_row"]


@pytest.fixture
def small(workspace: Workspace) -> TileStore:
    """Five train tiles of 8×8 (constant with salt, stripe, slope, salt to the bottom, empty) and two test tiles."""
    random = np.random.default_rng(0)
    tiles = random.integers(0, 256, (7, 8, 8)).astype(np.uint8)
    tiles[0] = 9
    tiles[6] = tiles[2]
    masks = np.zeros((7, 8, 8), np.uint8)
    masks[0] = np.tri(8)
    masks[1, :, 3:] = 1
    masks[2] = np.tri(8, k=-1)
    masks[3] = np.tri(8, k=3)
    masks[3, 7] = 1
    index = pd.DataFrame(
        {"id": list("abcdexy"), "split": ["train"] * 5 + ["test"] * 2, "has_mask": [True] * 5 + [False] * 2}
    )
    folder = workspace.dataset("small")
    folder.mkdir()
    write_store(folder, index, tiles, masks, {"contradicting": ["e"]})
    return TileStore.open(folder)


def reasons(found: pd.DataFrame) -> set[tuple[str, str]]:
    return set(zip(found["id"], found["reason"], strict=True)) - {(tile, "small_area") for tile in "abcdexy"}


ALONE = {
    ("a", "constant_tile"),
    ("b", "vertical_stripes"),
    ("c", "duplicate"),
    ("e", "two_labels"),
    ("y", "duplicate"),
}


def test_all_rules_that_need_nothing_else(small: TileStore) -> None:
    found = findings(small)
    assert found.columns.tolist() == COLUMNS
    assert reasons(found) == ALONE
    assert found["severity"].is_monotonic_decreasing
    assert not found.duplicated(["id", "reason"]).any()
    one = found.set_index(["id", "reason"]).loc[("y", "duplicate")]
    assert (one["other"], one["other_row"], one["row"]) == ("c", 2, 6)
    assert found.set_index("reason").loc["two_labels", "other"] == ""
    constant = found.set_index("reason").loc["constant_tile"]
    assert (constant["severity"], constant["value"]) == (1, 9)
    assert constant["details"] == "every pixel has grey level 9, yet 36 px are labelled salt"


def test_with_neighbours_and_predictions(small: TileStore) -> None:
    neighbours = pd.DataFrame({"first": [3, 1], "second": [4, 5], "where": ["below", "right"]})
    rows = np.array([5, 4, 2])  # 5 has no label
    wrong = np.stack([*np.full((2, 8, 8), 255, np.uint8), small.masks[2] * np.uint8(255)])
    predictions = [Predictions(rows[:2], wrong, np.array([0, 1])), Predictions(rows[2:], wrong, np.array([2]))]
    found = findings(small, neighbours, predictions)
    assert reasons(found) == ALONE | {("e", "empty_below_salt"), ("e", "prediction_disagrees")}
    assert found.set_index("reason").loc["empty_below_salt", "other"] == "d"


def test_what_is_left_out_is_said() -> None:
    some = Predictions(np.zeros(0, int), np.zeros((0, 8, 8), np.uint8), np.zeros(0, int))
    assert len(unchecked(None, ())) == 2
    assert unchecked(pd.DataFrame(), [some]) == []
    assert "predict the train split" in unchecked(pd.DataFrame(), ())[0]


def test_many_chunks_give_the_same(small: TileStore, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = findings(small)
    for module in ("table", "duplicates"):
        monkeypatch.setattr(f"core.explore.quality.{module}.CHUNK", 2)
    pd.testing.assert_frame_equal(findings(small), whole)


def test_a_stop_is_heard(small: TileStore) -> None:
    def stop(done: int, total: int | None, what: str, **facts: object) -> None:
        if what == "Looking at masks":
            raise Stopped

    with pytest.raises(Stopped):
        findings(small, progress=stop)


def test_nothing_suspicious_is_an_empty_table(tmp_path: Path) -> None:
    tiles = np.random.default_rng(0).integers(0, 256, (3, 9, 9)).astype(np.uint8)
    write_store(tmp_path, pd.DataFrame({"id": list("abc"), "split": "test"}), tiles)
    found = findings(TileStore.open(tmp_path))
    assert found.columns.tolist() == COLUMNS
    assert found.empty


def test_labels_that_contradict_each_other_come_from_the_import(tmp_path: Path, workspace: Workspace) -> None:
    source = tmp_path / "source"
    random = np.random.default_rng(0)
    for folder in ("images", "masks"):
        (source / folder).mkdir(parents=True)
    for tile in "ab":
        imageio.imwrite(source / "images" / f"{tile}.png", random.integers(0, 256, (12, 12)).astype(np.uint8))
        imageio.imwrite(source / "masks" / f"{tile}.png", np.tri(12, dtype=np.uint8) * 255)
    codes = pd.DataFrame({"id": ["a", "b"], "rle_mask": ["1 5", encode(np.tri(12))]})
    codes.to_csv(source / "train.csv", index=False)
    import_source(source, workspace, "two")
    found = findings(TileStore.open(workspace.dataset("two")))
    assert found.loc[found["reason"] == "two_labels", "id"].tolist() == ["a"]


def call(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "core", "quality", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)


def test_the_command(small: TileStore, workspace: Workspace, tmp_path: Path) -> None:
    options = ("small", "--workspace", str(workspace.root))
    done = call(*options, "--json", "--csv", str(tmp_path / "found.csv"))
    assert done.returncode == 0, done.stderr
    answer, table = json.loads(done.stdout), pd.read_csv(tmp_path / "found.csv")
    expected = up_to_date(workspace, small).findings
    assert table.columns.tolist() == COLUMNS
    assert table["id"].tolist() == expected["id"].tolist()
    assert (answer["tiles"], answer["findings"], answer["suspicious"]) == (7, len(table), table["id"].nunique())
    assert answer["by_reason"] == table["reason"].value_counts().to_dict()
    assert "predict the train split" in done.stderr
    people = call(*options)
    assert "every pixel has grey level 9, yet 36 px are labelled salt" in people.stdout
    refused = call("other", "--workspace", str(workspace.root))
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "there is no data set 'other'" in refused.stderr


def test_the_command_sends_to_review(small: TileStore, workspace: Workspace) -> None:
    options = ("small", "--workspace", str(workspace.root), "--json")
    done = call(*options, "--review", "constant_tile", "--review", "two_labels")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["sent"] == 2
    queue = ReviewStore(workspace.database_url).queue(LABELS, "small")
    assert set(queue["tile"]) == {"a", "e"}
    refused = call(*options, "--review", "splendid")
    assert refused.returncode == 1
    assert "'splendid'; expected one of constant_tile" in refused.stderr


def test_every_reason_has_a_meaning() -> None:
    assert all(reason.meaning.endswith((".", "?")) for reason in Reason)


# On the complete data 113, 214, 17, 26, 52, 45 and 168 were counted, on the 3,088 of 4,000 tiles about three quarters.
REAL = {
    "vertical_stripes": (80, 95),
    "straight_vertical_edge": (155, 180),
    "straight_horizontal_edge": (8, 17),
    "hole": (16, 24),
    "fragment": (33, 46),
    "tiny_area": (30, 40),
    "small_area": (90, 105),
    "constant_tile": (60, 80),
    "near_duplicate": (10, 40),
    "almost_full": (35, 50),
    "seam": (40, 110),  # of 234 pairs of labelled tiles that were found to touch
    "empty_below_salt": (6, 20),
}


@pytest.mark.real
def test_counts_on_real_tiles(tgs: Path, workspace: Workspace) -> None:
    import_source(tgs, workspace, "real")
    counts = up_to_date(workspace, TileStore.open(workspace.dataset("real"))).findings["reason"].value_counts()
    assert {reason: int(counts.get(reason, 0)) for reason in ("duplicate", "two_labels", "horizontal_stripes")} == {
        "duplicate": 0,
        "two_labels": 0,
        "horizontal_stripes": 0,
    }
    outside = {reason: int(counts[reason]) for reason, (low, high) in REAL.items() if not low <= counts[reason] <= high}
    assert outside == {}
