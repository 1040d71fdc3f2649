"""Bins, groups and curves against numpy and counting by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dataset.tiles import TileStore
from core.explore import distributions
from core.explore.distributions import (
    CLASSES,
    bin_edges,
    coverage,
    coverage_classes,
    cumulative,
    describe,
    groups,
    histogram,
)
from core.explore.quantities import DEPTH, MEAN, SALT


def test_bins_fall_on_round_values() -> None:
    assert list(bin_edges(np.array([51.0, 959.0]))) == list(range(50, 1001, 50))
    assert list(bin_edges(np.array([51.0, 959.0]), target=10)) == list(range(0, 1001, 100))
    assert list(bin_edges(np.array([0.0, 1.0]), target=10)) == [
        0,
        0.1,
        0.2,
        0.3,
        0.4,
        0.5,
        0.6,
        0.7,
        0.8,
        0.9,
        1.0,
        1.1,
    ]
    assert list(bin_edges(np.array([-3.0, 3.0]), target=6)) == [-3, -2, -1, 0, 1, 2, 3, 4]
    assert list(bin_edges(np.array([512.0]))) == [512, 513]
    assert list(bin_edges(np.array([]))) == [0, 1]


@given(st.lists(st.floats(-1e5, 1e5, allow_subnormal=False), min_size=1, max_size=30), st.integers(1, 40))
def test_bins_hold_every_value(values: list[float], target: int) -> None:
    edges = bin_edges(np.array(values), target)
    assert (np.diff(edges) > 0).all()
    assert np.histogram(values, edges)[0].sum() == len(values)
    assert len(edges) <= 2 * target + 3


def test_groups(store: TileStore) -> None:
    def ids(by: distributions.Comparison) -> dict[str, str]:
        return {name: " ".join(part["id"]) for name, part in groups(store.index, by).items()}

    assert ids("nothing") == {"all": "a0 a1 b2 b3 c4 t5 t6"}
    assert ids("split") == {"train": "a0 a1 b2 b3 c4", "test": "t5 t6"}
    assert ids("salt") == {"empty": "a0 a1", "with salt": "b2 b3 c4"}
    assert groups(store.index[:0], "split") == {}


def test_depth_bins_are_those_of_numpy(store: TileStore) -> None:
    bins = histogram(store.index, DEPTH, "split")
    for name in ("train", "test"):
        part = bins[bins["group"] == name]
        depths = store.index.loc[store.index["split"] == name, "z"].dropna()
        expected, _ = np.histogram(depths, np.append(part["low"], part["high"].iloc[-1]))
        assert list(part["tiles"]) == list(expected)
        assert list(part["share"]) == list(expected / len(depths))


def test_salt_bins_leave_empty_tiles_to_the_coverage(store: TileStore) -> None:
    bins = histogram(store.index, SALT)
    assert len(bins) == 20
    filled = bins[bins["tiles"] > 0]
    assert list(filled["low"]) == [0.05, 0.5, 0.95]
    assert list(filled["tiles"]) == [1, 1, 1]
    found = coverage(store.index, "split")
    assert found.values.tolist() == [["train", "empty", 2, 0.4], ["train", "with salt", 3, 0.6]]


def test_a_proportion_on_a_limit_belongs_to_the_class_below() -> None:
    salt = [0, 1 / 10201, 0.25, 0.2501, 0.5, 0.75, 0.76, 0.99, 0.9901, 1, np.nan]
    index = pd.DataFrame({"salt_proportion": salt, "split": ["train"] * 10 + ["test"]})
    classes = coverage_classes(index)
    assert list(classes["kind"]) == list(CLASSES)
    assert list(classes["tiles"]) == [1, 2, 2, 1, 2, 2]
    assert list(classes["share"]) == [0.1, 0.2, 0.2, 0.1, 0.2, 0.2]
    assert [len(part) for part in groups(index, "coverage").values()] == [1, 2, 2, 1, 2, 2]
    assert list(coverage_classes(index, "split")["group"]) == ["train"] * 6


def test_any_quantity_has_bins(store: TileStore) -> None:
    bins = histogram(store.index, MEAN)
    expected, _ = np.histogram(store.index["mean"], np.append(bins["low"], bins["high"].iloc[-1]))
    assert list(bins["tiles"]) == list(expected)
    both = distributions.bins(store.index, (DEPTH, MEAN))
    assert list(both.columns) == ["quantity", "group", "low", "high", "tiles", "share"]
    assert set(both["quantity"]) == {"z", "mean"}


def test_a_proportion_on_a_limit_lies_in_the_bin_above() -> None:
    proportions = np.array([count / 10_000 for count in range(500, 10_000, 500)])
    index = pd.DataFrame({"salt_proportion": proportions})
    assert list(histogram(index, SALT)["tiles"]) == [0] + [1] * 19


def test_bins_of_nothing_are_an_empty_frame(bare: TileStore) -> None:
    for quantity in (DEPTH, SALT):
        assert list(histogram(bare.index, quantity).columns) == ["group", "low", "high", "tiles", "share"]
        assert len(histogram(bare.index, quantity)) == 0
    assert len(coverage(bare.index)) == len(coverage_classes(bare.index)) == 0
    assert groups(bare.index, "coverage") == {}


def test_cumulative_is_the_share_up_to_each_value() -> None:
    x, share = cumulative(pd.Series([3.0, 1.0, 1.0, np.nan, 2.0]))
    assert list(x) == [1, 2, 3]
    assert list(share) == [0.5, 0.75, 1]
    assert [len(part) for part in cumulative(pd.Series([], dtype=float))] == [0, 0]


def test_a_long_curve_is_thinned_but_stays_true() -> None:
    values = pd.Series(np.random.default_rng(0).random(50_000))
    x, share = cumulative(values)
    assert len(x) == distributions.MOST_STEPS
    assert (x[0], x[-1], share[-1]) == (values.min(), values.max(), 1)
    np.testing.assert_allclose(share, np.searchsorted(np.sort(values), x, side="right") / len(values))


def test_describe_is_that_of_pandas(store: TileStore) -> None:
    table = describe(store.index, (DEPTH, SALT), "split").set_index(["quantity", "group"])
    depths = store.index.loc[store.index["split"] == "train", "z"]
    row = table.loc[("z", "train")]
    assert (row["tiles"], row["missing"]) == (4, 1)
    assert row["mean"] == pytest.approx(depths.mean())
    assert row["standard_error"] == pytest.approx(depths.std() / 2)
    assert (row["min"], row["median"], row["max"]) == (100, 225, 420)
    assert table.loc[("salt_proportion", "test"), "tiles"] == 0
    assert np.isnan(table.loc[("salt_proportion", "test"), "mean"])


def test_describe_in_words(store: TileStore) -> None:
    table = distributions.describe_in_words(describe(store.index, (DEPTH, SALT)))
    assert list(table["Quantity"]) == ["Depth", "Salt proportion"]
    assert list(table["Known"]) == ["6", "5"]
    assert list(table["Missing"]) == ["1", "2"]
    assert table["Mean ± standard error"][0] == "320 ft ± 129 ft"
    alone = distributions.describe_in_words(describe(store.index[:1], (DEPTH,)))
    assert alone["Mean ± standard error"][0] == "100 ft"
