"""Pages on a narrow screen."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from core import actions
from core.progress import silent
from core.workspace import Workspace
from tests.server import Server

pytestmark = pytest.mark.browser


def test_the_bar_does_not_cover_the_title(server: Server, browser_page: Page) -> None:
    browser_page.set_viewport_size({"width": 400, "height": 900})
    browser_page.goto(server.url)
    title = browser_page.get_by_role("heading", name="Overview", level=1)
    title.wait_for(timeout=30_000)
    bar = browser_page.get_by_test_id("stHeader").bounding_box()
    place = title.bounding_box()
    assert bar is not None
    assert place is not None
    assert place["y"] >= bar["y"] + bar["height"] - 1


def test_the_first_tiles_of_explore_are_in_sight(server: Server, browser_page: Page) -> None:
    actions.make_demo(Workspace.open(server.workspace), "demo", tiles=60, seed=0, with_run=False, progress=silent)
    browser_page.set_viewport_size({"width": 400, "height": 900})
    browser_page.goto(f"{server.url}/explore")
    browser_page.locator(".saltscope[data-ready]").wait_for(timeout=60_000)
    place = browser_page.locator(".tile").first.bounding_box()
    assert place is not None
    assert place["y"] + place["height"] < 600
    assert browser_page.evaluate("document.documentElement.scrollWidth") <= 400  # nothing sticks out sideways
    browser_page.get_by_role("button", name="Show me five at random").click()  # the last one of its line
    browser_page.wait_for_url("**seed=**")
