"""From labels that nobody looked at to a verdict on the most suspicious one, with the keyboard."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from core.dataset.importing import import_source
from core.dataset.tiles import TileStore, write_store
from core.review.store import ReviewStore
from core.review.tables import LABELS
from core.workspace import Workspace
from tests.server import Server, frozen

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
PATIENCE = 120_000


def labelled_by_columns(server: Server, folder: Path, every: bool) -> list[str]:
    """Make a data set whose first labelled tile, or all of them, are labelled by columns; their ids."""
    workspace = Workspace.open(server.workspace)
    import_source(folder, workspace, "small")
    small = TileStore.open(workspace.dataset("small"))
    rows = np.flatnonzero(small.index["has_mask"] & (small.index["std"] > 0))[: None if every else 1]
    masks = small.masks.copy()
    masks[rows] = 0
    masks[rows, :, 40:60] = 1
    workspace.dataset("striped").mkdir()
    index = small.index[["id", "split", "z", "has_mask"]]
    write_store(workspace.dataset("striped"), index, small.tiles, masks, {"checksum": "striped"})
    return [str(tile) for tile in small.index["id"].iloc[rows]]


@pytest.fixture
def striped(server: Server, kaggle_folder: Path) -> str:
    """The tile that is labelled by columns."""
    return labelled_by_columns(server, kaggle_folder, every=False)[0]


def check(server: Server, page: Page, count: int) -> None:
    """Check the labels and choose the rule that finds `count` of them."""
    page.goto(f"{server.url}/quality?dataset=striped")
    page.get_by_role("button", name="Check the labels").click()
    rule = page.get_by_role("button", name=re.compile(f"vertical stripes · {count}"))
    expect(rule).to_be_visible(timeout=PATIENCE)
    rule.click()
    expect(page).to_have_url(re.compile("rule=vertical_stripes"), timeout=PATIENCE)


def test_check_see_send_and_judge(server: Server, browser_page: Page, striped: str) -> None:
    page = browser_page
    check(server, page, 1)
    expect(page.get_by_text(f"Tile {striped}")).to_be_visible(timeout=PATIENCE)
    picture = page.get_by_role("img", name=f"vertical_stripes of tile {striped}")
    expect(picture).to_be_visible(timeout=PATIENCE)
    assert picture.locator("line").count() == 2, "both edges of the stripe are marked"

    page.keyboard.press("s")
    expect(page.get_by_text("1 tile sent to review")).to_be_visible(timeout=PATIENCE)
    tops = "all => all.map(one => one.getBoundingClientRect().top)"
    rows = page.locator(".st-key-finding_actions button").evaluate_all(tops)
    assert len(rows) == 3 and max(rows) - min(rows) < 10, "what can be done with a finding stands in one row"
    page.get_by_role("button", name="Review", exact=True).click()
    expect(page.get_by_text("0 of 1 decided")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("the mask is 1 vertical stripe")).to_be_visible(timeout=PATIENCE)
    page.locator(".saltscope[data-ready] .easel canvas").hover()
    page.keyboard.press("2")
    expect(page.get_by_text("1 of 1 decided")).to_be_visible(timeout=PATIENCE)

    workspace = Workspace.open(server.workspace)
    judged = ReviewStore(workspace.database_url).queue(LABELS, "striped").iloc[0]
    assert (judged["tile"], judged["verdict"]) == (striped, "no_salt")


def test_picked_tiles_reach_review_though_the_page_is_turned_meanwhile(
    server: Server, browser_page: Page, kaggle_folder: Path
) -> None:
    page, tiles = browser_page, labelled_by_columns(server, kaggle_folder, every=True)
    check(server, page, len(tiles))
    cells = page.locator(".tile")
    expect(cells).to_have_count(12, timeout=PATIENCE)
    picked = [cells.nth(number).get_attribute("data-id") for number in (0, 2)]
    for number in (0, 2):
        cells.nth(number).click(modifiers=["Control"])
    with frozen(server, page):
        page.locator(".act").click()
        page.keyboard.press("]")
    expect(page.get_by_text("2 tiles sent to review")).to_be_visible(timeout=PATIENCE)
    expect(page.locator(".position").first).to_contain_text(f"13–{min(24, len(tiles))} of {len(tiles)}")
    expect(page.get_by_text("picked")).to_have_count(0)
    sent = ReviewStore(Workspace.open(server.workspace).database_url).queue(LABELS, "striped")
    assert set(sent["tile"]) == set(picked)
