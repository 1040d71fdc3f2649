"""The components in a real browser: what is drawn, what the keys do, what reaches Python."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.server import ROOT, Server, free_port

pytestmark = pytest.mark.browser

GREY = 80  # of tile t2
LEFT_TOP, LEFT_BOTTOM, RIGHT_TOP, RIGHT_BOTTOM = (0.2, 0.2), (0.2, 0.8), (0.8, 0.2), (0.8, 0.8)
PIXEL = """(canvas, [x, y]) => {
  const place = [Math.floor(x * canvas.width), Math.floor(y * canvas.height), 1, 1];
  return [...canvas.getContext("2d").getImageData(...place).data].slice(0, 3);
}"""


@pytest.fixture(scope="module")
def components(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the page that `component_app.py` describes."""
    folder = tmp_path_factory.mktemp("components")
    script = folder / "app.py"
    shutil.copy(Path(__file__).with_name("component_app.py"), script)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PYTHONPATH", str(ROOT))
        environment.setenv("STREAMLIT_SERVER_ENABLE_STATIC_SERVING", "true")
        server = Server(script, folder / "workspace", free_port())
        server.start()
    yield server.url
    server.kill()


@pytest.fixture
def page(browser_page: Page) -> Iterator[Page]:
    """A page that must not have thrown anything by the end of the test."""
    errors: list[str] = []
    browser_page.on("pageerror", lambda error: errors.append(str(error)))
    yield browser_page
    assert not errors


def show(page: Page, address: str, what: str) -> None:
    page.goto(f"{address}/?show={what}")
    page.locator(".saltscope[data-ready]").wait_for()
    page.locator("canvas").nth(2 if what == "gallery" else 0).hover()


def pixel(page: Page, canvas: int, place: tuple[float, float]) -> list[int]:
    return page.locator("canvas").nth(canvas).evaluate(PIXEL, list(place))


def is_grey(colour: list[int]) -> bool:
    return max(colour) - min(colour) <= 2


def test_overlay_tints_label_and_prediction_only(page: Page, components: str) -> None:
    show(page, components, "gallery")
    both, label, prediction, neither = (
        pixel(page, 2, place) for place in (LEFT_TOP, LEFT_BOTTOM, RIGHT_TOP, RIGHT_BOTTOM)
    )
    assert neither == [GREY] * 3
    assert label[0] > label[2] + 20  # orange
    assert prediction[2] > prediction[0] + 20  # blue
    assert both not in (label, prediction) and not is_grey(label)


def test_keys_switch_what_is_drawn(page: Page, components: str) -> None:
    show(page, components, "gallery")
    page.keyboard.press("m")
    assert is_grey(pixel(page, 2, LEFT_BOTTOM)) and not is_grey(pixel(page, 2, RIGHT_TOP))
    page.keyboard.press("p")
    assert is_grey(pixel(page, 2, RIGHT_TOP))
    page.keyboard.press("d")
    red, green, blue = pixel(page, 2, LEFT_TOP)
    assert green > red + 20 and green > blue  # bluish green where both agree
    page.keyboard.down("h")
    assert is_grey(pixel(page, 2, LEFT_TOP))
    page.keyboard.up("h")
    assert not is_grey(pixel(page, 2, LEFT_TOP))
    page.keyboard.press("i")
    assert pixel(page, 2, RIGHT_BOTTOM) == [255 - GREY] * 3


def test_colours_polarity_and_clip_are_drawn_at_once_and_remembered(page: Page, components: str) -> None:
    show(page, components, "gallery")
    ramp = 1  # canvas of the tile whose levels are 100…115
    left, right = (0.02, 0.98), (0.98, 0.98)
    page.keyboard.press("m")
    assert (pixel(page, ramp, left), pixel(page, ramp, right)) == ([100] * 3, [115] * 3)
    for _ in range(3):
        page.keyboard.press("k")  # 1, 2, 5 % at each end
    assert (pixel(page, ramp, left), pixel(page, ramp, right)) == ([0] * 3, [255] * 3)
    assert pixel(page, 2, RIGHT_BOTTOM) == [GREY] * 3  # nothing to stretch in a flat tile
    page.keyboard.press("g")
    assert pixel(page, ramp, right) == [5, 48, 97]
    red, _, blue = pixel(page, ramp, left)
    assert red > blue + 60
    assert pixel(page, 2, RIGHT_BOTTOM) == [247] * 3  # white is the tile's median: no amplitude
    page.keyboard.press("i")
    assert pixel(page, ramp, right) == [103, 0, 31]
    page.reload()
    page.locator(".saltscope[data-ready]").wait_for()
    assert pixel(page, ramp, right) == [103, 0, 31]
    page.get_by_role("button", name="Look").click()
    page.get_by_role("button", name="As at first").click()
    assert pixel(page, ramp, right) == [115] * 3
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Look")).to_be_hidden()


