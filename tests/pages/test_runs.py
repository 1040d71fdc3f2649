"""The page Runs."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from core import actions, jobs
from core.dataset.tiles import TileStore
from core.workspace import RunFolder, Workspace
from tests.runs import write_run

Open = Callable[..., AppTest]


def make(workspace: Workspace, name: str, width: int, scores: float | None, kept: range = range(10)) -> RunFolder:
    """A run that kept some tiles aside and has the same score on all of them; None: it has predicted none."""
    store = TileStore.open(workspace.dataset("small"))
    run = write_run(workspace, name, store, np.arange(len(store)), np.zeros(store.tiles.shape, np.uint8))
    settings = {"dataset": "small", "model": "unet", "width": width, "epochs": 2}
    run.config.write_text(json.dumps({"dataset": "small", "settings": settings, "tile_shape": [101, 101]}))
    run.status.write_text(json.dumps({"state": "finished", "facts": {"epoch": 2, "best": {"map": 0.3}}}))
    rows = [
        {"kind": "epoch", "epoch": epoch, "map": 0.1 * epoch, "loss": 1, "validation_loss": 1, "seconds": 9}
        for epoch in (1, 2)
    ]
    run.metrics.write_text("".join(json.dumps(row) + "\n" for row in rows))
    path = run.predictions("small", "all") / "predictions.parquet"
    frame = pd.read_parquet(path)
    frame["validation"] = np.isin(np.arange(len(frame)), kept) & (scores is not None)
    frame["map"] = scores or 0.0
    frame.to_parquet(path)
    return run


@pytest.fixture
def runs(opened: Open, workspace: Workspace) -> Open:
    """The page over three runs: a and b share tiles, c has no scores of tiles."""
    make(workspace, "a", 4, 0.4)
    make(workspace, "b", 8, 0.9, range(5, 15))
    make(workspace, "c", 8, None)
    return lambda **query: opened("runs", dataset="small", **query)


def words(page: AppTest) -> str:
    assert not page.exception
    assert not page.error
    return " ".join(one.value for one in [*page.caption, *page.markdown, *page.info])


def test_without_a_run_it_leads_to_train(opened: Open) -> None:
    page = opened("runs")
    assert "no run yet" in page.subheader[0].value
    page.button[0].click().run()
    assert page.title[0].value == "Train"


def test_all_runs_in_a_table(runs: Open) -> None:
    page = runs()
    found = page.dataframe[0].value
    assert found["Run"].tolist() == ["c", "b", "a"]
    assert found["Score"].tolist() == pytest.approx([0.3, 0.9, 0.4]), "c as its training measured"
    assert found["±"].isna().tolist() == [True, False, False]
    assert found["Tiles"].tolist()[1:] == [10, 10]
    assert found["Parameters"].notna().all()
    assert "Tick two runs" in words(page)


def test_two_runs_from_a_link(runs: Open) -> None:
    page = runs(compare="a/b")
    assert "b** over 5 tiles that both kept aside: 5 better, 0 worse." in words(page)
    differing = page.dataframe[1].value
    assert differing.values.tolist() == [["width", "4", "8"]]
    assert "b** over 5 tiles" not in words(runs(compare="a/gone"))


def test_what_is_missing_can_be_made(runs: Open, workspace: Workspace) -> None:
    page = runs(compare="a/c")
    assert "c** has not predicted the tiles that it kept aside" in words(page)
    assert not [one for one in page.button if one.key == "predict_c"], "there is no checkpoint to predict with"
    workspace.run("c").best.write_bytes(b"a network")
    page = runs(compare="a/c")
    page.button(key="predict_c").click().run()
    [job] = workspace.all_jobs()
    arguments = json.loads(job.job.read_text())["arguments"]
    assert arguments == {"run_id": "c", "dataset": "small", "split": "train", "views": "scales"}
    jobs.wait(job, 60)


def test_curves_and_tiles_from_a_link(runs: Open, workspace: Workspace) -> None:
    workspace.run("b").metrics.unlink()
    assert "No curve: b" in words(runs(compare="a/b", show="curves"))
    page = runs(compare="a/b", show="tiles")
    assert not page.exception and not page.error
    page.button(key="tiles_explore").click().run()
    assert page.title[0].value == "Explore"
    ids = TileStore.open(workspace.dataset("small")).index["id"]
    assert page.query_params["ids"] == "/".join(sorted(ids[5:10]))
    assert page.query_params["run"] == "a"


def test_the_other_run_can_come_first(runs: Open) -> None:
    page = runs(compare="a/b")
    page.selectbox(key="held_against_2").select("b").run()
    assert page.query_params["compare"] == "b/a"
    assert "a** over 5 tiles that both kept aside: 0 better, 5 worse." in words(page)


def test_runs_are_filtered_by_the_link(runs: Open, workspace: Workspace) -> None:
    workspace.run("a").status.write_text(json.dumps({"state": "stopped"}))
    assert runs(of_state="stopped").dataframe[0].value["Run"].tolist() == ["a"]


def test_deleting_asks_once(runs: Open, workspace: Workspace) -> None:
    page = runs(compare="a/b")
    page.button(key="delete_runs").click().run()
    assert not page.exception
    assert [run.id for run in workspace.all_runs()] == ["c"]
    assert page.dataframe[0].value["Run"].tolist() == ["c"]
    assert "compare" not in page.query_params


def test_a_stopped_run_is_resumed_and_a_running_one_stopped(runs: Open, workspace: Workspace) -> None:
    run = workspace.run("a")
    run.status.write_text(json.dumps({"state": "queued", "queued": actions.jobs.record.now()}))
    page = runs(compare="a")
    page.button(key="runs_stop").click().run()
    assert run.stop_request.exists()
    assert not [one for one in page.button if one.key == "delete_runs"], "it works; stop it first"
    run.status.write_text(json.dumps({"state": "stopped"}))
    page = runs(compare="a")
    page.button(key="runs_resume").click().run()
    assert jobs.wait(run, 60).state is not jobs.State.STOPPED
