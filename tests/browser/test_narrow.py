"""Pages on a narrow screen."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

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
