"""`python -m core compare` as a script uses it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.dataset.importing import import_source
from core.dataset.tiles import TileStore
from core.workspace import Workspace
from tests.core.test_cli import answer, call, refusal
from tests.runs import write_run


@pytest.fixture
def compared(workspace: Workspace, kaggle_folder: Path) -> Path:
    """Two runs over the same tiles, the second better by .25 on each."""
    import_source(kaggle_folder, workspace, "small")
    store = TileStore.open(workspace.dataset("small"))
    for name, score in (("a", 0.5), ("b", 0.75)):
        run = write_run(workspace, name, store, np.arange(len(store)), np.zeros(store.tiles.shape, np.uint8))
        path = run.predictions("small", "all") / "predictions.parquet"
        pd.read_parquet(path).assign(map=score).to_parquet(path)
    return workspace.root


def test_two_runs(compared: Path) -> None:
    found = answer(compared, "compare", "a", "b")
    [difference] = found["differences"]
    assert (difference["run"], difference["base"], difference["tiles"]) == ("b", "a", 32)
    assert (difference["mean"], difference["low"], difference["high"]) == (0.25, 0.25, 0.25)
    assert [(run["run"], run["map"]) for run in found["runs"]] == [("a", 0.5), ("b", 0.75)]
    assert found["differing"] == {} and found["missing"] == {}
    text = call(compared, "compare", "a", "b").stdout
    assert "b against a: +0.250 [0.250, 0.250] over 32 tiles: 32 better, 0 worse" in text


def test_one_run_or_an_unknown_one(compared: Path) -> None:
    assert "runs to compare: a; expected two" in refusal(compared, "compare", "a")
    assert "no run 'c'" in refusal(compared, "compare", "a", "c")
