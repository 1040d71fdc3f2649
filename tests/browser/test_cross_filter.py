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


def choose(page: Page, label: str, option: str) -> None:
    """Pick an option of a select box."""
    page.get_by_role("combobox", name=label).click()
    page.get_by_role("option", name=option, exact=True).click()


def test_the_back_button_undoes_a_filter(browser_page: Page, address: str) -> None:
    page = browser_page
    page.goto(f"{address}/explore?dataset=synthetic&text=a&split=train")
    position = page.locator(".saltscope:has([role=listbox]) .position")
    expect(position).to_be_visible(timeout=PATIENCE)
    before = position.inner_text()
    page.get_by_role("button", name="train ✕").click()
    expect(position).not_to_have_text(before, timeout=PATIENCE)
    page.go_back()
    expect(position).to_have_text(before, timeout=PATIENCE)
    expect(page.get_by_role("button", name="train ✕")).to_be_visible()


def test_the_back_button_leads_to_the_page_before_with_all_that_was_chosen(browser_page: Page, address: str) -> None:
    page = browser_page
    page.goto(f"{address}/explore?dataset=synthetic&split=train&text=a")
    begun = page.url
    expect(page.get_by_role("heading", name="Explore", level=1)).to_be_visible(timeout=PATIENCE)
    length = page.evaluate("history.length")
    addresses = []
    for name in ("Distributions", "Mosaic"):
        page.get_by_role("link", name=name).click()
        expect(page.get_by_role("heading", name=name, level=1)).to_be_visible(timeout=PATIENCE)
        expect(page).to_have_url(re.compile(r"\?.*split=train"), timeout=PATIENCE)
        addresses.append(page.url)
    assert page.evaluate("history.length") == length + 2
    page.go_back()
    expect(page.get_by_role("heading", name="Distributions", level=1)).to_be_visible(timeout=PATIENCE)
    assert page.url == addresses[0]
    page.go_back()
    expect(page.get_by_role("heading", name="Explore", level=1)).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_role("button", name="train ✕")).to_be_visible(timeout=PATIENCE)
    assert page.url == begun


def test_any_column_filters_and_orders_and_the_address_holds_both(browser_page: Page, address: str) -> None:
    page = browser_page
    page.goto(f"{address}/explore?dataset=synthetic")
    everything = ids(page)
    page.get_by_test_id("stPopoverButton").filter(has_text="Filter").click()
    thumb = page.get_by_role("dialog", name="Filter").get_by_role("slider").last
    of_another_column = thumb.input_value(timeout=PATIENCE)
    choose(page, "Column", "grey mean")
    expect(thumb).not_to_have_value(of_another_column, timeout=PATIENCE)
    for _ in range(3):
        thumb.press("ArrowLeft")
    expect(page.get_by_role("button", name=re.compile("grey mean .* ✕"))).to_be_visible(timeout=PATIENCE)
    page.keyboard.press("Escape")
    choose(page, "Order", "salt pixels")
    expect(page).to_have_url(re.compile("order=salt_pixels"), timeout=PATIENCE)
    assert "where=mean" in page.url
    page.locator(".tile").first.click()
    page.get_by_role("button", name="More like this").click()
    expect(page).to_have_url(re.compile("like="), timeout=PATIENCE)
    like = re.search("like=([^&]+)", page.url)
    assert like is not None
    expect(page.locator(".tile").first).to_have_attribute("data-id", like[1], timeout=PATIENCE)
    shown = ids(page)
    assert shown != everything
    page.goto(page.url)
    assert ids(page) == shown


def test_a_view_comes_back_by_its_name(browser_page: Page, address: str) -> None:
    page = browser_page
    page.goto(f"{address}/explore?dataset=synthetic&split=train&order=-std")
    shown = ids(page)
    page.get_by_test_id("stPopoverButton").filter(has_text="Views").click()
    page.get_by_label("Save this view as").fill("Rough ones")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Rough ones")).to_be_visible(timeout=PATIENCE)
    page.goto(f"{address}/distributions?dataset=synthetic")
    expect(page.get_by_text(f"Depth of {TILES} tiles")).to_be_visible(timeout=PATIENCE)
    page.get_by_test_id("stPopoverButton").filter(has_text="Views").click()
    page.get_by_role("button", name="Rough ones").click()
    expect(page).to_have_url(re.compile("split=train.*order=-std"), timeout=PATIENCE)
    page.get_by_role("link", name="Explore").click()
    expect(page).to_have_url(re.compile("/explore"), timeout=PATIENCE)
    assert ids(page) == shown
    page.get_by_test_id("stPopoverButton").filter(has_text="Views").click()
    page.locator(".st-key-view_Delete_0 button").first.click()
    page.locator(".st-key-view_do button").first.click()
    expect(page.get_by_role("button", name="Rough ones")).to_have_count(0, timeout=PATIENCE)
