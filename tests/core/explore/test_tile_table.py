"""Filters and orders over all that is known of tiles, held against plain pandas."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from core.dataset.tiles import TileStore
from core.errors import BadInput, NotFound
from core.explore.filters import TileFilter
from core.explore.order import Order
from core.explore.tile_table import TileTable

PREDICTIONS = pd.DataFrame(
    {
        "row": [4, 2, 1, 5],
        "salt_proportion": [0.5, 0.25, 0.0, 0.75],
        "confidence": [0.9, 0.2, 0.6, 0.4],
        "map": [0.1, 0.7, 1.0, np.nan],
        "iou": [0.5, 0.8, 1.0, np.nan],
    }
)
FINDINGS = pd.DataFrame(
    {"row": [0, 2, 2, 6], "reason": ["constant_tile", "tiny_area", "seam", "seam"], "severity": [0.2, 0.5, 0.9, 0.3]}
)
SECTIONS = np.array([0, 0, 1, -1, 0, -1, 1], np.int32)


@pytest.fixture
def table(store: TileStore) -> TileTable:
    """Seven tiles (see `store`) with predictions, findings, sections and figures of how they look."""
    figures = np.array([[0.0], [1.0], [5.0], [1.5], [9.0], [1.0], [0.2]])
    return TileTable(store.index, lambda: PREDICTIONS, lambda: FINDINGS, lambda: SECTIONS, lambda: figures)


def ids(table: TileTable, chosen: TileFilter, order: Order | None = None) -> str:
    rows = (order or Order()).apply(chosen.apply(table), table)
    return " ".join(table.index["id"].iloc[rows])


@pytest.mark.parametrize(
    ("chosen", "left"),
    [
        (TileFilter(ranges=(("predicted_salt", (0.25, 0.5)),)), "b2 c4"),
        (TileFilter(ranges=(("confidence", (0.0, 0.5)),)), "b2 t5"),
        (TileFilter(ranges=(("score", (0.0, 1.0)),)), "a1 b2 c4"),  # a tile without a score never lies in a range
        (TileFilter(ranges=(("difference", (-1.0, -0.01)),)), "c4"),
        (TileFilter(ranges=(("difference", (0.1, 1.0)),), split="train"), "b2"),
        (TileFilter(ranges=(("severity", (0.5, 1.0)),)), "b2"),
        (TileFilter(finding="any"), "a0 b2 t6"),
        (TileFilter(finding="seam"), "b2 t6"),
        (TileFilter(finding="seam", split="train"), "b2"),
        (TileFilter(finding="no_such_rule"), ""),
        (TileFilter(section="c4"), "a0 a1 c4"),
        (TileFilter(section="b3"), "b3"),  # it has no neighbours
    ],
)
def test_what_is_joined_filters_like_the_index(table: TileTable, chosen: TileFilter, left: str) -> None:
    assert ids(table, chosen) == left


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (Order(), "a0 a1 b2 b3 c4 t5 t6"),
        (Order("z"), "t5 a0 a1 b2 b3 t6 c4"),  # without a depth: last
        (Order("z", down=True), "t6 b3 b2 a1 a0 t5 c4"),
        (Order("salt_proportion", down=True), "c4 b3 b2 a0 a1 t5 t6"),  # equal ones stay as they are
        (Order("confidence"), "b2 t5 a1 c4 a0 b3 t6"),
        (Order(like="a1"), "a1 t5 b3 t6 a0 b2 c4"),
    ],
)
def test_orders(table: TileTable, order: Order, expected: str) -> None:
    assert ids(table, TileFilter(), order) == expected
    assert Order.from_query(order.to_query()) == order


def test_only_what_is_asked_for_is_read(store: TileStore) -> None:
    def never() -> None:
        raise AssertionError("this source was not asked for")

    table = TileTable(store.index, never, never, never, never)
    chosen = TileFilter("train", (0, 1), (0, 200), text="a", ranges=(("std", (0, 99)),))
    assert ids(table, chosen, Order("mean")) == "a0 a1"


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        (TileFilter(ranges=(("no_such", (0, 1)),)), "no column 'no_such'"),
        (TileFilter(ranges=(("source_sha1", (0, 1)),)), "no column 'source_sha1'"),
        (TileFilter(ranges=(("confidence", (0, 1)),)), "choose a run"),
        (TileFilter(ranges=(("difference", (0, 1)),)), "choose a run"),
        (TileFilter(finding="any"), "open Quality"),
        (TileFilter(section="a0"), "open Mosaic"),
    ],
)
def test_what_is_not_known_here_is_said_with_the_remedy(store: TileStore, chosen: TileFilter, words: str) -> None:
    with pytest.raises(BadInput, match=words) as caught:
        chosen.apply(TileTable(store.index))
    assert "remove that filter" in str(caught.value) and len(str(caught.value)) < 250


def test_an_unknown_tile_is_named(table: TileTable) -> None:
    for attempt in (lambda: TileFilter(section="zz").apply(table), lambda: ids(table, TileFilter(), Order(like="zz"))):
        with pytest.raises(NotFound, match="'zz'"):
            attempt()


def test_columns_are_offered_where_they_hold_something(table: TileTable, bare: TileStore) -> None:
    assert TileTable(bare.index).columns() == ["mean", "std"]
    assert TileTable(bare.index).rules() == {}
    run = ["predicted_salt", "confidence", "score", "iou", "difference"]
    assert table.columns() == ["z", "salt_pixels", "salt_proportion", "mean", "std", *run, "severity"]
    assert table.rules() == {"seam": 2, "constant_tile": 1, "tiny_area": 1}
    for column in table.columns():
        assert np.isfinite(table.numbers(column)).any()


@pytest.mark.parametrize("query", [{"order": "a b"}, {"order": "--z"}, {"like": "x" * 1000}, {"like": "a\n"}])
def test_orders_that_nobody_meant_are_refused(query: dict[str, str]) -> None:
    with pytest.raises(BadInput, match="expected"):
        Order.from_query(query)


def test_orders_in_words() -> None:
    words = [order.in_words() for order in (Order(), Order("mean"), Order("z", True), Order(like="a1"))]
    assert words == ["", "grey mean, least first", "depth, most first", "most like a1"]
