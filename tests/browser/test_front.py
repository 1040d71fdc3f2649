"""What a browser asks for when a link to a page is opened."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Response, expect

from tests.server import Server

pytestmark = pytest.mark.browser
PATIENCE = 60_000  # ms


def test_a_link_to_a_page_finds_its_server_at_once(server: Server, browser_page: Page) -> None:
    page, answers = browser_page, []
    refused: list[str] = []

    def note(response: Response) -> None:
        path = urlsplit(response.url).path
        answers.append(path)
        if response.status >= 400:
            refused.append(path)

    page.on("response", note)
    page.goto(f"{server.url}/explore?dataset=none")
    expect(page.get_by_role("heading", name="Explore", level=1)).to_be_visible(timeout=PATIENCE)
    assert not refused
    assert {path for path in answers if "_stcore" in path} == {"/_stcore/health", "/_stcore/host-config"}
    page.get_by_role("link", name="Quality").click()
    expect(page.get_by_role("heading", name="Quality", level=1)).to_be_visible(timeout=PATIENCE)
    assert urlsplit(page.url).path == "/quality"