def test_the_fill_is_as_strong_as_wanted(page: Page, components: str) -> None:
    show(page, components, "gallery")
    page.keyboard.press("p")
    light = pixel(page, 2, LEFT_BOTTOM)
    page.keyboard.press(">")
    assert pixel(page, 2, LEFT_BOTTOM)[0] > light[0] > GREY
    page.keyboard.press("o")
    assert pixel(page, 2, LEFT_BOTTOM) == [GREY] * 3
    page.get_by_role("button", name="Look").click()
    page.get_by_role("checkbox", name="outline").uncheck()
    slider = page.get_by_role("slider", name="fill")
    slider.focus()
    slider.press("End")  # the slider's own key, not the gallery's
    red, _, blue = pixel(page, 2, LEFT_BOTTOM)
    assert red > 190 and blue < 20
    expect(page.locator(".tile.current")).to_have_count(0)


def test_the_legend_offers_what_is_there_and_names_a_difference(page: Page, components: str) -> None:
    show(page, components, "gallery")
    expect(page.locator(".chip:visible")).to_have_text(["salt in the labelM", "salt predictedP", "differenceD"])
    page.keyboard.press("d")
    expect(page.locator(".chip:visible")).to_have_text(["only in the labelM", "only predictedP", "both agreeD"])
    page.keyboard.press("d")
    page.get_by_role("radio", name="Mask").click()  # in which both are drawn as a difference
    expect(page.locator(".chip:visible").last).to_have_text("both agreeD")


def test_views_are_panels_of_the_tile_s_own_shape(page: Page, components: str) -> None:
    show(page, components, "gallery")
    page.get_by_role("radio", name="All").click()
    expect(page.locator(".tile").first.locator("canvas")).to_have_count(3)
    assert pixel(page, 0, LEFT_TOP) == [0, 0, 0]
    assert pixel(page, 1, LEFT_TOP) == [0, 158, 115]  # the mask alone, in full colour
    assert pixel(page, 1, LEFT_BOTTOM) == [230, 159, 0]
    assert pixel(page, 1, RIGHT_TOP) == [86, 180, 233]
    for box in page.locator("canvas").evaluate_all("all => all.map(one => [one.clientWidth, one.clientHeight])"):
        assert box[0] == box[1]
    page.keyboard.press("v")
    expect(page.locator(".tile").first.locator("canvas")).to_have_count(1)
    page.reload()
    page.locator(".saltscope[data-ready]").wait_for()
    expect(page.get_by_role("radio", name="Image")).to_have_attribute("aria-checked", "true")


