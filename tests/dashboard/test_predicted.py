"""What pages show of predictions, over runs that predicted other parts of a data set."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.dataset.tiles import TileStore, write_store
from core.explore import numbers
from core.workspace import Workspace
from dashboard import predicted
from dashboard.components import prediction_pages
from tests.runs import write_run

LEFT, TOP, NOTHING = (np.zeros((4, 4), np.uint8) for _ in range(3))
LEFT[:, :2], TOP[:1], NOTHING[:] = 200, 128, 127


@pytest.fixture
def store(workspace: Workspace) -> TileStore:
    """Four tiles, three of them with a label."""
    folder = workspace.dataset("small")
    folder.mkdir(parents=True)
    index = pd.DataFrame({"id": list("abcd"), "split": "train", "z": 1.0, "has_mask": [True, True, True, False]})
    write_store(folder, index, np.zeros((4, 4, 4), np.uint8), np.zeros((4, 4, 4), np.uint8))
    return TileStore.open(folder)


def test_codes_come_in_the_order_that_was_asked_for(workspace: Workspace, store: TileStore) -> None:
    run = write_run(workspace, "run", store, np.array([0, 1, 2]), np.stack([LEFT, TOP, NOTHING]))
    found = predicted.codes(run, store, np.array([3, 1, 2, 0]))
    assert found == [None, "1 1 5 1 9 1 13 1", "", "1 8"]
    assert predicted.codes(None, store, np.array([0, 1])) == [None, None]


def test_what_one_prediction_lacks_comes_from_another(workspace: Workspace, store: TileStore) -> None:
    run = write_run(workspace, "run", store, np.array([0]), LEFT[None], split="train")
    write_run(workspace, "other", store, np.array([1]), TOP[None])
    more = write_run(workspace, "tmp", store, np.array([3]), TOP[None], split="test").predictions("small", "test")
    more.rename(run.predictions("small", "test"))
    assert predicted.codes(run, store, np.arange(4)) == ["1 8", None, None, "1 1 5 1 9 1 13 1"]


def test_a_tile_tells_what_each_run_said_of_it(workspace: Workspace, store: TileStore) -> None:
    write_run(workspace, "20260101-a", store, np.array([0, 1]), np.stack([LEFT, TOP]))
    write_run(workspace, "20260102-b", store, np.array([0]), NOTHING[None])
    write_run(workspace, "20260103-c", store, np.array([1]), TOP[None])
    found = predicted.all_of_tile("small", "a")
    assert [one.run for one in found] == ["20260102-b", "20260101-a"]  # the newest first
    assert [int(one.mask.sum()) for one in found] == [0, 8]
    assert dict(found[1].facts) == {
        "Predicted salt": "50 %",
        "Salt before it was emptied": numbers.NOTHING,
        "Any salt at all": numbers.NOTHING,
        "Confidence": "0.100",
        "Score": "0.500",
        "IoU": "0.500",
        "Kept aside": "yes",
    }
    with_head = replace(found[1], figures=found[1].figures | {"any_salt": 0.04})
    assert dict(with_head.facts)["Any salt at all"] == "4.0 %"
    assert predicted.all_of_tile("small", "d") == []


def test_a_thumbnail_tells_confidence_and_the_score_or_what_was_emptied() -> None:
    assert prediction_pages.caption(0.061, 1.0, 0.25) == ("conf. 0.06", "score 1.00")
    assert prediction_pages.caption(0.061, np.nan, 0.25) == ("conf. 0.06", "was 25 %")
    assert prediction_pages.caption(0.5, np.nan, 0.0) == ("conf. 0.50",)


def test_a_tile_that_was_emptied_says_how_much_salt_there_was(workspace: Workspace, store: TileStore) -> None:
    run = write_run(workspace, "run", store, np.array([0, 1, 2]), np.stack([LEFT, TOP, NOTHING]))
    facts = run.predictions("small", "all") / "prediction.json"
    facts.write_text(json.dumps(json.loads(facts.read_text()) | {"treatment": {"inside": 150}}))
    told = [predicted.all_of_tile("small", tile)[0] for tile in "abc"]
    assert [one.emptied for one in told] == [0, 0.25, 0]  # the lower one of two masks, and none that was empty before
    assert [dict(one.facts)["Salt before it was emptied"] for one in told] == [numbers.NOTHING, "25 %", numbers.NOTHING]
