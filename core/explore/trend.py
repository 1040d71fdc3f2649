"""The middle of one number of tiles along another: means and medians of bins, and how sure they are.

Not covered: the dependence between neighbouring tiles; intervals take tiles as independent.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from core.explore.correlation import NORMAL_95
from core.explore.distributions import bin_edges
from core.explore.quantities import Quantity

RESAMPLES = 1000
FEWEST_FOR_INTERVAL = 10  # tiles in a bin; a bootstrap of fewer says little
MOST_FOR_BOOTSTRAP = 1000  # tiles in a bin; of more, the bootstrap's limit is as good and costs nothing
COLUMNS = ["low", "high", "tiles", "mean", "mean_low", "mean_high", "median", "median_low", "median_high"]

Interval = tuple[float, float]
UNKNOWN: Interval = (math.nan, math.nan)


def trend(x: np.ndarray, y: np.ndarray, edges: np.ndarray | None = None, seed: int = 0) -> pd.DataFrame:
    """Mean and median of y in bins of x, each with a 95 % percentile-bootstrap interval.

    x, y: (N,) float; tiles with a NaN in either are left out. edges: limits of the bins, by default about ten that
    fall on round values. One row a bin that holds tiles: low, high, tiles, mean, mean_low, mean_high, median,
    median_low, median_high. Intervals are NaN in a bin of fewer than ten tiles; in one of more than a thousand
    they are what the bootstrap tends to: mean ± 1.96 standard errors, and order statistics for the median.
    """
    known = np.isfinite(x) & np.isfinite(y)
    x, y = x[known], y[known]
    edges = bin_edges(x, target=10) if edges is None else edges
    number = np.clip(np.searchsorted(edges, x, side="right") - 1, 0, len(edges) - 2)
    generator = np.random.default_rng(seed)
    rows = []
    for k in np.unique(number):
        values = y[number == k]
        rows.append({"low": edges[k], "high": edges[k + 1], "tiles": len(values)} | _centre(values, generator))
    return pd.DataFrame(rows, columns=COLUMNS)


def in_words(found: pd.DataFrame, x: Quantity, y: Quantity) -> str:
    """Where y is highest and where it is lowest, in a sentence; nothing where less than two bins are sure."""
    solid = found[found["mean_low"].notna()]
    if len(solid) < 2:
        return ""
    most, least = (solid.iloc[int(end(solid["mean"]))] for end in (np.argmax, np.argmin))
    if most["mean_low"] <= least["mean_high"]:
        return f"{y.name} hardly changes with {x.in_sentence}: the intervals of its highest and its lowest bin overlap."
    highest, lowest = (
        f"{x.in_words(row['low'])} to {x.in_words(row['high'])} ({y.in_words(row['mean'])})" for row in (most, least)
    )
    return f"{y.name} is highest at a {x.in_sentence} of {highest} and lowest at {lowest}, on average."


def _centre(values: np.ndarray, generator: np.random.Generator) -> dict[str, float]:
    """Mean and median of (n,) values with their intervals."""
    if len(values) < FEWEST_FOR_INTERVAL:
        of_mean, of_median = UNKNOWN, UNKNOWN
    elif len(values) <= MOST_FOR_BOOTSTRAP:
        of_mean, of_median = _bootstrap(values, generator)
    else:
        of_mean, of_median = _limits(values)
    return {
        "mean": float(np.mean(values)),
        "mean_low": of_mean[0],
        "mean_high": of_mean[1],
        "median": float(np.median(values)),
        "median_low": of_median[0],
        "median_high": of_median[1],
    }


def _bootstrap(values: np.ndarray, generator: np.random.Generator) -> tuple[Interval, Interval]:
    """95 % percentile intervals of mean and median of (n,) values, from the same resamples."""
    resamples = values[generator.integers(0, len(values), (RESAMPLES, len(values)))]
    return _percentiles(np.mean(resamples, axis=1)), _percentiles(np.median(resamples, axis=1))


def _percentiles(statistics: np.ndarray) -> Interval:
    low, high = np.quantile(statistics, (0.025, 0.975))
    return float(low), float(high)


def _limits(values: np.ndarray) -> tuple[Interval, Interval]:
    """What `_bootstrap` tends to for many values: normal for the mean, ranks n/2 ± 1.96 √n / 2 for the median."""
    n, middle = len(values), float(np.mean(values))
    half = NORMAL_95 * float(np.std(values)) / math.sqrt(n)
    reach = NORMAL_95 * math.sqrt(n) / 2
    ranks = [math.floor(n / 2 - reach), math.ceil(n / 2 + reach) - 1]
    low, high = np.partition(values, ranks)[ranks]
    return (middle - half, middle + half), (float(low), float(high))
