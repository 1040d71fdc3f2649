"""The server killed while somebody judges: whatever the page said to be stored is in the store."""

from __future__ import annotations

import random
import time
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from core.dataset.importing import import_source
from core.dataset.tiles import TileStore
from core.review.flagging import flag_run
from core.review.policy import FlagRules
from core.review.store import ReviewStore
from core.workspace import Workspace
from tests.runs import write_run
from tests.server import Server

pytestmark = pytest.mark.browser
TILES = 12
MOST = 3  # decisions of a round that are waited for
EDITOR = ".saltscope[data-ready]:has(.easel)"  # with a tile that can be judged
LISTEN = """() => {
  const inside = (one) => one.shadowRoot?.querySelector(".told");
  const told = [...document.querySelectorAll("*")].map(inside).find(Boolean);
  window.words = [];
  new MutationObserver(() => window.words.push(told.textContent)).observe(told, { childList: true });
}"""
STORED = "stored: no salt, "


@pytest.fixture
def workspace(server: Server, kaggle_folder: Path) -> Workspace:
    """A few tiles."""
    opened = Workspace.open(server.workspace)
    import_source(kaggle_folder, opened, "small")
    return opened


def fill(workspace: Workspace, number: int) -> str:
    """A queue of its own: the run of a round."""
    tiles = TileStore.open(workspace.existing_dataset("small"))
    rows = np.flatnonzero(tiles.index["std"] > 0)[:TILES]
    maps = np.full((len(rows), *tiles.tile_shape), 255, np.uint8)
    run = write_run(workspace, f"20260101-{number:06}-unet-abcd", tiles, rows, maps)
    flag_run(workspace, ReviewStore(workspace.database_url), run.id, "small", FlagRules(None, salt_over=0.5))
    return run.id


def open_desk(page: Page, server: Server, run: str) -> None:
    page.goto(f"{server.url}/review?dataset=small&run={run}", timeout=90_000)
    page.locator(EDITOR).wait_for(timeout=90_000)
    page.locator(".easel canvas").first.hover()
    page.evaluate(LISTEN)


def judge(page: Page) -> None:
    """Press the key once the tile can be seen: before, it would mean nothing."""
    page.locator(EDITOR).wait_for()
    page.keyboard.press("2")


def told(page: Page) -> list[str]:
    """Tiles whose decisions the page said to be stored, in order."""
    words = page.evaluate("window.words")
    return [one.removeprefix(STORED) for one in words if one.startswith(STORED)]


def decided(workspace: Workspace, run: str) -> list[str]:
    return list(ReviewStore(workspace.database_url).queue(run).dropna(subset="verdict")["tile"])


def check_a_kill(page: Page, server: Server, workspace: Workspace, number: int) -> None:
    """Judge some tiles, kill the server while it stores another one, and look what is there."""
    chance = random.Random(number)
    run = fill(workspace, number)
    open_desk(page, server, run)
    for count in range(1, chance.randint(1, MOST) + 1):
        judge(page)
        page.wait_for_function(f"window.words.filter((one) => one.startsWith('{STORED}')).length === {count}")
    judge(page)
    time.sleep(chance.uniform(0, 0.15))
    server.kill()
    page.wait_for_timeout(100)
    known, there = told(page), decided(workspace, run)
    assert len(known) >= count and known == there[: len(known)]
    assert len(there) <= len(known) + 1
    server.start()


def test_a_kill_loses_nothing_that_was_told(server: Server, browser_page: Page, workspace: Workspace) -> None:
    for number in range(5):
        check_a_kill(browser_page, server, workspace, number)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_a_hundred_kills_lose_nothing_that_was_told(server: Server, browser_page: Page, workspace: Workspace) -> None:
    for number in range(100):
        check_a_kill(browser_page, server, workspace, number)


def test_what_a_killed_server_never_heard_of_waits_to_be_judged(
    server: Server, browser_page: Page, workspace: Workspace
) -> None:
    page = browser_page
    run = fill(workspace, 0)
    open_desk(page, server, run)
    server.kill()
    tile = page.locator(EDITOR).get_attribute("data-ready")
    page.keyboard.press("2")
    expect(page.locator(".told")).to_have_text(f"storing: no salt, {tile} …")
    expect(page.locator(".told")).to_contain_text("not stored yet", timeout=30_000)
    server.start()
    open_desk(page, server, run)
    assert page.locator(EDITOR).get_attribute("data-ready") == tile
    assert decided(workspace, run) == []


def test_a_page_that_stays_open_finds_the_server_again(
    server: Server, browser_page: Page, workspace: Workspace
) -> None:
    page = browser_page
    run = fill(workspace, 0)
    open_desk(page, server, run)
    ready = page.locator(EDITOR)
    tile = ready.get_attribute("data-ready")
    server.kill()
    page.keyboard.press("2")
    expect(page.locator(".told")).to_contain_text("not stored yet", timeout=30_000)
    server.start()
    expect(page.locator(".told")).to_have_text(f"not stored: no salt, {tile}", timeout=60_000)
    assert ready.get_attribute("data-ready") == tile
    page.keyboard.press("2")
    expect(page.locator(".told")).to_have_text(f"stored: no salt, {tile}", timeout=30_000)
    assert decided(workspace, run) == [tile]


def test_a_draft_of_a_page_that_stays_open_reaches_the_new_server(
    server: Server, browser_page: Page, workspace: Workspace
) -> None:
    page = browser_page
    open_desk(page, server, fill(workspace, 0))
    server.kill()
    page.keyboard.press("Shift+Q")
    expect(page.locator(".kept")).to_contain_text("in this browser tab only", timeout=30_000)
    server.start()
    expect(page.locator(".kept")).to_have_text("draft stored", timeout=60_000)
