"""Masks from elsewhere come in, are seen in the history of a tile, and an older mask is brought back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from core.dataset import rle
from core.dataset.importing import import_source
from core.dataset.tiles import TileStore
from core.review.masks import MaskStore
from core.review.tables import Origin
from core.workspace import Workspace
from tests import sources
from tests.server import Server

pytestmark = pytest.mark.browser
HALF = np.tri(101, dtype=np.uint8)
FULL = np.ones((101, 101), np.uint8)


def acts(page: Page) -> list[str]:
    history = page.locator(".saltscope ol li b")
    history.first.wait_for(timeout=60_000)
    return history.all_text_contents()


def corrected_at(page: Page, row: float, column: float) -> str:
    """What the large picture says of its corrected mask at a place, 0…1 of its height and width."""
    picture = page.locator("figure").first
    box = picture.bounding_box()
    assert box
    picture.hover(position={"x": column * box["width"], "y": row * box["width"]})
    return (page.locator(".readout").text_content() or "").rpartition(" · ")[2]


def test_an_imported_mask_is_in_the_history_and_an_older_one_comes_back(
    server: Server, browser_page: Page, kaggle_folder: Path, tmp_path: Path
) -> None:
    workspace = Workspace.open(server.workspace)
    import_source(kaggle_folder, workspace, "small")
    tile = str(TileStore.open(workspace.existing_dataset("small")).index["id"].iloc[0])
    masks = MaskStore(workspace.database_url)
    drawn = masks.save("small", tile, FULL, "ann", base=None)
    source = tmp_path / "made.csv"
    source.write_bytes(sources.csv("id,rle_mask", {tile: rle.encode(HALF)}))
    page = browser_page

    page.goto(f"{server.url}/review?dataset=small")
    page.get_by_text("Masks from elsewhere").click(timeout=60_000)
    page.get_by_role("textbox", name="csv, folder or zip on this machine").fill(str(source))
    page.get_by_role("button", name="Import masks").click()
    expect(page.get_by_text("1 of 1 masks said something new")).to_be_visible(timeout=90_000)

    page.goto(f"{server.url}/explore?dataset=small&tile={tile}")
    assert acts(page) == ["mask imported", "mask drawn", "label of the data set"]
    lines = page.locator(".saltscope ol li")
    expect(lines.nth(0)).to_contain_text("the label now")
    expect(lines.nth(0).get_by_role("button")).to_have_count(0)
    assert corrected_at(page, 0.2, 0.8) == "no salt in the corrected mask"
    lines.nth(1).get_by_role("button", name="Restore").click()
    expect(page.locator(".saltscope ol li b").first).to_have_text("mask restored", timeout=30_000)
    expect(page.get_by_text("Restored as a new revision")).to_be_visible()
    assert corrected_at(page, 0.2, 0.8) == "salt in the corrected mask"
    newest = masks.newest("small", tile)
    assert newest is not None and (newest.mask, newest.origin) == (drawn.mask, Origin.RESTORED)
    assert len(masks.history("small", tile)) == 3

    masks.save("small", tile, HALF, "bob", base=newest.id)
    page.locator(".saltscope ol li").last.get_by_role("button", name="Restore").click()
    expect(page.get_by_text("has a newer mask, by bob")).to_be_visible(timeout=30_000)
    expect(page.locator(".saltscope ol li").first).to_contain_text("bob")
    page.locator(".saltscope ol li").last.get_by_role("button", name="Restore").click()
    expect(page.locator(".saltscope ol li")).to_have_count(6, timeout=30_000)
    newest = masks.newest("small", tile)
    assert newest is not None and "label of the data set" in newest.note
