"""Kaggle both ways, against a server that speaks as Kaggle does and the real `kaggle` package."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from core import atomic, jobs
from core.dataset.tiles import TileStore
from core.jobs import record
from core.workspace import Workspace
from tests.kaggle_server import LOGIN, Kaggle, serving
from tests.server import APP, Server, free_port

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
PATIENCE = 60_000  # ms, where two cores do everything


@pytest.fixture
def kaggle(kaggle_folder: Path) -> Iterator[Kaggle]:
    """Kaggle with 32 synthetic tiles in one zip."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path in kaggle_folder.iterdir():
            archive.write(path, path.name)
    with serving(buffer.getvalue()) as served:
        yield served


@pytest.fixture
def dashboard(
    kaggle: Kaggle, without_credentials: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Server]:
    """The dashboard of somebody without credentials."""
    monkeypatch.setenv("KAGGLE_API_ENVIRONMENT", "TEST")
    started = Server(APP, tmp_path / "workspace", free_port())
    started.start()
    yield started
    started.kill()


def test_from_no_credentials_to_a_score(dashboard: Server, kaggle: Kaggle, browser_page: Page, tmp_path: Path) -> None:
    page = browser_page
    page.goto(f"{dashboard.url}/data")
    expect(page.get_by_text("Kaggle asks who you are")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_role("button", name="Download", exact=True)).to_be_disabled()
    give_a_key(page, {"username": LOGIN["username"], "key": "f" * 32}, tmp_path)
    expect(page.get_by_text("Kaggle does not know these credentials")).to_be_visible(timeout=PATIENCE)
    give_a_key(page, LOGIN, tmp_path)
    expect(page.get_by_text("Credentials are found in")).to_be_visible(timeout=PATIENCE)
    download_and_import(page, kaggle)
    assert LOGIN["key"] not in page.content()
    assert LOGIN["key"] not in (tmp_path / "server.log").read_text()
    predict(Workspace.open(dashboard.workspace))
    make_and_send(page, dashboard, kaggle)


def give_a_key(page: Page, login: dict[str, str], folder: Path) -> None:
    atomic.write_json(folder / "kaggle.json", login)
    field = page.locator("input[type=file]")
    expect(field).to_have_count(1)  # that of the attempt before has gone
    field.set_input_files(folder / "kaggle.json")


def download_and_import(page: Page, kaggle: Kaggle) -> None:
    kaggle.fault = "cut at 60 %"
    page.get_by_role("button", name="Download", exact=True).click()
    expect(page.get_by_text("tgs is here: 32 tiles.")).to_be_visible(timeout=PATIENCE)
    assert kaggle.ranges[-1] > 0, "the download went on where it was cut"
    page.get_by_role("button", name="Explore it").click()
    expect(page.get_by_role("heading", name="Explore", level=1)).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("1–32 of 32")).to_be_visible(timeout=PATIENCE)


def predict(workspace: Workspace) -> None:
    """Two runs that see salt in other places."""
    store = TileStore.open(workspace.dataset("tgs"))
    for number, name in enumerate(("20260101-000000-first", "20260102-000000-second")):
        run = workspace.run(name)
        jobs.create(run, "core.segment.train:run", {}, "Train")
        record.write(run, {"state": "finished", "queued": record.now()})
        folder = run.predictions("tgs", "all")
        folder.mkdir(parents=True)
        maps = np.zeros(store.tiles.shape, np.uint8)
        maps[:, 40 * number : 50] = 255
        np.save(folder / "probabilities.npy", maps)
        pd.DataFrame({"id": store.index["id"]}).to_parquet(folder / "predictions.parquet")
        atomic.write_json(folder / "prediction.json", {"checksum": store.source["checksum"]})


def make_and_send(page: Page, dashboard: Server, kaggle: Kaggle) -> None:
    for name in ("20260101-000000-first", "20260102-000000-second"):
        page.goto(f"{dashboard.url}/submit?dataset=tgs&run={name}")
        page.get_by_role("button", name="Make the file").click()
        file = page.get_by_role("combobox", name="File")
        expect(file).to_have_value(re.compile(f"{name}$"), timeout=PATIENCE)
        expect(page.get_by_text("Every test tile once")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning", timeout=PATIENCE)
    page.get_by_role("combobox", name="Compare with").click()
    page.get_by_role("option").last.click()
    expect(page.get_by_text("mean agreement (IoU) 0.200")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("textbox", name="Message").fill("the second one")
    page.get_by_role("button", name="Send to Kaggle").click()
    expect(page.get_by_text("Done: Submit")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_test_id("stDataFrame")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("Best public score so far: 0.812")).to_be_visible(timeout=PATIENCE)
    [(name, data)] = kaggle.received
    assert name.endswith("second.csv") and data.startswith(b"id,rle_mask\n")
    page.set_viewport_size({"width": 400, "height": 900})
    steps = [page.get_by_role("heading", name=re.compile(f"^{step} ·")) for step in (1, 2, 3)]
    tops = [(one.bounding_box() or {})["y"] for one in steps]
    assert tops == sorted(tops), "one below the other in their order"
