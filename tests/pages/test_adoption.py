"""Predictions and masks from elsewhere, on the pages that show them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core import adoption, jobs
from core.dataset import rle
from core.dataset.tiles import TileStore
from core.review.masks import MaskStore
from core.workspace import Workspace
from tests import sources

Open = Callable[..., AppTest]


@pytest.fixture
def made(opened: Open, workspace: Workspace, tmp_path: Path) -> Path:
    """A mask for every tile of the data set small."""
    index = TileStore.open(workspace.dataset("small")).index
    code = rle.encode(np.tri(101))
    (tmp_path / "made.csv").write_bytes(sources.csv("id,rle_mask", dict.fromkeys(index["id"], code)))
    return tmp_path / "made.csv"


def said(page: AppTest) -> str:
    assert not page.exception
    return " ".join(one.value for one in [*page.markdown, *page.caption, *page.info, *page.subheader, *page.error])


def job_of(workspace: Workspace, kind: str) -> jobs.JobStatus:
    (folder,) = (job for job in workspace.all_jobs() if kind in job.id)
    return jobs.wait(folder, 90)


def test_without_a_run_predictions_come_from_elsewhere_too(opened: Open, workspace: Workspace, made: Path) -> None:
    page = opened("predictions")
    assert "There is no run yet" in said(page) and "Predictions from elsewhere" in said(page)
    button = next(one for one in page.button if one.label == "Import predictions")
    button.click().run()
    assert "no file or folder was given" in said(page)
    page.text_input[0].set_value(str(made))
    page.text_input[1].set_value("theirs")
    next(one for one in page.button if one.label == "Import predictions").click().run()
    assert job_of(workspace, "predictions").state is jobs.State.FINISHED
    assert [run.id for run in workspace.all_runs()] == ["theirs"]


def test_a_run_from_elsewhere_says_so_on_every_page(opened: Open, workspace: Workspace, made: Path) -> None:
    adoption.import_predictions(workspace, made, "small", "theirs")
    page = opened("predictions")
    assert "32 tiles predicted elsewhere" in said(page) and "which may have been learned" in said(page)
    assert "there is no model here" in said(page)
    page = opened("train")
    assert "no curves and nothing to resume" in said(page)
    assert "Resume" not in [button.label for button in page.button]
    assert "theirs" in [run.id for run in workspace.all_runs()]
    assert not opened("runs").exception
    assert not opened("review").exception


def test_masks_come_in_below_the_desk(opened: Open, workspace: Workspace, made: Path) -> None:
    adoption.import_predictions(workspace, made, "small", "theirs")
    page = opened("review")
    page.session_state["elsewhere"] = True
    page.run()
    field = next(one for one in page.text_input if one.label.startswith("csv, folder"))
    field.set_value(str(made))
    next(one for one in page.button if one.label.startswith("Import masks")).click().run()
    assert job_of(workspace, "masks").state is jobs.State.FINISHED
    assert len(MaskStore(workspace.database_url).history("small")) == 32
