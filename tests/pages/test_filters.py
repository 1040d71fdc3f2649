"""The filter that all pages share, on whole pages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).resolve().parents[2]
Opened = Callable[..., AppTest]


@pytest.mark.parametrize("name", ["explore", "distributions", "correlation", "review"])
def test_a_condition_on_what_is_not_known_is_explained_and_can_be_taken_away(opened: Opened, name: str) -> None:
    page = opened(name, where="of_other_tiles~1..2", split="train")
    assert not page.exception
    assert "no column 'of\\_other\\_tiles'" in page.error[0].value
    page.button(key="chip_1").click().run()
    assert not page.exception and not page.error
    assert page.query_params["split"] in ("train", ["train"])


def test_a_filter_holds_from_page_to_page(opened: Opened) -> None:
    page = opened("explore", where="std~1..999", order="-std")
    left = next(one.value for one in page.caption if "of 32 tiles" in one.value or one.value == "32 tiles")
    page.switch_page(str(ROOT / "pages" / "distributions.py")).run()
    assert not page.exception
    assert left in [one.value for one in page.caption]


@pytest.mark.parametrize("query", [{"order": "of_other_tiles"}, {"like": "nope"}])
def test_an_order_by_what_is_not_there_is_explained(opened: Opened, query: dict[str, str]) -> None:
    page = opened("explore", **query)
    assert not page.exception and len(page.error) == 1
    assert page.button(key="order_chip").label.endswith("✕")
    page.button(key="order_chip").click().run()
    assert not page.error and not set(query) & set(page.query_params)


def test_a_condition_on_predictions_needs_a_run(opened: Opened) -> None:
    page = opened("explore", where="confidence~0..0.5")
    assert "choose a run" in page.error[0].value
