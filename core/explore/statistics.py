"""The figures of a data set, and how depth and salt proportion hang together.

Not covered: the dependence between neighbouring tiles. Intervals and p-values take tiles as
independent, so they are somewhat too sure.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from core.explore import numbers
from core.explore.distributions import bin_edges

if TYPE_CHECKING:
    from core.dataset.tiles import TileStore

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
NORMAL_95 = 1.959963984540054  # two-sided 95 % point of the standard normal distribution
RESAMPLES = 1000
FEWEST_FOR_INTERVAL = 10  # tiles in a bin; a bootstrap of fewer says little
PICKS_AT_ONCE = 2_000_000  # bounds the memory of a bootstrap to some 40 MB


@dataclass(frozen=True)
class Correlation:
    """Coefficients of two quantities over `n` tiles; None where they are not defined.

    Intervals are of 95 %: Fisher's z for Pearson, with Bonett & Wright's (2000) variance for
    Spearman. p-values are two-sided, from Student's t distribution.
    """

    n: int
    pearson: float | None = None
    pearson_interval: tuple[float, float] | None = None
    pearson_p: float | None = None
    spearman: float | None = None
    spearman_interval: tuple[float, float] | None = None
    spearman_p: float | None = None


def summary(store: TileStore) -> dict[str, Any]:
    """The figures of the data pages, ready for JSON; None for what the data set does not have."""
    index = store.index
    salt = index["salt_proportion"].dropna()
    relation = correlation(index["z"].to_numpy(), index["salt_proportion"].to_numpy())
    return {
        "tiles": len(index),
        "train": int((index["split"] == "train").sum()),
        "test": int((index["split"] == "test").sum()),
        "tile_shape": [int(side) for side in store.tile_shape],
        "empty_masks": int((salt == 0).sum()),
        "full_masks": int((salt == 1).sum()),
        "constant_tiles": int((index["std"] == 0).sum()),
        "salt_proportion": {
            "mean": _finite(float(salt.mean())),
            "quantiles": {str(q): _finite(float(salt.quantile(q))) for q in QUANTILES},
        },
        "depth": {
            "min": _finite(index["z"].min()),
            "max": _finite(index["z"].max()),
            "missing": int(index["z"].isna().sum()),
        },
        "correlation": {"pearson": relation.pearson, "spearman": relation.spearman, "n": relation.n},
    }


def joined(store: TileStore, rows: np.ndarray | None = None) -> pd.DataFrame:
    """The labelled tiles among `rows` (all by default): id, rle_mask ("" if empty), salt_proportion, z, split."""
    from core.dataset.rle import encode_many

    index = store.index if rows is None else store.index.iloc[rows]
    labelled = index[index["has_mask"].astype(bool)]
    frame = labelled[["id", "salt_proportion", "z", "split"]].reset_index(drop=True)
    frame.insert(1, "rle_mask", encode_many(store.masks[labelled.index.to_numpy()]))
    return frame


def correlation(depth: np.ndarray, salt: np.ndarray) -> Correlation:
    """Pearson and Spearman coefficients of two (N,) float arrays; tiles with a NaN in either are left out."""
    known = np.isfinite(depth) & np.isfinite(salt)
    x, y = depth[known], salt[known]
    n = len(x)
    if n < 3 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return Correlation(n)
    pearson = _pearson(x, y)
    spearman = _pearson(pd.Series(x).rank().to_numpy(), pd.Series(y).rank().to_numpy())
    return Correlation(
        n=n,
        pearson=pearson,
        pearson_interval=_interval(pearson, n, variance=1.0),
        pearson_p=_p_value(pearson, n),
        spearman=spearman,
        spearman_interval=_interval(spearman, n, variance=1 + spearman**2 / 2),
        spearman_p=_p_value(spearman, n),
    )


def depth_trend(depth: np.ndarray, salt: np.ndarray, edges: np.ndarray | None = None, seed: int = 0) -> pd.DataFrame:
    """Mean and median salt proportion in bins of depth, each with a 95 % percentile-bootstrap interval.

    depth, salt: (N,) float; tiles with a NaN in either are left out. edges: limits of the bins in
    feet, by default about ten that fall on round values. One row a bin that holds tiles: low, high,
    tiles, mean, mean_low, mean_high, median, median_low, median_high; the limits of an interval are
    NaN in a bin of fewer than ten tiles.
    """
    known = np.isfinite(depth) & np.isfinite(salt)
    depth, salt = depth[known], salt[known]
    edges = bin_edges(depth, target=10) if edges is None else edges
    number = np.clip(np.searchsorted(edges, depth, side="right") - 1, 0, len(edges) - 2)
    generator = np.random.default_rng(seed)
    rows = []
    for low, high, values in zip(
        edges[:-1], edges[1:], (salt[number == k] for k in range(len(edges) - 1)), strict=True
    ):
        if len(values):
            rows.append({"low": low, "high": high, "tiles": len(values)} | _centre(values, generator))
    return pd.DataFrame(rows, columns=TREND_COLUMNS)


TREND_COLUMNS = ["low", "high", "tiles", "mean", "mean_low", "mean_high", "median", "median_low", "median_high"]


def in_words(relation: Correlation, trend: pd.DataFrame) -> list[str]:
    """What a correlation and a trend of depth and salt proportion mean, in plain sentences."""
    if relation.pearson is None:
        have = numbers.tiles(relation.n)
        return [f"A correlation needs three tiles that differ in depth and in salt; {have} here have both."]
    explained = round(100 * relation.pearson**2)
    share = f"about {explained} %" if explained else "less than 1 %"
    chance = f"Pearson {numbers.p_value(relation.pearson_p)}, Spearman {numbers.p_value(relation.spearman_p)}"
    sentences = [f"Depth explains {share} of the variance of the salt proportion ({chance})."]
    solid = trend[trend["mean_low"].notna()]
    if len(solid) >= 2:
        most, least = (solid.iloc[int(end(solid["mean"]))] for end in (np.argmax, np.argmin))
        sentences.append(
            f"Salt is most common at {_bin_in_words(most)} and least at {_bin_in_words(least)}, on average."
        )
    return sentences


def _bin_in_words(row: pd.Series) -> str:
    return f"{row['low']:,.0f} to {numbers.depth(row['high'])} ({numbers.percent(row['mean'])})"


def _centre(values: np.ndarray, generator: np.random.Generator) -> dict[str, float]:
    """Mean and median of (n,) values with their intervals."""
    found: dict[str, float] = {}
    statistics: dict[str, Callable[..., np.ndarray]] = {"mean": np.mean, "median": np.median}
    intervals = _bootstrap(values, list(statistics.values()), generator)
    for (name, statistic), (low, high) in zip(statistics.items(), intervals, strict=True):
        found |= {name: float(statistic(values)), f"{name}_low": low, f"{name}_high": high}
    return found


def _bootstrap(
    values: np.ndarray, statistics: list[Callable[..., np.ndarray]], generator: np.random.Generator
) -> list[tuple[float, float]]:
    """95 % percentile intervals of statistics of (n,) values, all from the same resamples."""
    n = len(values)
    if n < FEWEST_FOR_INTERVAL:
        return [(math.nan, math.nan)] * len(statistics)
    block = max(1, min(RESAMPLES, PICKS_AT_ONCE // n))
    found: list[list[np.ndarray]] = [[] for _ in statistics]
    for start in range(0, RESAMPLES, block):
        resamples = values[generator.integers(0, n, (min(block, RESAMPLES - start), n))]
        for results, statistic in zip(found, statistics, strict=True):
            results.append(statistic(resamples, axis=1))
    limits = [np.quantile(np.concatenate(results), (0.025, 0.975)) for results in found]
    return [(float(low), float(high)) for low, high in limits]


def _pearson(x: np.ndarray, y: np.ndarray) -> float:
    return float(np.round(np.corrcoef(x, y)[0, 1], 12))  # rounding errors keep a perfect one from being 1


def _interval(r: float, n: int, variance: float) -> tuple[float, float] | None:
    if n < 4 or abs(r) == 1:
        return None
    half = NORMAL_95 * math.sqrt(variance / (n - 3))
    return math.tanh(math.atanh(r) - half), math.tanh(math.atanh(r) + half)


def _p_value(r: float, n: int) -> float:
    from scipy.special import stdtr

    if abs(r) == 1:
        return 0.0
    t = abs(r) * math.sqrt((n - 2) / (1 - r * r))
    return float(2 * stdtr(n - 2, -t))


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
