"""Coefficients and trends against numpy, pandas and scipy."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
import scipy.stats

from core.explore import correlation as correlations_module
from core.explore import trend as trend_module
from core.explore.correlation import ALL, WITH_SALT, Correlation, correlation, correlations, in_words, table
from core.explore.density import density
from core.explore.quantities import DEPTH, MEAN, SALT
from core.explore.relation import MOST_POINTS, relation
from core.explore.trend import MOST_FOR_BOOTSTRAP, trend


def drawn(n: int = 400, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Depths, and salt proportions that rise with them; two in five are empty, so there are ties."""
    generator = np.random.default_rng(seed)
    depth = generator.integers(50, 960, n).astype(float)
    salt = np.where(generator.random(n) < 0.4, 0, generator.random(n) * depth / 960)
    return depth, salt


def frame(n: int = 400) -> pd.DataFrame:
    depth, salt = drawn(n)
    return pd.DataFrame({"z": depth, "salt_proportion": salt})


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


def test_tiles_with_salt_are_correlated_beside_all() -> None:
    tiles = frame()
    found = correlations(tiles, DEPTH, SALT)
    salty = tiles[tiles["salt_proportion"] > 0]
    assert found[ALL].pearson == pytest.approx(tiles["z"].corr(tiles["salt_proportion"]))
    assert found[WITH_SALT].pearson == pytest.approx(salty["z"].corr(salty["salt_proportion"]))
    assert found[WITH_SALT].spearman == pytest.approx(salty["z"].corr(salty["salt_proportion"], method="spearman"))
    shown = table(found)
    assert list(shown["Of"]) == ["All tiles", "Tiles with salt"]
    assert list(shown["Tiles"]) == ["400", str(len(salty))]
    assert shown["Pearson"][0] == f"{found[ALL].pearson:.3f}"
    assert shown["p"][0] == "< 0.001"


def test_trend_is_that_of_pandas() -> None:
    depth, salt = drawn()
    found = trend(depth, salt)
    expected = pd.Series(salt).groupby(np.floor(depth / 100)).agg(["size", "mean", "median"])
    assert list(found["low"]) == list(expected.index * 100)
    assert list(found["high"]) == list(expected.index * 100 + 100)
    assert list(found["tiles"]) == list(expected["size"])
    np.testing.assert_allclose(found["mean"], expected["mean"])
    np.testing.assert_allclose(found["median"], expected["median"])


@pytest.mark.parametrize("tiles", [600, 4000])
def test_intervals_of_the_trend_are_those_of_scipy(tiles: int) -> None:
    assert 600 < MOST_FOR_BOOTSTRAP < 4000
    depth, salt = drawn(tiles)
    found = trend(depth, salt, np.array([0.0, 1000.0])).iloc[0]
    for name, statistic, near in (("mean", np.mean, 0.003), ("median", np.median, 0.01)):
        expected = scipy.stats.bootstrap((salt,), statistic, n_resamples=500, method="percentile", rng=1)
        interval = expected.confidence_interval
        assert (found[f"{name}_low"], found[f"{name}_high"]) == pytest.approx((interval.low, interval.high), abs=near)


def test_the_trend_depends_on_its_seed_alone() -> None:
    depth, salt = drawn()
    first = trend(depth, salt, seed=3)
    pd.testing.assert_frame_equal(first, trend(depth, salt, seed=3))
    assert not first.equals(trend(depth, salt, seed=4))


def test_a_bin_of_few_tiles_has_no_interval_and_an_empty_one_no_row() -> None:
    found = trend(np.array([5.0, 6.0, 25.0]), np.array([0.0, 0.5, 1.0]), np.array([0.0, 10.0, 20.0, 30.0]))
    assert list(found["tiles"]) == [2, 1]
    assert list(found["mean"]) == [0.25, 1]
    assert found["mean_low"].isna().all()
    assert len(trend(np.array([]), np.array([]))) == 0


def test_cells_hold_every_tile_that_has_both() -> None:
    depth, salt = drawn()
    cells = density(np.append(depth, np.nan), np.append(salt, 0.5))
    assert cells.total == 400
    assert cells.tiles.shape == (len(cells.y) - 1, len(cells.x) - 1)
    expected, _, _ = np.histogram2d(salt, depth, (cells.y, cells.x))
    assert (cells.tiles == expected).all()
    assert cells.tiles[0].sum() >= (salt == 0).sum()


def test_only_many_tiles_are_counted_in_cells() -> None:
    few, many = relation(frame(), DEPTH, SALT), relation(frame(MOST_POINTS + 1), DEPTH, SALT)
    assert few.cells is None
    assert many.cells is not None
    assert many.cells.total == many.tiles == MOST_POINTS + 1


def test_plain_words() -> None:
    found = Correlation(3088, pearson=0.107, pearson_p=1e-9, spearman=0.1, spearman_p=0.04)
    assert in_words(found, DEPTH, SALT) == "Depth explains about 1 % of the variance of the salt proportion."
    by_chance = Correlation(30, pearson=-0.02, pearson_p=0.9, spearman=0.0, spearman_p=1.0)
    assert in_words(by_chance, MEAN, SALT) == (
        "Grey mean explains less than 1 % of the variance of the salt proportion; that much comes by chance as well."
    )
    assert in_words(Correlation(2), DEPTH, SALT) == (
        "A correlation needs three tiles that differ in depth and in salt proportion; 2 tiles here have both."
    )


def test_the_trend_in_plain_words() -> None:
    found = pd.DataFrame(
        {
            "low": [0.0, 100.0, 200.0],
            "high": [100.0, 200.0, 300.0],
            "mean": [0.09, 0.31, 0.9],
            "mean_low": [0, 0.2, math.nan],
            "mean_high": [0.15, 0.4, math.nan],
        }
    )
    assert trend_module.in_words(found, DEPTH, SALT) == (
        "Salt proportion is highest at a depth of 100 ft to 200 ft (31 %) and lowest at 0 ft to 100 ft (9.0 %), "
        "on average."
    )
    assert trend_module.in_words(found[:1], DEPTH, SALT) == ""
    unsure = found.assign(mean_high=0.3)
    assert trend_module.in_words(unsure, DEPTH, SALT).startswith("Salt proportion hardly changes with depth")
    assert correlations_module.UNLIKELY == 0.05
