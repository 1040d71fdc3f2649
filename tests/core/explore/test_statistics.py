"""Statistics against numpy, scipy and counting by hand."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scipy.stats

from core.dataset.tiles import TileStore
from core.explore import statistics
from core.explore.statistics import Correlation, correlation, depth_trend, in_words, joined, summary


def drawn(n: int = 400, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Depths, and salt proportions that rise with them; two in five are empty, so there are ties."""
    generator = np.random.default_rng(seed)
    depth = generator.integers(50, 960, n).astype(float)
    salt = np.where(generator.random(n) < 0.4, 0, generator.random(n) * depth / 960)
    return depth, salt


def test_summary_counts(store: TileStore) -> None:
    found = summary(store)
    salt = np.array([0, 0, 1, 8, 16]) / 16
    assert found == {
        "tiles": 7,
        "train": 5,
        "test": 2,
        "tile_shape": [4, 4],
        "empty_masks": 2,
        "full_masks": 1,
        "constant_tiles": 2,
        "salt_proportion": {
            "mean": pytest.approx(salt.mean()),
            "quantiles": {str(q): pytest.approx(np.quantile(salt, q)) for q in (0.05, 0.25, 0.5, 0.75, 0.95)},
        },
        "depth": {"min": 50.0, "max": 900.0, "missing": 1},
        "correlation": {
            "pearson": pytest.approx(np.corrcoef([100, 150, 300, 420], salt[:4])[0, 1]),
            "spearman": pytest.approx(scipy.stats.spearmanr([100, 150, 300, 420], salt[:4])[0]),
            "n": 4,
        },
    }
    assert json.loads(json.dumps(found, allow_nan=False)) == found


def test_summary_of_bare_tiles_is_json_too(bare: TileStore) -> None:
    found = json.loads(json.dumps(summary(bare), allow_nan=False))
    assert (found["tiles"], found["train"], found["test"], found["tile_shape"]) == (3, 0, 3, [2, 3])
    assert (found["empty_masks"], found["full_masks"]) == (0, 0)
    assert found["salt_proportion"]["mean"] is None
    assert set(found["salt_proportion"]["quantiles"].values()) == {None}
    assert found["depth"] == {"min": None, "max": None, "missing": 3}
    assert found["correlation"] == {"pearson": None, "spearman": None, "n": 0}


@pytest.mark.real
def test_summary_of_the_real_sample(tgs: Path, tmp_path: Path) -> None:
    from core.dataset.importing import import_source
    from core.workspace import Workspace

    workspace = Workspace.open(tmp_path)
    import_source(tgs, workspace, "tgs")
    found = summary(TileStore.open(workspace.dataset("tgs")))
    assert (found["train"], found["test"], found["empty_masks"], found["full_masks"]) == (3088, 2000, 1227, 0)
    assert found["salt_proportion"]["mean"] == pytest.approx(0.2449, abs=5e-5)
    assert found["correlation"]["pearson"] == pytest.approx(0.107, abs=5e-4)
    assert found["correlation"]["spearman"] == pytest.approx(0.112, abs=5e-4)
    assert (found["correlation"]["n"], found["depth"]["missing"]) == (3088, 0)


def test_joined_holds_the_labelled_tiles(store: TileStore) -> None:
    frame = joined(store)
    assert list(frame.columns) == ["id", "rle_mask", "salt_proportion", "z", "split"]
    assert list(frame["id"]) == ["a0", "a1", "b2", "b3", "c4"]
    assert list(frame["rle_mask"]) == ["", "", "16 1", "1 8", "1 16"]
    assert list(frame["salt_proportion"]) == [0, 0, 1 / 16, 0.5, 1]
    assert list(joined(store, np.array([3, 6]))["id"]) == ["b3"]


def test_joined_of_bare_tiles_is_empty(bare: TileStore) -> None:
    assert list(joined(bare).columns) == ["id", "rle_mask", "salt_proportion", "z", "split"]
    assert len(joined(bare)) == 0


def test_correlation_is_that_of_scipy() -> None:
    depth, salt = drawn()
    found = correlation(depth, salt)
    pearson, spearman = scipy.stats.pearsonr(depth, salt), scipy.stats.spearmanr(depth, salt)
    assert found.n == 400
    assert found.pearson == pytest.approx(pearson.statistic)
    assert found.pearson_p == pytest.approx(pearson.pvalue, rel=1e-6)
    assert found.pearson_interval == pytest.approx(tuple(pearson.confidence_interval()))
    assert found.spearman == pytest.approx(spearman.statistic)
    assert found.spearman_p == pytest.approx(spearman.pvalue, rel=1e-6)


