"""What is picked in a chart as a filter."""

from __future__ import annotations

from typing import Any

import pytest

from core.errors import BadInput
from core.explore.filters import MOST_IDS, TileFilter
from dashboard.components.chart import filter_of

BOX = {"xref": "x", "yref": "y", "x": [606.04, 401.36], "y": [0.86001, -0.02]}


def picked(*ids: Any, **shapes: list[Any]) -> dict[str, Any]:
    return {"points": [{"x": 1, "y": 0.5, "customdata": id} for id in ids], "box": [], "lasso": []} | shapes


def test_nothing_is_picked() -> None:
    assert filter_of(picked(), TileFilter()) is None
    assert filter_of(picked(None, []), TileFilter()) is None
    assert filter_of(picked(box=[BOX]), TileFilter()) is None


def test_points_become_ids() -> None:
    assert filter_of(picked("a", ["b"], None, "a"), TileFilter("train")) == TileFilter(ids=("a", "b"))
    assert filter_of(picked("a", lasso=[{}]), TileFilter()) == TileFilter(ids=("a",))


def test_one_box_becomes_ranges_within_what_is_shown() -> None:
    box = picked("a", box=[BOX])
    assert filter_of(box, TileFilter()) == TileFilter(salt=(0, 0.86), depth=(401.4, 606))
    shown = TileFilter("train", depth=(500, 900))
    assert filter_of(box, shown) == TileFilter("train", salt=(0, 0.86), depth=(500, 606))


def test_two_boxes_become_ids() -> None:
    assert filter_of(picked("a", "b", box=[BOX, BOX]), TileFilter()) == TileFilter(ids=("a", "b"))


def test_a_list_that_no_link_holds_is_refused_but_a_box_is_not() -> None:
    many = [str(number) for number in range(MOST_IDS + 1)]
    with pytest.raises(BadInput, match="draw a box"):
        filter_of(picked(*many, lasso=[{}]), TileFilter())
    assert filter_of(picked(*many, box=[BOX]), TileFilter()) is not None
