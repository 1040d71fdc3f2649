"""Mosaic in a real browser: find it, move about, pick and open a tile, break a link and mend it, by link again."""

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import FloatRect, Locator, Page, expect

from core import atomic
from core.dataset.synthetic import simulate
from core.dataset.tiles import TileStore, write_store
from core.explore.mosaic import Mosaic, broken_links, mosaic_of
from core.review.labels import label_flags
from core.review.masks import MaskStore
from core.review.store import ReviewStore
from core.review.tables import LABELS
from core.workspace import Workspace
from tests.runs import write_run
from tests.server import APP, Server, free_port

pytestmark = pytest.mark.browser
PATIENCE = 20_000  # ms
SURVEY = simulate(tiles=60, seed=3)
PIXELS = """canvas => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let [grey, orange, sum] = [0, 0, 0];
  for (let i = 0; i < data.length; i += 4) {
    if (data[i + 3] && Math.abs(data[i] - data[i + 2]) < 4) grey++;
    if (data[i] > data[i + 2] + 40) orange++;
    sum = (sum * 31 + data[i]) % 1000003;
  }
  return { grey, orange, sum };
}"""


@pytest.fixture
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Sixty labelled tiles called survey, without a mosaic."""
    workspace = Workspace.open(tmp_path_factory.mktemp("mosaic") / "workspace")
    index = pd.DataFrame({"id": SURVEY.ids, "split": "train", "z": np.arange(60.0)})
    with atomic.replacing_folder(workspace.dataset("survey")) as part:
        write_store(part, index, SURVEY.images, SURVEY.masks, {"checksum": "one"})
    return workspace


@pytest.fixture
def address(workspace: Workspace) -> Iterator[str]:
    """Address of the dashboard over it."""
    server = Server(APP, workspace.root, free_port())
    server.start()
    yield server.url
    server.kill()


@pytest.fixture
def page(browser_page: Page) -> Iterator[Page]:
    """A patient page that must not have thrown anything by the end of the test."""
    errors: list[str] = []
    browser_page.on("pageerror", lambda error: errors.append(str(error)))
    browser_page.set_default_timeout(PATIENCE)
    yield browser_page
    assert not errors


def survey(workspace: Workspace) -> tuple[TileStore, Mosaic]:
    store = TileStore.open(workspace.existing_dataset("survey"))
    return store, mosaic_of(workspace, store)


def show(page: Page, address: str, section: int) -> None:
    page.goto(address)
    ready(page, section)


def ready(page: Page, section: int) -> None:
    page.locator(f'.saltscope[data-ready="survey {section}"]').wait_for()


def picture(page: Page) -> Locator:
    return page.locator(".stage canvas")


def place(page: Page, mosaic: Mosaic, row: float, column: float) -> tuple[float, float]:
    """Where a place in the first section, counted in tiles, is on the screen while all of it is in sight."""
    area: FloatRect | None = picture(page).bounding_box()
    assert area is not None
    rows, columns = mosaic.grid(0).shape
    side = min(area["width"] / columns, area["height"] / rows)
    left = area["x"] + (area["width"] - side * columns) / 2
    top = area["y"] + (area["height"] - side * rows) / 2
    return left + column * side, top + row * side


def test_neighbours_are_found_by_a_button(page: Page, address: str) -> None:
    page.goto(f"{address}/mosaic")
    page.get_by_role("button", name="Find neighbours").click()
    ready(page, 1)
    expect(page.locator(".position")).to_contain_text("Section 1 of ")
    assert picture(page).evaluate(PIXELS)["grey"] > 50_000


def test_masks_zoom_and_the_way_to_a_tile_and_back(page: Page, address: str, workspace: Workspace) -> None:
    store, mosaic = survey(workspace)
    show(page, f"{address}/mosaic?section=1", 1)
    picture(page).hover(position={"x": 5, "y": 5})
    whole = picture(page).evaluate(PIXELS)
    assert whole["orange"] > 500
    page.keyboard.press("m")
    page.wait_for_timeout(300)
    assert picture(page).evaluate(PIXELS)["orange"] < 50
    page.keyboard.press("m")
    page.keyboard.press("+")
    expect(page.locator(".stage canvas.zoomed")).to_be_visible()
    page.keyboard.press("0")
    expect(page.locator(".stage canvas.zoomed")).to_have_count(0)

    row, column = map(int, np.argwhere(mosaic.grid(0) >= 0)[-1])
    tile = store.index["id"].iat[mosaic.grid(0)[row, column]]
    page.mouse.click(*place(page, mosaic, row + 0.5, column + 0.5))
    expect(page.locator(".foot .picked")).to_contain_text(tile)
    page.wait_for_url(re.compile(f"tile={tile}"))
    link = page.url
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/explore"))
    expect(page.locator(".facts")).to_contain_text(tile)
    neighbours = page.locator(".around [data-id]")
    expect(neighbours).to_have_count(int((mosaic.neighbourhood(store.row(tile)) >= 0).sum()) - 1)
    other = neighbours.first.get_attribute("data-id") or ""
    neighbours.first.click()
    expect(page.locator(".facts")).to_contain_text(other)
    page.get_by_role("link", name="In section 1").click()
    expect(page.locator(".foot .picked")).to_contain_text(other)

    show(page, link, 1)
    expect(page.locator(".foot .picked")).to_contain_text(tile)


def test_a_broken_link_parts_the_tiles_and_can_be_mended(page: Page, address: str, workspace: Workspace) -> None:
    store, mosaic = survey(workspace)
    grid = mosaic.grid(0)
    row, column = map(int, np.argwhere((grid[:, :-1] >= 0) & (grid[:, 1:] >= 0))[0])
    first, second = (store.index["id"].iat[grid[row, at]] for at in (column, column + 1))
    show(page, f"{address}/mosaic?section=1", 1)
    page.mouse.click(*place(page, mosaic, row + 0.5, column + 1))
    expect(page.locator(".card")).to_contain_text(f"{first} | {second}")
    expect(page.locator(".card")).to_contain_text("strength")
    page.keyboard.press("x")
    expect(page.get_by_text("Broken links (1)")).to_be_visible()
    assert [(link.first, link.second) for link in broken_links(workspace, "survey")] == [(first, second)]
    _, parted = survey(workspace)
    touching = parted.pairs[["first", "second"]].to_numpy().tolist()
    assert [store.row(first), store.row(second)] not in touching

    page.reload()
    page.get_by_text("Broken links (1)").click()
    page.get_by_role("button", name="Mend").click()
    expect(page.get_by_text("Broken links (1)")).to_have_count(0)
    assert broken_links(workspace, "survey") == []


def test_predictions_and_flags_lie_over_the_section(page: Page, address: str, workspace: Workspace) -> None:
    store, mosaic = survey(workspace)
    everywhere = np.full((60, *store.tile_shape), 255, np.uint8)
    write_run(workspace, "20260101-000000-unet-aaaa", store, np.arange(60), everywhere)
    found = pd.DataFrame({"row": [int(mosaic.grid(0).max())], "reason": "hole", "severity": 0.8, "details": "a hole"})
    found["id"] = store.index["id"].to_numpy()[found["row"]]
    ReviewStore(workspace.database_url).add(LABELS, "survey", label_flags(store.index, found))
    show(page, f"{address}/mosaic?section=1", 1)
    picture(page).hover(position={"x": 5, "y": 5})
    chips = page.locator(".chip:visible")
    expect(chips).to_have_count(4)
    expect(chips.locator(".swatch")).to_have_count(4)
    before = picture(page).evaluate(PIXELS)
    page.keyboard.press("p")
    page.wait_for_timeout(300)
    assert picture(page).evaluate(PIXELS)["grey"] > before["grey"] + 50_000
    flagged = picture(page).evaluate(PIXELS)
    page.keyboard.press("f")
    page.wait_for_timeout(300)
    assert picture(page).evaluate(PIXELS)["sum"] != flagged["sum"]

    page.goto(f"{address}/review?dataset=survey")
    page.get_by_role("radio", name="Labels").click()
    around = page.locator(".around [data-id]")
    expect(around).to_have_count(int((mosaic.neighbourhood(int(found["row"][0])) >= 0).sum()) - 1)
    other = around.first.get_attribute("data-id") or ""
    around.first.click()
    page.wait_for_url(re.compile(f"/explore.*tile={other}"))


def test_a_corrected_mask_lies_over_the_section(page: Page, address: str, workspace: Workspace) -> None:
    store, mosaic = survey(workspace)
    show(page, f"{address}/mosaic?section=1", 1)
    expect(page.locator(".chip[data-mask=corrected]")).to_be_hidden()
    row, column = map(int, np.argwhere(mosaic.grid(0) >= 0)[0])
    tile = store.index["id"].iat[mosaic.grid(0)[row, column]]
    MaskStore(workspace.database_url).save("survey", tile, np.ones(store.tile_shape), "ann", base=None)
    show(page, f"{address}/mosaic?section=1", 1)
    expect(page.locator(".chip[data-mask=corrected]")).to_have_attribute("aria-pressed", "true")
    page.mouse.move(*place(page, mosaic, row + 0.5, column + 0.5))
    expect(page.locator(".foot .hover")).to_contain_text("corrected mask")
    for view in ("Overlay", "Mask"):
        page.get_by_role("radio", name=view).click()
        page.wait_for_timeout(300)
        with_it = picture(page).evaluate(PIXELS)["sum"]
        page.keyboard.press("c")
        page.wait_for_timeout(300)
        assert picture(page).evaluate(PIXELS)["sum"] != with_it
        page.keyboard.press("c")


def test_tiles_outside_the_filter_are_dimmed(page: Page, address: str, workspace: Workspace) -> None:
    _, mosaic = survey(workspace)
    show(page, f"{address}/mosaic?section=1", 1)
    before = picture(page).evaluate(PIXELS)["sum"]
    show(page, f"{address}/mosaic?section=1&depth=0..1", 1)
    assert picture(page).evaluate(PIXELS)["sum"] != before
    page.mouse.move(*place(page, mosaic, *(np.argwhere(mosaic.grid(0) > 1)[0] + 0.5)))
    expect(page.locator(".foot .hover")).to_contain_text("outside the filter")
