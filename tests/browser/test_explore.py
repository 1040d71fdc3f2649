"""Explore in a real browser: pages, filters, five at random, a tile, and links that show the same again."""

from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from core.dataset.importing import import_source
from core.dataset.synthetic import simulate, write_kaggle
from core.dataset.tiles import TileStore
from core.review.masks import MaskStore
from core.workspace import Workspace
from tests.runs import write_run
from tests.server import APP, Server, free_port

pytestmark = pytest.mark.browser
TILES = 110


@pytest.fixture(scope="module")
def explore(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of Explore over a synthetic data set that one run predicted whole, and another its first tile."""
    folder = tmp_path_factory.mktemp("explore")
    workspace = Workspace.open(folder / "workspace")
    write_kaggle(simulate(tiles=TILES, seed=2), folder / "kaggle")
    import_source(folder / "kaggle", workspace, "synthetic")
    store = TileStore.open(workspace.dataset("synthetic"))
    write_run(workspace, "20260101-all", store, np.arange(TILES), 255 * store.masks[:, ::-1])
    write_run(workspace, "20260102-one", store, np.array([0]), 255 * store.masks[:1])
    MaskStore(workspace.database_url).save(
        "synthetic", store.index["id"].iat[1], store.masks[1, ::-1], "ann", base=None
    )
    server = Server(APP, workspace.root, free_port())
    server.start()
    yield f"{server.url}/explore"
    server.kill()


def show(page: Page, address: str) -> None:
    page.goto(address)
    page.locator(".saltscope[data-ready]").wait_for()
    page.locator("canvas").first.hover()


def ids(page: Page) -> list[str]:
    shown: list[str] = page.locator(".tile").evaluate_all("all => all.map(one => one.dataset.id)")
    return shown


def position(page: Page) -> Locator:
    """The gallery's, also while the tile that was left, with a grid of its neighbours, is still there."""
    return page.locator(".saltscope:has([role=listbox]) .position")


def test_pages_and_the_way_back_from_a_tile(browser_page: Page, explore: str) -> None:
    page = browser_page
    show(page, explore)
    expect(position(page)).to_have_text(f"1–48 of {TILES}")
    page.keyboard.press("]")
    expect(position(page)).to_have_text(f"49–96 of {TILES}")
    second = ids(page)
    page.locator(".tile").nth(5).click()
    expect(page.locator(".side .facts")).to_contain_text(second[5])
    expect(page.locator(".saltscope:has(.stage) .position")).to_have_text(f"54 of {TILES}")
    page.locator("figure").hover()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".side .facts")).to_contain_text(second[6])
    link = page.url
    page.keyboard.press("Escape")
    expect(position(page)).to_have_text(f"49–96 of {TILES}")
    expect(page.locator(".tile.current")).to_have_attribute("data-id", second[6])
    show(page, link)
    expect(page.locator(".side .facts")).to_contain_text(second[6])


def test_a_corrected_mask_has_a_key(browser_page: Page, explore: str) -> None:
    page = browser_page
    show(page, explore)
    chip = page.locator(".chip[data-mask=corrected]")
    expect(chip).to_have_attribute("aria-pressed", "true")
    canvas = page.locator(".tile canvas").nth(1)
    with_it = canvas.evaluate("one => one.toDataURL()")
    page.keyboard.press("c")
    expect(chip).to_have_attribute("aria-pressed", "false")
    assert canvas.evaluate("one => one.toDataURL()") != with_it
    page.keyboard.press("c")
    show(page, f"{explore.replace('explore', 'predictions')}?run=20260101-all")
    expect(chip).to_be_visible()


def test_a_link_with_nothing_but_a_tile_opens_it(browser_page: Page, explore: str) -> None:
    show(browser_page, explore)
    wanted = ids(browser_page)[3]
    show(browser_page, f"{explore}?tile={wanted}")
    expect(browser_page.locator(".side .facts")).to_contain_text(wanted)


