"""Two runs by a link: how much better the second is, and the tiles that only it gets; and the same chosen by hand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from core.dataset.importing import import_source
from core.dataset.tiles import TileStore
from core.review.masks import MaskStore
from core.workspace import Workspace
from tests.runs import write_run
from tests.server import APP, Server, free_port

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
PATIENCE = 90_000  # ms
RUNS = {"20260101-000000-narrow": (4, 0.2), "20260102-000000-wide": (8, 0.9)}  # width, score of every tile
LINK = "compare=20260101-000000-narrow/20260102-000000-wide"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, kaggle_folder: Path) -> Iterator[str]:
    """The dashboard over two runs that kept the same ten tiles aside."""
    workspace = Workspace.open(tmp_path_factory.mktemp("runs") / "workspace")
    import_source(kaggle_folder, workspace, "small")
    store = TileStore.open(workspace.dataset("small"))
    rows = np.flatnonzero(store.index["has_mask"])[:10]
    for name, (width, score) in RUNS.items():
        run = write_run(workspace, name, store, rows, store.masks[rows] * 255)
        settings = {"dataset": "small", "model": "unet", "width": width}
        run.config.write_text(json.dumps({"dataset": "small", "settings": settings, "tile_shape": [101, 101]}))
        path = run.predictions("small", "all") / "predictions.parquet"
        pd.read_parquet(path).assign(map=score).to_parquet(path)
    MaskStore(workspace.database_url).save(
        "small", store.index["id"].iat[rows[0]], store.masks[rows[1]], "ann", base=None
    )
    server = Server(APP, workspace.root, free_port())
    server.start()
    yield server.url
    server.kill()


def test_a_link_shows_difference_and_tiles(address: str, browser_page: Page) -> None:
    page = browser_page
    page.goto(f"{address}/runs?{LINK}")
    expect(page.get_by_text("over 10 tiles that both kept aside: 10 better, 0 worse.")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("+0.700 [0.700, 0.700]")).to_be_visible(timeout=PATIENCE)
    page.get_by_text("tiles", exact=True).click()
    expect(page.locator(".saltscope[data-ready] .tile")).to_have_count(10, timeout=PATIENCE)
    expect(page.locator("[data-mask=corrected]")).to_be_visible()
    expect(page.get_by_text("only wide gets · 10 tiles")).to_be_visible(timeout=PATIENCE)
    assert "show=tiles" in page.url
    page.get_by_role("button", name="Explore").click()
    expect(page.get_by_text("10 of 32 tiles")).to_be_visible(timeout=PATIENCE)
    assert "ids=" in page.url


def test_runs_chosen_in_the_table_stand_in_the_link(address: str, browser_page: Page) -> None:
    page = browser_page
    page.goto(f"{address}/runs")
    table = page.locator("[data-testid=stDataFrame]").first
    expect(table).to_be_visible(timeout=PATIENCE)
    for line in (2, 1):  # below the names of the columns; the newest run is the first
        table.click(position={"x": 15, "y": 18 + 35 * line})
        page.wait_for_url(f"**{list(RUNS)[2 - line]}**", timeout=PATIENCE)
    expect(page.get_by_text("over 10 tiles that both kept aside")).to_be_visible(timeout=PATIENCE)
    assert "compare=20260101-000000-narrow%2F20260102-000000-wide" in page.url
