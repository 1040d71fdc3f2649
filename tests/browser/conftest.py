"""Every browser test gets a real server over a workspace of its own, and a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, sync_playwright

from tests.server import APP, Server, free_port, launch


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests."""
    with sync_playwright() as playwright:
        launched = launch(playwright)
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def window(browser: Browser) -> Iterator[BrowserContext]:
    """One for all tests of a file: what a server has sent to one test need not be loaded for the next."""
    opened = browser.new_context(viewport={"width": 1440, "height": 900})
    yield opened
    opened.close()


@pytest.fixture
def browser_page(window: BrowserContext) -> Iterator[Page]:
    """A new page of 1440×900 in a browser that remembers nothing but its cache."""
    yield window.new_page()
    for page in window.pages:
        with suppress(Error):  # of a page that shows nothing
            page.evaluate("localStorage.clear()")
        page.close()
    window.clear_cookies()


@pytest.fixture
def without_credentials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody has signed in to Kaggle here. Ask for it before a server."""
    for name in ("KAGGLE_API_TOKEN", "KAGGLE_USERNAME", "KAGGLE_KEY", "KAGGLE_CONFIG_DIR", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """The dashboard over an empty workspace."""
    started = Server(APP, tmp_path / "workspace", free_port())
    started.start()
    yield started
    if started.process is not None:
        started.kill()
