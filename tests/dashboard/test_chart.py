"""What is picked in a chart as a filter."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
import pytest

from core.errors import BadInput
from core.explore.figures import bar_ranges, pickable
from core.explore.filters import MOST_IDS, TileFilter
from dashboard.components.chart import filter_of

BOX = {"xref": "x", "yref": "y", "x": [606.04, 401.36], "y": [0.86001, -0.02]}
SCATTER = pickable(go.Figure(go.Scatter()), x="z", y="salt_proportion")
HISTOGRAM = pickable(go.Figure(go.Bar()), x="mean")


def picked(*ids: Any, **shapes: list[Any]) -> dict[str, Any]:
    points = [{"x": 1, "y": 0.5, "curve_number": 0, "customdata": id} for id in ids]
    return {"points": points, "box": [], "lasso": []} | shapes


def test_nothing_is_picked() -> None:
    assert filter_of(picked(), SCATTER, TileFilter()) is None
    assert filter_of(picked(None, []), SCATTER, TileFilter()) is None
    assert filter_of(picked(box=[BOX]), go.Figure(), TileFilter()) is None


def test_points_become_ids() -> None:
    assert filter_of(picked("a", ["b"], None, "a"), SCATTER, TileFilter("train")) == TileFilter(ids=("a", "b"))
    assert filter_of(picked("a", lasso=[{}]), SCATTER, TileFilter()) == TileFilter(ids=("a",))


def test_one_box_becomes_ranges_within_what_is_shown() -> None:
    box = picked("a", box=[BOX])
    assert filter_of(box, SCATTER, TileFilter()) == TileFilter(salt=(0, 0.86), depth=(401.4, 606))
    shown = TileFilter("train", depth=(500, 900))
    assert filter_of(box, SCATTER, shown) == TileFilter("train", salt=(0, 0.86), depth=(500, 606))


def test_a_box_on_a_curve_without_points_is_a_range_too() -> None:
    curve = pickable(go.Figure(go.Scatter()), x="std")
    box = picked(box=[BOX | {"x": [12.3456, 31.25]}])
    assert filter_of(box, curve, TileFilter(text="a")) == TileFilter(text="a", ranges=(("std", (12.35, 31.25)),))


def test_axes_of_subplots_are_told_apart() -> None:
    figure = pickable(go.Figure(), x="mean", x2="std")
    box = picked(box=[BOX | {"xref": "x2", "x": [1, 2]}])
    assert filter_of(box, figure, TileFilter()) == TileFilter(ranges=(("std", (1, 2)),))


def test_two_boxes_become_ids() -> None:
    assert filter_of(picked("a", "b", box=[BOX, BOX]), SCATTER, TileFilter()) == TileFilter(ids=("a", "b"))


def test_bars_become_the_range_from_the_first_to_the_last() -> None:
    bars = picked([20.0, 29.5], [10.0, 19.5], box=[BOX])
    assert filter_of(bars, HISTOGRAM, TileFilter("test")) == TileFilter("test", ranges=(("mean", (10.0, 29.5)),))
    shown = TileFilter(ranges=(("mean", (15.0, 99.0)),))
    assert filter_of(bars, HISTOGRAM, shown) == TileFilter(ranges=(("mean", (15.0, 29.5)),))
    with pytest.raises(BadInput):
        filter_of(bars, HISTOGRAM, TileFilter(ranges=(("mean", (40.0, 99.0)),)))


def test_lying_bars_have_their_column_on_the_other_axis() -> None:
    figure = pickable(go.Figure(go.Bar(yaxis="y2", xaxis="x2", orientation="h")), y2="std")
    assert filter_of(picked([1, 2]), figure, TileFilter()) == TileFilter(ranges=(("std", (1, 2)),))


def test_a_condition_is_added_to_what_is_shown() -> None:
    empty = {"salt": "0..0"}
    assert filter_of(picked(empty, empty), HISTOGRAM, TileFilter("train")) == TileFilter("train", salt=(0, 0))
    with pytest.raises(BadInput, match="pick one"):
        filter_of(picked(empty, {"split": "test"}), HISTOGRAM, TileFilter())


def test_a_list_that_no_link_holds_is_refused_but_a_box_is_not() -> None:
    many = [str(number) for number in range(MOST_IDS + 1)]
    with pytest.raises(BadInput, match="draw a box"):
        filter_of(picked(*many, lasso=[{}]), SCATTER, TileFilter())
    assert filter_of(picked(*many, box=[BOX]), SCATTER, TileFilter()) is not None


def test_every_value_lies_in_the_range_of_one_bar() -> None:
    ranges = bar_ranges([0, 10, 20], [10, 20, 30])
    for value in (0, 9.999, 10, 19, 20, 30):
        assert sum(low <= value <= high for low, high in ranges) == 1
    assert bar_ranges([], []) == []
