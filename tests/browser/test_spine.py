"""The main job, whole: a real server, a real browser, nothing mocked."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from core.workspace import Workspace
from tests.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
MINUTE = 180_000  # of patience where two cores do everything
PADDING = "getComputedStyle(document.querySelector('.stMainBlockContainer')).paddingTop"
POINTS = "() => Math.max(0, ...[...document.querySelectorAll('.js-plotly-plot')].map(p => p.data?.[0]?.x?.length ?? 0))"


def go(page: Page, name: str) -> None:
    page.get_by_role("link", name=name).click()
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible(timeout=20_000)


def set_number(page: Page, label: str, value: int) -> None:
    field = page.get_by_label(label, exact=True)
    field.fill(str(value))
    field.press("Enter")


def test_from_an_empty_workspace_to_stored_decisions(server: Server, browser_page: Page) -> None:
    page = browser_page
    make_the_demo(page, server)
    filter_in_explore(page)
    train_two_epochs(page)
    predict_all(page)
    flagged = flag_by_threshold(page)
    decide_two(page, flagged)
    server.kill()
    server.start()
    page.goto(f"{server.url}/review")
    expect(page.get_by_text(f"2 of {flagged:,} decided")).to_be_visible(timeout=30_000)


def make_the_demo(page: Page, server: Server) -> None:
    page.goto(server.url)
    page.get_by_role("button", name="Only its tiles").click()
    expect(page.get_by_text("demo · 600 tiles of 101×101")).to_be_visible(timeout=MINUTE)
    assert Workspace.open(server.workspace).dataset_names() == ["demo"]


def filter_in_explore(page: Page) -> None:
    go(page, "Explore")
    expect(page.get_by_text("1–48 of 600")).to_be_visible(timeout=20_000)
    page.get_by_role("button", name="test", exact=True).or_(page.get_by_role("radio", name="test")).first.click()
    expect(page.get_by_text(re.compile(r"1–48 of 1\d\d"))).to_be_visible(timeout=20_000)
    assert "split=test" in page.url
    page.reload()
    expect(page.get_by_text(re.compile(r"1–48 of 1\d\d"))).to_be_visible(timeout=20_000)


def train_two_epochs(page: Page) -> None:
    go(page, "Train")
    page.get_by_role("radio", name="unet", exact=True).click()
    width = page.locator("input[aria-label=Width]")
    expect(width.and_(page.locator(":enabled"))).to_have_count(1, timeout=20_000)
    expect(width).to_have_count(1, timeout=20_000)  # that of the preset before has gone
    set_number(page, "Epochs", 2)
    set_number(page, "Width", 8)
    page.get_by_role("button", name="Start training").click()
    page.wait_for_function(f"({POINTS})() > 0", timeout=MINUTE)
    page.evaluate("window.notReloaded = true")
    before = page.evaluate(POINTS)
    page.wait_for_function(f"({POINTS})() > {before}", timeout=MINUTE)
    assert page.evaluate("window.notReloaded")
    page.reload()
    page.wait_for_function(f"({POINTS})() >= {before}", timeout=MINUTE)
    expect(page.get_by_text("finished").first).to_be_visible(timeout=2 * MINUTE)
    expect(page.get_by_text("epoch 2 of 2").first).to_be_visible()


def predict_all(page: Page) -> None:
    page.get_by_role("button", name="Predict", exact=True).click()
    page.get_by_role("radio", name="one", exact=True).click()
    page.get_by_role("button", name="Predict these tiles").click()
    expect(page.get_by_text(re.compile("600 tiles predicted"))).to_be_visible(timeout=MINUTE)
    expect(page.get_by_text("salt predicted")).to_be_visible()


def flag_by_threshold(page: Page) -> int:
    go(page, "Review")
    page.get_by_role("button", name="test ✕").click()  # the queue follows the filter of Explore
    count = page.get_by_text(re.compile("would be flagged"))
    expect(count).to_be_visible(timeout=20_000)
    before = count.inner_text()
    slider = page.get_by_role("slider").first
    slider.focus()
    slider.press("End")  # two epochs make a model that sees salt nearly everywhere
    expect(count).not_to_have_text(before)
    page.wait_for_timeout(1000)
    flagged = int(count.inner_text().split()[0].replace(",", ""))
    page.get_by_role("button", name="Flag them").click()
    expect(page.get_by_text(f"0 of {flagged:,} decided")).to_be_visible(timeout=20_000)
    return flagged


def decide_two(page: Page, flagged: int) -> None:
    padding = page.evaluate(PADDING)
    page.locator(".saltscope[data-ready] .easel canvas").hover()
    page.keyboard.press("1")
    expect(page.get_by_text(f"1 of {flagged:,} decided")).to_be_visible(timeout=20_000)
    page.locator(".saltscope[data-ready] .easel canvas").hover()
    page.keyboard.press("2")
    expect(page.get_by_text(f"2 of {flagged:,} decided")).to_be_visible(timeout=20_000)
    assert page.evaluate(PADDING) == padding, "a message must not displace the page's style"
