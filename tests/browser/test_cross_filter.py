"""Cross-filtering in a real browser: from a chart to the gallery, and the same again by the address."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from core.dataset.importing import import_source
from core.dataset.synthetic import simulate, write_kaggle
from core.workspace import Workspace
from tests.server import APP, Server, free_port

pytestmark = pytest.mark.browser
TILES = 150
PATIENCE = 20_000  # ms


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The dashboard over a synthetic data set."""
    folder = tmp_path_factory.mktemp("cross_filter")
    workspace = Workspace.open(folder / "workspace")
    write_kaggle(simulate(tiles=TILES, seed=2), folder / "kaggle")
    import_source(folder / "kaggle", workspace, "synthetic")
    server = Server(APP, workspace.root, free_port())
    server.start()
    yield server.url
    server.kill()


def ids(page: Page) -> list[str]:
    page.locator(".saltscope[data-ready] .tile").first.wait_for(timeout=PATIENCE)
    shown: list[str] = page.locator(".tile").evaluate_all("all => all.map(one => one.dataset.id)")
    return shown


def drag(page: Page, chart: int, left: float, right: float) -> None:
    """Drag a box over a chart; 0…1 of its width."""
    area = page.locator(".js-plotly-plot").nth(chart).locator(".nsewdrag").first.bounding_box()
    assert area is not None
    height = area["y"] + area["height"] / 2
    page.mouse.move(area["x"] + area["width"] * left, height)
    page.mouse.down()
    page.mouse.move(area["x"] + area["width"] * right, height + 20, steps=5)
    page.mouse.up()


def test_from_a_histogram_to_the_gallery_and_back_by_the_address(browser_page: Page, address: str) -> None:
    page = browser_page
    page.goto(f"{address}/distributions?split=train")
    page.locator(".js-plotly-plot .bars").first.wait_for(timeout=PATIENCE)
    drag(page, 0, 0.01, 0.4)
    button = page.get_by_role("button", name=re.compile(r"Keep \d+ tiles"))
    expect(button).to_be_visible(timeout=PATIENCE)
    found = re.search(r"\d+ tiles", button.inner_text())
    assert found is not None
    count = int(found[0].split()[0])
    button.click()
    expect(page.get_by_text(f"Depth of {count} tiles")).to_be_visible(timeout=PATIENCE)
    assert "split=train" in page.url and "depth=" in page.url
    drag(page, 0, 0.01, 0.6)
    page.get_by_role("button", name="Open in Explore").click()
    expect(page).to_have_url(re.compile(r"/explore\?.*depth="), timeout=PATIENCE)
    shown = ids(page)
    page.goto(page.url)
    assert ids(page) == shown