def test_five_at_random_come_again_by_their_link(browser_page: Page, explore: str) -> None:
    page = browser_page
    show(page, explore)
    draws = []
    for _ in range(2):
        before = page.url
        page.get_by_role("button", name="Show me five at random").click()
        page.wait_for_url(lambda url, before=before: "seed=" in url and url != before)
        expect(page.locator(".tile")).to_have_count(5)
        page.wait_for_timeout(500)
        draws.append(ids(page))
    assert draws[0] != draws[1]
    expect(page.locator(".tile").first.locator("canvas")).to_have_count(3)  # image, mask, overlay
    show(page, page.url)
    expect(page.locator(".tile")).to_have_count(5)
    assert ids(page) == draws[1]
    page.get_by_role("button", name="All tiles").click()
    expect(page.locator(".tile")).to_have_count(48)


def test_filters_stand_in_the_link_and_an_empty_result_says_what_to_do(browser_page: Page, explore: str) -> None:
    page = browser_page
    show(page, explore)
    some = ids(page)[0][:3]
    page.keyboard.press("]")
    expect(position(page)).to_have_text(f"49–96 of {TILES}")
    page.get_by_label("Tile id contains").fill(some)
    page.keyboard.press("Enter")
    expect(position(page)).to_contain_text("1–")  # from the first page again
    page.wait_for_url(lambda url: f"text={some}" in url)
    found = ids(page)
    assert found and all(some in name for name in found)
    show(page, page.url)
    assert ids(page) == found
    page.get_by_label("Tile id contains").fill("nothing like it")
    page.keyboard.press("Enter")
    expect(page.get_by_text("No tile passes all filters")).to_be_visible()
    page.get_by_role("button", name="Remove all filters").click()
    expect(position(page)).to_have_text(f"1–48 of {TILES}")


def test_picked_tiles_become_the_filter(browser_page: Page, explore: str) -> None:
    page = browser_page
    show(page, explore)
    first = ids(page)
    for key in ("ArrowRight", " ", "ArrowRight", " "):
        page.keyboard.press(key)
    page.get_by_role("button", name="Show only these").click()
    expect(position(page)).to_have_text("1–2 of 2")
    assert ids(page) == first[:2]


def test_a_tile_compares_its_runs_and_the_one_that_is_chosen_is_drawn(browser_page: Page, explore: str) -> None:
    page = browser_page
    show(page, f"{explore}?run=20260102-one")
    expect(page.locator("[data-mask=prediction]")).to_be_visible()
    page.locator(".tile").first.click()
    rows = page.locator(".predictions tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("20260102-one")  # the newest first
    expect(rows.first).to_have_attribute("aria-selected", "true")
    page.locator("figure").hover()
    page.keyboard.press("r")
    expect(rows.last).to_have_attribute("aria-selected", "true")
    page.wait_for_url(lambda url: "run=20260101-all" in url)
    page.locator("figure").hover()
    page.keyboard.press("ArrowRight")  # a tile that only one of them predicted
    expect(rows).to_have_count(1)
    expect(page.locator(".side .facts")).to_contain_text("Predicted salt")


def test_a_predicted_tile_has_its_neighbours_in_the_order_of_the_page(browser_page: Page, explore: str) -> None:
    page = browser_page
    show(page, f"{explore.replace('explore', 'predictions')}?run=20260101-all")
    first = ids(page)
    page.locator(".tile").nth(1).click()
    expect(page.locator(".side .facts")).to_contain_text(first[1])
    page.locator("figure").hover()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".side .facts")).to_contain_text(first[2])
    page.keyboard.press("Escape")
    expect(page.locator(".tile.current")).to_have_attribute("data-id", first[2])


def test_the_legend_stays_in_sight(browser_page: Page, explore: str) -> None:
    page = browser_page
    show(page, explore)
    page.mouse.wheel(0, 2000)
    expect(page.locator(".tile").last).to_be_in_viewport()
    expect(page.locator(".legend")).to_be_in_viewport()
    page.locator("[data-mask=label]").click()  # what lies over the page's top lets it through
    expect(page.locator("[data-mask=label]")).to_have_attribute("aria-pressed", "false")


def test_more_like_a_tile_begins_with_it(browser_page: Page, explore: str) -> None:
    page = browser_page
    show(page, explore)
    wanted = ids(page)[7]
    page.locator(".tile").nth(7).click()
    expect(page.locator(".side .facts")).to_contain_text(wanted)
    page.locator("figure").first.hover()
    page.keyboard.press("l")
    expect(page.locator(".tile").first).to_have_attribute("data-id", wanted)
    page.wait_for_url(lambda url: f"like={wanted}" in url)
