"""Correlation in a real browser: what is picked in the chart opens in Explore."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from core import atomic
from core.dataset.importing import import_source
from core.dataset.tiles import write_store
from core.explore.relation import MOST_POINTS
from core.workspace import Workspace
from tests.server import Server

pytestmark = pytest.mark.browser


def draw_box(page: Page, left: float, top: float, right: float, bottom: float) -> None:
    """Drag over the chart; 0…1 from its upper left corner."""
    area = page.locator(".nsewdrag").first.bounding_box()
    assert area is not None
    page.mouse.move(area["x"] + area["width"] * left, area["y"] + area["height"] * top)
    page.mouse.down()
    page.mouse.move(area["x"] + area["width"] * right, area["y"] + area["height"] * bottom, steps=5)
    page.mouse.up()


def test_a_box_opens_its_tiles_in_explore(browser_page: Page, server: Server, kaggle_folder: Path) -> None:
    import_source(kaggle_folder, Workspace(server.workspace), "small")
    page = browser_page
    page.goto(f"{server.url}/correlation?dataset=small")
    page.locator(".scatterlayer .point").first.wait_for()
    draw_box(page, 0.01, 0.01, 0.99, 0.85)
    keep = page.get_by_role("button", name=re.compile(r"Keep \d+ tiles?"))
    expect(keep).to_be_visible(timeout=20_000)
    found = re.search(r"\d+ tiles?", keep.inner_text())
    assert found is not None
    page.get_by_role("button", name="Open in Explore").click()
    expect(page).to_have_url(re.compile(r"/explore\?.*salt=.*depth="))
    expect(page.get_by_text(f"{found[0].split()[0]} of 32 tiles")).to_be_visible()


def test_a_box_over_cells_picks_the_tiles_in_them(browser_page: Page, server: Server) -> None:
    tiles = MOST_POINTS + 500
    depth = np.arange(tiles) % 1000.0
    masks = np.zeros((tiles, 4, 4), np.uint8)
    masks[::2, :2] = 1
    index = pd.DataFrame({"id": [f"{i:05}" for i in range(tiles)], "split": "train", "z": depth})
    with atomic.replacing_folder(Workspace.open(server.workspace).dataset("many")) as folder:
        write_store(folder, index, np.zeros((tiles, 4, 4), np.uint8), masks, {"checksum": "many"})
    page = browser_page
    page.goto(f"{server.url}/correlation?dataset=many")
    page.locator(".heatmaplayer image").first.wait_for()
    draw_box(page, 0.02, 0.3, 0.98, 0.7)
    expect(page.get_by_role("button", name=re.compile(r"Keep 2,\d\d\d tiles"))).to_be_visible(timeout=20_000)
