"""What the rules are asked about, gathered from a mosaic, a check and a run of 18 tiles that touch."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core import atomic
from core.dataset.synthetic import simulate
from core.dataset.tiles import TileStore, write_store
from core.errors import BadInput
from core.explore import mosaic, quality
from core.review.evidence import gather
from core.review.flagging import flag_run, predicted
from core.review.policy import FlagRules, Reason
from core.review.store import ReviewStore
from core.workspace import RunFolder, Workspace
from tests.runs import write_run

ROOT = Path(__file__).resolve().parents[3]
SURVEY = simulate(tiles=18, seed=1)
RUN = "20260101-000000-unet-abcd"


@pytest.fixture
def tiles(workspace: Workspace) -> TileStore:
    """Labelled as it is, but for a hole in the label of the fullest tile."""
    masks = SURVEY.masks.copy()
    masks[fullest(), 50:53, 50:53] = 0
    index = pd.DataFrame({"id": SURVEY.ids, "split": "train"})
    with atomic.replacing_folder(workspace.dataset("survey")) as part:
        write_store(part, index, SURVEY.images, masks, {"checksum": "one"})
    return TileStore.open(workspace.dataset("survey"))


@pytest.fixture
def run(workspace: Workspace, tiles: TileStore) -> RunFolder:
    """Predicts nothing but salt in the second half of the tiles, and what is true in the first."""
    maps = 255 * SURVEY.masks
    maps[9:] = 255
    write_run(workspace, RUN, tiles, np.arange(9), maps[:9], "train")
    return write_run_beside(workspace, tiles, maps[9:])


def write_run_beside(workspace: Workspace, tiles: TileStore, maps: np.ndarray) -> RunFolder:
    other = write_run(workspace, "other", tiles, np.arange(9, 18), maps, "test")
    target = workspace.run(RUN)
    (other.root / "predictions" / "survey-test").rename(target.root / "predictions" / "survey-test")
    return target


def test_seams_are_those_of_the_masks_that_people_see(
    workspace: Workspace, tiles: TileStore, run: RunFolder, tmp_path: Path
) -> None:
    mosaic.mosaic_of(workspace, tiles)
    before = gather(workspace, run, tiles, predicted(run, "survey")).tiles["predicted_seam"]
    facts = run.predictions("survey", "test") / "prediction.json"
    facts.write_text(json.dumps(json.loads(facts.read_text()) | {"treatment": {"area": 1_000_000}}))
    emptied = gather(workspace, run, tiles, predicted(run, "survey")).tiles["predicted_seam"]
    other = Workspace.open(tmp_path / "other")
    with atomic.replacing_folder(other.dataset("survey")) as part:
        write_store(part, tiles.index, tiles.tiles, tiles.masks, {"checksum": "one"})
    maps = 255 * SURVEY.masks
    maps[9:] = 0
    same = TileStore.open(other.dataset("survey"))
    empty = write_run(other, RUN, same, np.arange(18), maps)
    mosaic.mosaic_of(other, same)
    pd.testing.assert_series_equal(
        emptied.reset_index(drop=True), gather(other, empty, same, predicted(empty, "survey")).tiles["predicted_seam"]
    )
    assert not emptied.equals(before)


def fullest() -> int:
    return int(SURVEY.masks.mean(axis=(1, 2)).argmax())


def test_nothing_is_found_on_the_way(workspace: Workspace, run: RunFolder, tiles: TileStore) -> None:
    evidence = gather(workspace, run, tiles, predicted(run, "survey"))
    assert [reason for reason in Reason if evidence.can_ask(reason)] == [
        Reason.SALT_UNDER,
        Reason.SALT_OVER,
        Reason.LOW_CONFIDENCE,
        Reason.LABEL_DISAGREES,
    ]
    assert not mosaic.is_ready(workspace, tiles)


@pytest.mark.parametrize(("rule", "remedy"), [("predicted_seam", "core mosaic"), ("quality", "core quality survey")])
def test_a_rule_that_lacks_something_names_the_remedy(
    workspace: Workspace, run: RunFolder, rule: str, remedy: str
) -> None:
    rules = FlagRules(**{rule: 0.3})  # type: ignore[arg-type]
    with pytest.raises(BadInput, match=remedy):
        flag_run(workspace, ReviewStore(workspace.database_url), RUN, "survey", rules)


def test_seams_are_those_of_masks_on_both_sides(workspace: Workspace, run: RunFolder, tiles: TileStore) -> None:
    pairs = mosaic.mosaic_of(workspace, tiles).pairs
    evidence = gather(workspace, run, tiles, predicted(run, "survey"))
    by_row = evidence.tiles.set_index("row")
    masks = SURVEY.masks.copy()
    masks[9:] = 1
    worst = dict.fromkeys(range(18), -1.0)
    for first, second, where in pairs[["first", "second", "where"]].itertuples(index=False):
        right = where == "right"
        near, far = (masks[first][:, -1], masks[second][:, 0]) if right else (masks[first][-1], masks[second][0])
        if right or not near.all() or masks[second].any():
            share = float((near != far).mean())
            worst[first], worst[second] = max(worst[first], share), max(worst[second], share)
    expected = [np.nan if worst[row] < 0 else worst[row] for row in range(18)]
    np.testing.assert_allclose(by_row["predicted_seam"].sort_index(), expected)
    assert by_row["predicted_seam"].max() > 0.5 > by_row["label_seam"].max(), "the labels go on, these predictions not"


def test_findings_and_flags_of_a_run_come_into_one_queue(
    workspace: Workspace, run: RunFolder, tiles: TileStore
) -> None:
    quality.check(workspace, tiles)
    store = ReviewStore(workspace.database_url)
    result = flag_run(workspace, store, RUN, "survey", FlagRules(None, salt_over=0.99, quality=0.1))
    assert result["by_reason"]["salt_over"] >= 9
    queue = store.queue(RUN, "survey").set_index("tile")
    holed = tiles.index["id"].iat[fullest()]
    assert "quality:hole" in queue.loc[holed, "reasons"]
    words = [flag.words for flag in store.reasons(int(queue.loc[holed, "id"]))]
    assert any("hole" in one for one in words)


def test_the_command_combines_rules(workspace: Workspace, run: RunFolder, tiles: TileStore) -> None:
    mosaic.mosaic_of(workspace, tiles)
    limits = ["--over", "--threshold", "0.99", "--max-predicted-seam", "0.5"]
    any_of, all_of = (asked(workspace, *limits, *more) for more in ([], ["--every"]))
    assert set(any_of["by_reason"]) == set(all_of["by_reason"]) == {"salt_over", "predicted_seam"}
    assert all_of["flagged"] < any_of["flagged"] < 18
    assert all_of["by_reason"] == dict.fromkeys(all_of["by_reason"], all_of["flagged"])
    only = asked(workspace, "--no-threshold", "--max-salt", "0.99")
    assert set(only["by_reason"]) == {"salt_over"}


def asked(workspace: Workspace, *words: str) -> dict[str, object]:
    command = [sys.executable, "-m", "core", "flag", RUN, *words, "--workspace", str(workspace.root), "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    value = json.loads(done.stdout)
    assert isinstance(value, dict)
    return value
