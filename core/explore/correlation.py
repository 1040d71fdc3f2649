"""How two numbers of tiles hang together: coefficients, how sure they are, and what they mean.

Not covered: the dependence between neighbouring tiles. Intervals and p-values take tiles as
independent, so they are somewhat too sure.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.explore import numbers
from core.explore.quantities import Quantity

ALL, WITH_SALT = "All tiles", "Tiles with salt"
UNLIKELY = 0.05  # p-value from which on a correlation may well be none
NORMAL_95 = 1.959963984540054  # two-sided 95 % point of the standard normal distribution


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


def correlation(x: np.ndarray, y: np.ndarray) -> Correlation:
    """Pearson and Spearman coefficients of two (N,) float arrays; tiles with a NaN in either are left out."""
    known = np.isfinite(x) & np.isfinite(y)
    x, y = x[known], y[known]
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


def correlations(frame: pd.DataFrame, x: Quantity, y: Quantity) -> dict[str, Correlation]:
    """Over all tiles of `frame` that have both quantities, and over those of them with salt in their label."""
    parts = {ALL: frame, WITH_SALT: frame[frame["salt_proportion"] > 0]}
    return {
        name: correlation(part[x.column].to_numpy(float), part[y.column].to_numpy(float))
        for name, part in parts.items()
    }


def in_words(found: Correlation, x: Quantity, y: Quantity) -> str:
    """What a correlation means, in a sentence."""
    if found.pearson is None or found.spearman is None:
        return (
            f"A correlation needs three tiles that differ in {x.in_sentence} and in {y.in_sentence}; "
            f"{numbers.tiles(found.n)} here have both."
        )
    explained = round(100 * found.pearson**2)
    share = f"about {explained} %" if explained else "less than 1 %"
    certain = min(found.pearson_p or 0.0, found.spearman_p or 0.0) < UNLIKELY
    chance = "" if certain else "; that much comes by chance as well"
    return f"{x.name} explains {share} of the variance of the {y.in_sentence}{chance}."


def table(found: dict[str, Correlation]) -> pd.DataFrame:
    """For people, a row each: the tiles, how many, both coefficients with interval and p, the explained variance."""
    return pd.DataFrame(
        [
            {
                "Of": name,
                "Tiles": numbers.count(one.n),
                "Pearson": numbers.score(one.pearson),
                "95 % interval": numbers.interval(one.pearson_interval),
                "p": numbers.p_alone(one.pearson_p),
                "Spearman": numbers.score(one.spearman),
                "95 % interval ": numbers.interval(one.spearman_interval),  # two columns need two names
                "p ": numbers.p_alone(one.spearman_p),
                "Variance explained": numbers.percent(None if one.pearson is None else one.pearson**2),
            }
            for name, one in found.items()
        ]
    )


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
