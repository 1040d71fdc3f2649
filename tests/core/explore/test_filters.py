"""Filters: which tiles they leave, the links that carry them, and links that nobody meant."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.dataset.tiles import LONGEST_ID, TileStore
from core.errors import BadInput
from core.explore.filters import EMPTY, MOST_IDS, MOST_RANGES, WITH_SALT, TileFilter
from core.explore.tile_table import TileTable

TEXTS = st.text(max_size=LONGEST_ID).filter(str.isprintable)
IDS = st.lists(TEXTS.filter(lambda text: bool(text) and "/" not in text), max_size=5, unique=True).map(tuple)
SHARES = st.tuples(st.floats(0, 1), st.floats(0, 1)).map(lambda pair: (min(pair), max(pair)))
DEPTHS = st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)).map(lambda pair: (min(pair), max(pair)))
FILTERS = st.builds(
    TileFilter,
    split=st.sampled_from([None, "train", "test"]),
    salt=st.none() | SHARES,
    depth=st.none() | DEPTHS,
    ids=IDS,
    text=TEXTS,
    ranges=st.dictionaries(st.sampled_from(["mean", "std", "score", "b_4"]), DEPTHS).map(
        lambda all: tuple(all.items())
    ),
)


@pytest.mark.parametrize(
    ("chosen", "ids"),
    [
        (TileFilter(), "a0 a1 b2 b3 c4 t5 t6"),
        (TileFilter(split="train"), "a0 a1 b2 b3 c4"),
        (TileFilter(split="test"), "t5 t6"),
        (TileFilter(salt=EMPTY), "a0 a1"),
        (TileFilter(salt=WITH_SALT), "b2 b3 c4"),
        (TileFilter(salt=(0.0625, 0.5)), "b2 b3"),
        (TileFilter(depth=(100, 300)), "a0 a1 b2"),
        (TileFilter(ids=("t6", "a1", "elsewhere")), "a1 t6"),
        (TileFilter(text="A"), "a0 a1"),
        (TileFilter(text="."), ""),
        (TileFilter(split="train", depth=(0, 200), text="1"), "a1"),
        (TileFilter(ranges=(("salt_pixels", (1, 8)),)), "b2 b3"),
        (TileFilter(split="train", ranges=(("std", (0, 0)),)), "a0"),
        (TileFilter(ranges=(("std", (1, 99)), ("mean", (0, 40)))), "a1 b2"),
    ],
)
def test_apply_leaves_the_tiles_that_pass(store: TileStore, chosen: TileFilter, ids: str) -> None:
    assert list(store.index["id"].iloc[chosen.apply(TileTable(store.index))]) == ids.split()


@settings(deadline=None)
@given(FILTERS)
def test_links_carry_a_filter_to_the_letter(chosen: TileFilter) -> None:
    query = chosen.to_query()
    assert set(query) <= set(TileFilter.QUERY_KEYS)
    assert TileFilter.from_query(query) == chosen
    assert hash(TileFilter.from_query(query)) == hash(chosen)


def test_links_are_short_and_leave_the_parameters_of_others_alone() -> None:
    chosen = TileFilter(salt=(0.05, 0.2), depth=(400.0, 600.0), ids=("a1", "b2"))
    assert chosen.to_query() == {"salt": "0.05..0.2", "depth": "400..600", "ids": "a1/b2"}
    assert TileFilter(ranges=(("mean", (90.5, 120)), ("std", (0, 1)))).to_query() == {
        "where": "mean~90.5..120/std~0..1"
    }
    assert TileFilter.from_query({"dataset": "tgs", "tile": "a1"}) == TileFilter()
    assert TileFilter().to_query() == {}


@pytest.mark.parametrize(
    "query",
    [
        {"split": "validation"},
        {"split": "train\0"},
        {"salt": "0.1"},
        {"salt": "a..b"},
        {"salt": "0.5..0.1"},
        {"salt": "0..1.5"},
        {"salt": "nan..nan"},
        {"salt": "0..0.1..0.2"},
        {"depth": "-inf..inf"},
        {"depth": "1e999..2e999"},
        {"depth": "9" * 10_000},
        {"depth": "0.." + "9" * 10_000},
        {"text": "x" * 10_000},
        {"text": "a\0b"},
        {"text": "\ud800"},
        {"ids": "x" * 10_000},
        {"ids": "a\nb"},
        {"ids": "/".join(map(str, range(MOST_IDS + 1)))},
        {"finding": "any thing"},
        {"finding": "x" * 10_000},
        {"beside": "x" * 10_000},
        {"where": "mean"},
        {"where": "mean~1"},
        {"where": "mean~2..1"},
        {"where": "mean~1..2/mean~2..3"},
        {"where": "~1..2"},
        {"where": "x y~1..2"},
        {"where": "__import__('os')~1..2"},
        {"where": "/".join(f"c{n}~1..2" for n in range(MOST_RANGES + 1))},
        {"where": "x" * 10_000 + "~1..2"},
    ],
)
def test_links_that_nobody_meant_are_refused_in_one_short_sentence(query: dict[str, str]) -> None:
    with pytest.raises(BadInput, match="expected") as caught:
        TileFilter.from_query(query)
    assert len(str(caught.value)) < 200
    assert str(caught.value).isprintable()


@given(st.dictionaries(st.sampled_from(TileFilter.QUERY_KEYS), st.text()))
def test_any_link_is_read_or_refused(query: dict[str, str]) -> None:
    try:
        chosen = TileFilter.from_query(query)
    except BadInput:
        return
    assert TileFilter.from_query(chosen.to_query()) == chosen


def test_chips_say_each_condition_and_take_it_away() -> None:
    chosen = TileFilter("train", (0.05, 0.2), (400, 600), ("a1", "b2"), "a")
    chips = dict(chosen.chips())
    assert list(chips) == [
        "train",
        "salt proportion 5.0 % to 20 %",
        "depth 400 ft to 600 ft",
        "2 picked tiles",
        "id contains “a”",
    ]
    assert chips["train"] == TileFilter(None, (0.05, 0.2), (400, 600), ("a1", "b2"), "a")
    assert chips["id contains “a”"] == TileFilter("train", (0.05, 0.2), (400, 600), ("a1", "b2"))
    assert TileFilter().chips() == []


def test_chips_name_what_has_a_name() -> None:
    assert TileFilter(salt=EMPTY).chips() == [("empty", TileFilter())]
    assert TileFilter(salt=WITH_SALT).chips() == [("with salt", TileFilter())]
    assert TileFilter(ids=("a1",)).chips() == [("tile a1", TileFilter())]
    assert TileFilter(finding="any", section="a1").chips() == [
        ("any finding", TileFilter(section="a1")),
        ("section of tile a1", TileFilter(finding="any")),
    ]


def test_a_rectangle_narrows_what_was_chosen() -> None:
    box = {"salt_proportion": (-0.1, 0.3), "z": (10.0, 20.0)}
    assert TileFilter().within(**box) == TileFilter(salt=(0, 0.3), depth=(10, 20))
    chosen = TileFilter("train", salt=(0.2, 0.6), depth=(0, 15))
    assert chosen.within(**box) == TileFilter("train", salt=(0.2, 0.3), depth=(10, 15))
    assert chosen.within(mean=(1, 5)).within(mean=(2, 9)).ranges == (("mean", (2, 5)),)
    with pytest.raises(BadInput):
        chosen.within(salt_proportion=(0.7, 0.9))


def test_a_range_of_any_column_is_set_and_taken_away() -> None:
    chosen = TileFilter().with_range("z", (1, 2)).with_range("mean", (3, 4)).with_range("mean", (5, 6))
    assert chosen == TileFilter(depth=(1, 2), ranges=(("mean", (5, 6)),))
    assert chosen.limits == {"z": (1, 2), "mean": (5, 6)}
    assert [label for label, _ in chosen.chips()] == ["depth 1 ft to 2 ft", "grey mean 5.0 to 6.0"]
    assert chosen.with_range("mean", None).with_range("z", None) == TileFilter()