def test_arrows_enter_space_and_pages(page: Page, components: str) -> None:
    show(page, components, "gallery")
    for key in ("ArrowRight", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    expect(page.get_by_text("done: opened t1", exact=True)).to_be_visible()
    page.keyboard.press(" ")
    expect(page.get_by_text("selected: t1", exact=True)).to_be_visible()
    page.keyboard.press("]")
    expect(page.locator(".position")).to_have_text("4–6 of 6")
    expect(page.locator(".tile.current")).to_have_attribute("data-id", "t3")
    page.keyboard.press("]")  # there is no page after the last
    page.keyboard.press(" ")
    expect(page.get_by_text("selected: t1 t3", exact=True)).to_be_visible()
    page.keyboard.press("ArrowLeft")  # before the first tile lies the page before
    expect(page.locator(".position")).to_have_text("1–3 of 6")
    expect(page.locator(".tile.current")).to_have_attribute("data-id", "t2")
    expect(page.locator(".tile[aria-selected=true]")).to_have_attribute("data-id", "t1")
    page.get_by_role("button", name="Act").click()
    expect(page.get_by_text("acted on t1 t3")).to_be_visible()
    expect(page.locator(".tile[aria-selected=true]")).to_have_count(0)


def test_mouse_opens_and_picks(page: Page, components: str) -> None:
    show(page, components, "gallery")
    page.locator(".tile").nth(2).click()
    expect(page.get_by_text("done: opened t2", exact=True)).to_be_visible()
    page.locator(".tile").nth(0).click(modifiers=["Control"])
    page.locator(".tile").nth(2).click(modifiers=["Shift"])
    expect(page.get_by_text("selected: t0 t1 t2", exact=True)).to_be_visible()


def test_shift_and_arrows_pick_and_sizes_change(page: Page, components: str) -> None:
    show(page, components, "gallery")
    for key in ("ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight"):
        page.keyboard.press(key)
    expect(page.get_by_text("selected: t0 t1 t2", exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text("selected:", exact=True)).to_be_visible()
    width = page.locator("canvas").first.evaluate("one => one.clientWidth")
    page.keyboard.press("+")
    assert page.locator("canvas").first.evaluate("one => one.clientWidth") > width
    page.keyboard.press("-")
    assert page.locator("canvas").first.evaluate("one => one.clientWidth") == width
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_contain_text("inverted polarity")


def test_a_tile_s_predictions_are_chosen_and_more_like_it_asked_for(page: Page, components: str) -> None:
    show(page, components, "tile")
    expect(page.locator(".predictions tr[aria-selected=true]")).to_contain_text("new")
    page.keyboard.press("r")
    expect(page.get_by_text("done: run old", exact=True)).to_be_visible()
    page.get_by_role("button", name="old").click()
    expect(page.get_by_text("done: run old, run old", exact=True)).to_be_visible()
    page.locator("canvas").first.hover()
    page.keyboard.press("l")
    expect(page.get_by_text("run old, alike")).to_be_visible()
    expect(page.locator(".facts")).to_contain_text("0.500")


def test_run_and_pixels_light_each_other_up(page: Page, components: str) -> None:
    show(page, components, "tile")
    expect(page.locator(".code h4")).to_contain_text("1 run · 128 pixels")
    page.locator(".run").hover()
    assert pixel(page, 0, LEFT_TOP) == pytest.approx([221, 221, 221], abs=40)  # lit, no longer tinted
    expect(page.locator(".words")).to_have_text(
        "Run 1: from pixel 1, 128 pixels: row 1, column 1 to row 16, column 8, over 8 columns."
    )
    area = page.locator("figure canvas").bounding_box()
    assert area is not None
    page.mouse.move(area["x"] + 0.2 * area["width"], area["y"] + 0.8 * area["height"])
    expect(page.locator(".run.lit")).to_have_count(1)
    expect(page.locator(".readout")).to_have_text(
        "row 13, column 4 · pixel 61 · grey 120 · salt in the label · no salt predicted · probability 0.00"
    )
    page.mouse.move(area["x"] + 0.8 * area["width"], area["y"] + 0.8 * area["height"])
    expect(page.locator(".run.lit")).to_have_count(0)


def test_zoom_about_the_pointer_and_back(page: Page, components: str) -> None:
    show(page, components, "tile")
    area = page.locator("figure canvas").bounding_box()
    assert area is not None
    page.mouse.move(area["x"] + 0.9 * area["width"], area["y"] + 0.9 * area["height"])
    assert not is_grey(pixel(page, 0, LEFT_BOTTOM))
    page.mouse.wheel(0, -600)
    expect(page.locator(".pictures.zoomed")).to_be_visible()
    assert is_grey(pixel(page, 0, LEFT_BOTTOM))  # the label lies outside now
    page.keyboard.press("0")
    expect(page.locator(".pictures.zoomed")).to_have_count(0)
    assert not is_grey(pixel(page, 0, LEFT_BOTTOM))


def test_panels_side_by_side(page: Page, components: str) -> None:
    show(page, components, "tile")
    page.get_by_role("radio", name="All").click()
    expect(page.locator("figcaption")).to_have_text(["image", "mask", "overlay", "probability"])
    assert pixel(page, 3, RIGHT_BOTTOM) == [0, 34, 78]  # cividis at 0
    assert pixel(page, 3, LEFT_TOP) == [254, 232, 56]  # and at 1


def test_tile_keys_reach_python(page: Page, components: str) -> None:
    show(page, components, "tile")
    page.keyboard.press("ArrowLeft")  # the first one: nothing before it
    page.keyboard.press("ArrowRight")
    expect(page.get_by_text("done: turned 1", exact=True)).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(page.get_by_text("done: turned 1, closed", exact=True)).to_be_visible()


def test_chart_grows_and_keeps_its_zoom(page: Page, components: str) -> None:
    page.goto(f"{components}/?show=chart")
    chart = page.locator(".live-chart")
    chart.locator(".nsewdrag").nth(1).wait_for()
    expect(chart.locator("header b")).to_have_text(["Loss", "Speed"])
    area = chart.locator(".nsewdrag").first.bounding_box()
    assert area is not None
    page.mouse.move(area["x"] + 60, area["y"] + 50)
    page.mouse.down()
    page.mouse.move(area["x"] + 160, area["y"] + 50, steps=4)
    page.mouse.up()
    reach = "() => document.querySelector('.js-plotly-plot').layout.xaxis.range"
    zoomed = page.evaluate(reach)
    before = int(chart.get_attribute("data-points") or 0)
    page.wait_for_function("n => Number(document.querySelector('.live-chart').dataset.points) > n + 20", arg=before)
    assert page.evaluate(reach) == zoomed
    expect(chart.locator("hr:visible")).to_have_count(2)  # the pointer's place, in every panel
