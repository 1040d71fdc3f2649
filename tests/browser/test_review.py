"""Judging in a real browser: what the keys decide and what is drawn is in the store."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from core.dataset import rle
from core.dataset.importing import import_source
from core.dataset.tiles import TileStore
from core.review.flagging import flag_run
from core.review.masks import MaskStore
from core.review.notes import NoteStore
from core.review.policy import FlagRules
from core.review.store import ReviewStore
from core.review.tables import Verdict
from core.workspace import Workspace
from tests.runs import write_run
from tests.server import Server, frozen

pytestmark = pytest.mark.browser
SHAPE = (101, 101)
PRESS_WHEN_THE_EDITOR_GOES = """() => {
    const editor = [...document.querySelectorAll("*")].find((one) => one.shadowRoot?.querySelector(".easel"));
    new MutationObserver((changes, watching) => {
        if (editor.isConnected) return;
        watching.disconnect();
        window.pressed = true;
        document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "Backspace", bubbles: true }));
    }).observe(document.body, { subtree: true, childList: true });
}"""
EDITOR = ".saltscope[data-ready]:has(.easel)"  # with a tile that can be judged


@pytest.fixture
def workspace(server: Server, kaggle_folder: Path) -> Workspace:
    """Six tiles in the queue: a run predicts a strip of salt at the left of every tile."""
    opened = Workspace.open(server.workspace)
    import_source(kaggle_folder, opened, "small")
    tiles = TileStore.open(opened.existing_dataset("small"))
    rows = np.flatnonzero(tiles.index["std"] > 0)[:6]
    probabilities = np.zeros((len(rows), *SHAPE), np.uint8)
    probabilities[:, :, :3] = 255
    run = write_run(opened, "20260101-000000-unet-abcd", tiles, rows, probabilities)
    flag_run(opened, ReviewStore(opened.database_url), run.id, "small", FlagRules(0.5))
    return opened


def wait_for_tile(page: Page, other_than: str | None = None) -> str:
    ready = page.locator(EDITOR)
    if other_than:
        expect(ready).not_to_have_attribute("data-ready", other_than, timeout=30_000)
    ready.wait_for(timeout=60_000)
    page.locator(".easel canvas").first.hover()
    return str(ready.get_attribute("data-ready"))


def judge_all_but_one(server: Server, page: Page) -> list[str]:
    """The six tiles in their order, the last of them on the desk and the others without salt."""
    seen = [open_desk(server, page)]
    for _ in range(5):
        page.keyboard.press("2")
        seen.append(wait_for_tile(page, seen[-1]))
    return seen


def standing(workspace: Workspace, tile: str) -> np.ndarray | None:
    newest = MaskStore(workspace.database_url).newest("small", tile)
    return None if newest is None else rle.decode(newest.mask, SHAPE)


def verdicts(workspace: Workspace) -> dict[str, str]:
    queue = ReviewStore(workspace.database_url).queue().dropna(subset="verdict")
    return dict(zip(queue["tile"], queue["verdict"], strict=True))


def test_every_key_decides_and_what_is_drawn_is_the_label(
    server: Server, browser_page: Page, workspace: Workspace
) -> None:
    page = browser_page
    page.goto(f"{server.url}/review?dataset=small")
    strip = np.zeros(SHAPE, np.uint8)
    strip[:, :3] = 1

    accepted = wait_for_tile(page)
    page.keyboard.press("1")
    corrected = wait_for_tile(page, accepted)
    page.keyboard.press("t")
    page.keyboard.press("1")
    empty = wait_for_tile(page, corrected)
    page.keyboard.press("2")
    full = wait_for_tile(page, empty)
    page.keyboard.press("3")
    unsure = wait_for_tile(page, full)
    page.keyboard.press("4")
    skipped = wait_for_tile(page, unsure)
    expect(page.get_by_text("5 of 6 decided")).to_be_visible()
    assert verdicts(workspace) == {
        accepted: "accept",
        corrected: "corrected",
        empty: "no_salt",
        full: "all_salt",
        unsure: "unsure",
    }
    wider = np.zeros(SHAPE, np.uint8)
    wider[:, :4] = 1
    for tile, expected in ((accepted, strip), (corrected, wider), (full, np.ones(SHAPE, np.uint8))):
        np.testing.assert_array_equal(standing(workspace, tile), expected)
    assert standing(workspace, unsure) is None and standing(workspace, skipped) is None

    page.keyboard.press("Backspace")
    assert wait_for_tile(page, skipped) == unsure
    expect(page.get_by_text(f"stored: take back, {unsure}", exact=True)).to_be_visible()
    page.keyboard.press("Backspace")
    assert wait_for_tile(page, unsure) == full
    expect(page.get_by_text("3 of 6 decided")).to_be_visible()
    assert standing(workspace, full) is None, "its mask was taken back with the decision"


def test_a_drawing_waits_for_its_tile(server: Server, browser_page: Page, workspace: Workspace) -> None:
    page = browser_page
    page.goto(f"{server.url}/review?dataset=small")
    drawn = wait_for_tile(page)
    page.keyboard.press("t")
    expect(page.locator(".kept")).to_have_text("draft stored", timeout=20_000)
    page.keyboard.press("n")
    other = wait_for_tile(page, drawn)
    expect(page.locator(".notice")).to_be_hidden()
    page.reload()
    assert wait_for_tile(page) == drawn, "the first open one again"
    expect(page.locator(".notice")).to_contain_text("is back")
    assert standing(workspace, drawn) is None and other != drawn


def test_a_verdict_overtakes_a_draft(server: Server, browser_page: Page, workspace: Workspace) -> None:
    """Once the verdict is stored, nobody waits for the draft any more, and no warning stands at the next tile."""
    page = browser_page
    first = open_desk(server, page)
    page.keyboard.press("t")
    page.keyboard.press("1")
    wait_for_tile(page, first)
    told(page, f"stored: accept, {first}")
    page.wait_for_timeout(9000)  # longer than a draft is waited for
    expect(page.locator(".kept")).to_have_text("")


def open_desk(server: Server, page: Page) -> str:
    page.goto(f"{server.url}/review?dataset=small", timeout=90_000)
    return wait_for_tile(page)


def told(page: Page, words: str) -> None:
    expect(page.locator(".told")).to_have_text(words, timeout=60_000)


def test_the_next_tile_is_there_before_the_answer(server: Server, browser_page: Page, workspace: Workspace) -> None:
    """While the server does not answer: nothing is called stored, and a second key waits for the first."""
    page = browser_page
    first = open_desk(server, page)
    with frozen(server, page):
        page.keyboard.press("1")
        second = wait_for_tile(page, first)
        told(page, f"storing: accept, {first} …")
        page.keyboard.press("2")
        page.keyboard.press("t")
        assert page.locator(EDITOR).get_attribute("data-ready") == second
    told(page, f"stored: no salt, {second}")
    assert verdicts(workspace) == {first: "accept", second: "no_salt"}


def test_a_verdict_outlives_its_page(server: Server, browser_page: Page, workspace: Workspace) -> None:
    """Going elsewhere may end the run that was to store it; then it is stored when Review is opened again."""
    page = browser_page
    first = open_desk(server, page)
    with frozen(server, page):
        page.keyboard.press("1")
        page.get_by_role("link", name="Explore").click()
    page.wait_for_url("**/explore**", timeout=60_000)
    expect(page.get_by_role("heading", name="Explore", level=1)).to_be_visible(timeout=60_000)
    page.get_by_role("link", name="Review").click()
    page.wait_for_url("**/review**", timeout=60_000)
    expect(page.get_by_text("1 of 6 decided")).to_be_visible(timeout=60_000)
    assert verdicts(workspace) == {first: "accept"}


def test_what_is_refused_comes_back(server: Server, browser_page: Page, workspace: Workspace) -> None:
    page = browser_page
    tile = open_desk(server, page)
    MaskStore(workspace.database_url).save("small", tile, np.ones(SHAPE, np.uint8), "bob", base=None)
    page.keyboard.press("t")
    page.keyboard.press("1")
    told(page, f"not stored: accept, {tile}")
    expect(page.locator(".notice")).to_contain_text("has a newer mask, by bob")
    assert wait_for_tile(page) == tile and not verdicts(workspace)
    page.get_by_role("button", name="Save mine over it").click()
    told(page, f"stored: accept, {tile}")
    wider = np.zeros(SHAPE, np.uint8)
    wider[:, :4] = 1
    np.testing.assert_array_equal(standing(workspace, tile), wider)
    assert wait_for_tile(page, tile)


def test_who_comes_too_late_is_told(server: Server, browser_page: Page, workspace: Workspace) -> None:
    page = browser_page
    tile = open_desk(server, page)
    store = ReviewStore(workspace.database_url)
    store.decide(int(store.queue().set_index("tile").loc[tile, "id"]), Verdict.UNSURE, "bob")
    page.keyboard.press("2")
    expect(page.get_by_text("somebody else has decided this meanwhile")).to_be_visible(timeout=60_000)
    assert wait_for_tile(page, tile) and verdicts(workspace) == {tile: "unsure"}


def test_keys_alone_judge_tile_after_tile(server: Server, browser_page: Page, workspace: Workspace) -> None:
    """Nothing is said to be stored that is not, for as many keys as there are tiles, as fast as they come."""
    page = browser_page
    seen = judge_all_but_one(server, page)
    page.keyboard.press("2")
    expect(page.get_by_text("Every flagged tile is decided.")).to_be_visible(timeout=60_000)
    assert len(set(seen)) == 6 and verdicts(workspace) == dict.fromkeys(seen, "no_salt")
    page.get_by_role("button", name="Take back").click()
    assert wait_for_tile(page) == seen[-1]
    assert verdicts(workspace) == dict.fromkeys(seen[:-1], "no_salt")


def test_a_step_back_takes_the_last_key_back_whatever_is_under_way(
    server: Server, browser_page: Page, workspace: Workspace
) -> None:
    """Also when the tile before is being stored, and when no tile is left to show when that has been done."""
    page = browser_page
    seen = judge_all_but_one(server, page)
    for stored in (False, True):
        if stored:
            expect(page.get_by_text("5 of 6 decided")).to_be_visible(timeout=60_000)
        page.keyboard.press("2")
        page.keyboard.press("Backspace")
        page.wait_for_timeout(2000)  # whatever is to come
        assert wait_for_tile(page) == seen[-1]
        assert verdicts(workspace) == dict.fromkeys(seen[:-1], "no_salt")


def test_a_step_back_is_heard_before_its_button_is_there(
    server: Server, browser_page: Page, workspace: Workspace
) -> None:
    """The moment at which nothing is left to judge, when the editor is gone and the button not there yet."""
    page = browser_page
    seen = judge_all_but_one(server, page)
    page.evaluate(PRESS_WHEN_THE_EDITOR_GOES)
    page.keyboard.press("2")
    page.wait_for_function("window.pressed")
    assert wait_for_tile(page) == seen[-1]
    expect(page.get_by_text("5 of 6 decided")).to_be_visible(timeout=60_000)
    page.wait_for_timeout(2500)  # longer than the editor that went is heard
    assert verdicts(workspace) == dict.fromkeys(seen[:-1], "no_salt")


def test_a_narrow_window_gives_the_tile_its_whole_width(
    server: Server, browser_page: Page, workspace: Workspace
) -> None:
    page = browser_page
    page.set_viewport_size({"width": 420, "height": 860})
    open_desk(server, page)
    editor, picture = page.locator(EDITOR).bounding_box(), page.locator(".easel canvas").first.bounding_box()
    assert editor and picture and picture["width"] > 0.95 * editor["width"]


def test_a_table_s_buttons_leave_the_verdicts_free(server: Server, browser_page: Page, workspace: Workspace) -> None:
    page = browser_page
    page.goto(f"{server.url}/review?dataset=small&view=list")
    page.get_by_test_id("stDataFrame").hover()
    own, taking_back = page.get_by_test_id("stElementToolbar").first, page.get_by_role("button", name="Take back")
    expect(own).to_have_css("opacity", "1")
    page.wait_for_timeout(500)  # it glides to its place
    above, below = taking_back.bounding_box(), own.bounding_box()
    assert above and below and above["y"] + above["height"] <= below["y"]


def test_a_half_written_note_outlives_a_reload(server: Server, browser_page: Page, workspace: Workspace) -> None:
    page, notes = browser_page, NoteStore(workspace.database_url)
    first = open_desk(server, page)
    field = page.get_by_role("textbox", name="Note")
    page.keyboard.press("l")
    page.keyboard.type("a multiple, or")
    page.reload()
    assert wait_for_tile(page) == first
    expect(field).to_have_value("a multiple, or")
    field.press("End")
    page.keyboard.type(" the flank?")
    page.reload()
    wait_for_tile(page)
    expect(field).to_have_value("a multiple, or the flank?")
    page.keyboard.press("1")  # it goes with its tile
    wait_for_tile(page, first)
    expect(field).to_have_value("")
    expect(page.get_by_text("1 of 6 decided")).to_be_visible(timeout=30_000)
    page.reload()
    wait_for_tile(page)
    expect(field).to_have_value("")
    assert [note.text for note in notes.of_tile("small", first)] == ["a multiple, or the flank?"]


def test_two_reviewers_get_different_tiles(server: Server, browser_page: Page, workspace: Workspace) -> None:
    store = ReviewStore(workspace.database_url)
    first = store.queue().iloc[0]
    store.claim([int(first["id"])], "somebody else")
    browser_page.goto(f"{server.url}/review?dataset=small")
    assert wait_for_tile(browser_page) != first["tile"]


def test_a_name_outlives_a_reload(server: Server, browser_page: Page, workspace: Workspace) -> None:
    page = browser_page
    page.set_default_timeout(30_000)
    page.goto(f"{server.url}/review?dataset=small")
    wait_for_tile(page)
    page.locator(".st-key-reviewers button").click()
    page.get_by_role("textbox", name="Reviewer").fill("Jörg; Ann")
    page.keyboard.press("Enter")
    expect(page.locator(".st-key-reviewers").get_by_role("button", name="Jörg; Ann")).to_be_visible()
    page.wait_for_function("name => document.cookie.includes(encodeURIComponent(name))", arg="Jörg; Ann")
    page.reload()
    wait_for_tile(page)
    expect(page.locator(".st-key-reviewers").get_by_role("button", name="Jörg; Ann")).to_be_visible()
    expect(page.locator(".st-key-reviewer_name")).not_to_be_attached()


def test_many_are_judged_at_once_from_the_list(server: Server, browser_page: Page, workspace: Workspace) -> None:
    page = browser_page
    page.set_default_timeout(30_000)
    page.goto(f"{server.url}/review?dataset=small&first=loss")
    on_desk = wait_for_tile(page)
    page.get_by_role("radio", name="List").click()
    expect(page.get_by_test_id("stDataFrame")).to_be_visible(timeout=60_000)
    page.get_by_test_id("stButtonGroup").filter(has_text="grid_view").get_by_role("radio").last.click()
    page.locator(".saltscope .tile").first.wait_for()
    page.locator(".saltscope .tile").first.hover()
    for key in ("Home", " ", "ArrowRight", " "):
        page.keyboard.press(key)
    expect(page.get_by_text("2 picked")).to_be_visible(timeout=30_000)
    page.get_by_role("button", name="No salt").click()
    expect(page.get_by_test_id("stToast")).to_have_text("2 tiles: no salt", timeout=30_000)
    expect(page.get_by_text("2 of 6 decided")).to_be_visible(timeout=30_000)
    judged = verdicts(workspace)
    assert sorted(judged.values()) == ["no_salt", "no_salt"] and on_desk in judged
    for tile in judged:
        np.testing.assert_array_equal(standing(workspace, tile), np.zeros(SHAPE, np.uint8))
    page.get_by_role("radio", name="Desk").click()
    assert wait_for_tile(page, on_desk) not in judged
    expect(page.get_by_text("1 of 4 open")).to_be_visible()
    page.get_by_role("radio", name="List").click()
    page.get_by_role("button", name="Take back").click()
    expect(page.get_by_text("0 of 6 decided")).to_be_visible(timeout=30_000)
    assert verdicts(workspace) == {}


def test_rules_count_as_they_move_and_progress_follows(
    server: Server, browser_page: Page, workspace: Workspace
) -> None:
    """All six tiles hold 3 % salt; their confidence is .1, .26, .42, .58, .74 and .9."""
    page = browser_page
    page.set_default_timeout(30_000)
    page.goto(f"{server.url}/review?dataset=small")
    first = wait_for_tile(page)
    page.get_by_role("button", name="Flag tiles").click()
    expect(page.get_by_text("6 tiles of 6 would be flagged")).to_be_visible(timeout=30_000)
    page.get_by_test_id("stCheckbox").filter(has_text="Confidence under").click()  # the slider has that name, too
    page.get_by_text("all of these").click()
    expect(page.get_by_text("3 tiles of 6 would be flagged")).to_be_visible(timeout=30_000)
    slider = page.get_by_role("slider", name="Confidence under")
    slider.focus()
    for _ in range(20):
        page.keyboard.press("ArrowRight")
    expect(page.get_by_text("4 tiles of 6 would be flagged")).to_be_visible(timeout=30_000)
    page.get_by_role("button", name="Flag them").click()
    expect(page.get_by_text("0 of 4 decided")).to_be_visible(timeout=30_000)
    reasons = ReviewStore(workspace.database_url).queue()["reasons"]
    assert reasons.tolist() == ["low_confidence, salt_under"] * 4

    page.locator(".easel canvas").first.hover()
    page.keyboard.press("l")
    page.keyboard.type("the flank is a multiple")
    page.keyboard.press("Enter")
    expect(page.get_by_text("“the flank is a multiple”").first).to_be_visible(timeout=30_000)
    assert [note.text for note in NoteStore(workspace.database_url).of_tile("small", first)] == [
        "the flank is a multiple"
    ]
    page.keyboard.press("l")
    page.keyboard.type("begun, and")
    page.get_by_role("heading", name="Review", level=1).click()
    page.locator(".easel canvas").first.hover()
    page.keyboard.press("1")
    second = wait_for_tile(page, first)
    expect(page.get_by_role("textbox", name="Note")).to_have_value("")
    page.keyboard.press("l")
    page.keyboard.type("another")
    page.keyboard.press("Enter")
    expect(page.get_by_text("“another”").first).to_be_visible(timeout=30_000)
    notes = NoteStore(workspace.database_url)
    assert [note.text for note in notes.of_tile("small", first)] == ["the flank is a multiple", "begun, and"]
    assert [note.text for note in notes.of_tile("small", second)] == ["another"]
    page.keyboard.press("1")
    wait_for_tile(page, second)
    expect(page.get_by_text(re.compile(r"2 of 4 decided · [\d.]+ tiles/min · .+ left"))).to_be_visible(timeout=30_000)