def test_the_interval_of_spearman_is_about_that_of_a_bootstrap() -> None:
    depth, salt = drawn()
    generator = np.random.default_rng(1)
    picks = generator.integers(0, 400, (500, 400))
    resampled = [scipy.stats.spearmanr(depth[pick], salt[pick])[0] for pick in picks]
    assert correlation(depth, salt).spearman_interval == pytest.approx(np.quantile(resampled, (0.025, 0.975)), abs=0.03)


def test_correlation_leaves_out_what_is_not_known() -> None:
    depth, salt = drawn()
    with_gaps = correlation(np.append(depth, [np.nan, 300]), np.append(salt, [0.5, np.nan]))
    assert with_gaps == correlation(depth, salt)


@pytest.mark.parametrize(
    ("depth", "salt"),
    [([], []), ([1, 2], [0, 1]), ([1, 1, 1, 1], [0, 0.5, 1, 0]), ([1, 2, 3, 4], [0, 0, 0, 0])],
)
def test_correlation_is_not_defined(depth: list[float], salt: list[float]) -> None:
    assert correlation(np.array(depth, float), np.array(salt, float)) == Correlation(len(depth))


def test_a_perfect_correlation_has_no_interval() -> None:
    found = correlation(np.arange(5.0), np.arange(5.0) / 4)
    assert found.spearman == pytest.approx(1)
    assert (found.spearman_p, found.spearman_interval) == (0, None)


def test_trend_is_that_of_pandas() -> None:
    depth, salt = drawn()
    trend = depth_trend(depth, salt)
    expected = pd.Series(salt).groupby(np.floor(depth / 100)).agg(["size", "mean", "median"])
    assert list(trend["low"]) == list(expected.index * 100)
    assert list(trend["high"]) == list(expected.index * 100 + 100)
    assert list(trend["tiles"]) == list(expected["size"])
    np.testing.assert_allclose(trend["mean"], expected["mean"])
    np.testing.assert_allclose(trend["median"], expected["median"])


def test_intervals_of_the_trend_are_those_of_scipy() -> None:
    depth, salt = drawn(4000)
    trend = depth_trend(depth, salt, np.array([0.0, 1000.0])).iloc[0]
    for name, statistic, near in (("mean", np.mean, 0.002), ("median", np.median, 0.01)):
        expected = scipy.stats.bootstrap((salt,), statistic, n_resamples=500, method="percentile", rng=1)
        interval = expected.confidence_interval
        assert (trend[f"{name}_low"], trend[f"{name}_high"]) == pytest.approx((interval.low, interval.high), abs=near)


def test_the_trend_depends_on_its_seed_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    depth, salt = drawn()
    first = depth_trend(depth, salt, seed=3)
    pd.testing.assert_frame_equal(first, depth_trend(depth, salt, seed=3))
    assert not first.equals(depth_trend(depth, salt, seed=4))
    monkeypatch.setattr(statistics, "PICKS_AT_ONCE", 1000)
    pd.testing.assert_frame_equal(first, depth_trend(depth, salt, seed=3))


def test_a_bin_of_few_tiles_has_no_interval_and_an_empty_one_no_row() -> None:
    trend = depth_trend(np.array([5.0, 6.0, 25.0]), np.array([0.0, 0.5, 1.0]), np.array([0.0, 10.0, 20.0, 30.0]))
    assert list(trend["tiles"]) == [2, 1]
    assert list(trend["mean"]) == [0.25, 1]
    assert trend["mean_low"].isna().all()
    assert len(depth_trend(np.array([]), np.array([]))) == 0


def test_plain_words() -> None:
    trend = pd.DataFrame(
        {
            "low": [0.0, 100.0, 200.0],
            "high": [100.0, 200.0, 300.0],
            "mean": [0.09, 0.31, 0.9],
            "mean_low": [0, 0.2, np.nan],
        }
    )
    assert in_words(Correlation(3088, pearson=0.107, pearson_p=1e-9, spearman_p=0.04), trend) == [
        "Depth explains about 1 % of the variance of the salt proportion (Pearson p < 0.001, Spearman p = 0.040).",
        "Salt is most common at 100 to 200 ft (31 %) and least at 0 to 100 ft (9.0 %), on average.",
    ]
    assert in_words(Correlation(3088, pearson=-0.02), trend)[0].startswith("Depth explains less than 1 %")
    assert in_words(Correlation(2), trend) == [
        "A correlation needs three tiles that differ in depth and in salt; 2 tiles here have both."
    ]
    assert math.isnan(trend["mean_low"].iloc[-1])
