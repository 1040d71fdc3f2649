"""Does one split look like the other? Two-sample tests of single numbers of tiles.

Not covered: the dependence between touching tiles (p-values take tiles as independent, so they are
somewhat too small), and differences in what tiles look like beyond their numbers.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.explore import numbers
from core.explore.quantities import Quantity

FEWEST = 8  # tiles of a sample; below, the p-value is not worth its digits
UNLIKELY = 0.01  # p-value from which on a difference is called one
SMALL = 0.1  # distance of two curves that is called small


@dataclass(frozen=True)
class Difference:
    """One quantity in `train` and in `test` tiles, by Kolmogorov and Smirnov; pairs are (train, test).

    distance: largest gap 0…1 between their empirical distributions · at: the value where it is ·
    below: the share of either sample that is not above that value · p: chance of such a gap between
    samples of one distribution, None under 8 tiles. Means with their standard errors.
    """

    train: int
    test: int
    distance: float
    at: float
    below: tuple[float, float]
    p: float | None
    means: tuple[float, float]
    errors: tuple[float, float]


def difference(train: np.ndarray, test: np.ndarray) -> Difference | None:
    """Compare two samples (n,) and (m,) float; NaN are left out; None if one is then empty.

    p is Kolmogorov's limit with Stephens' (1970) correction for finite samples; ties make it too large, never too
    small.
    """
    a, b = (np.sort(values[np.isfinite(values)]) for values in (train, test))
    if not (len(a) and len(b)):
        return None
    values = np.unique(np.concatenate([a, b]))
    shares = [np.searchsorted(part, values, side="right") / len(part) for part in (a, b)]
    place = int(np.argmax(np.abs(shares[0] - shares[1])))
    distance = float(abs(shares[0][place] - shares[1][place]))
    return Difference(
        train=len(a),
        test=len(b),
        distance=distance,
        at=float(values[place]),
        below=(float(shares[0][place]), float(shares[1][place])),
        p=_p_value(distance, len(a), len(b)) if min(len(a), len(b)) >= FEWEST else None,
        means=(float(a.mean()), float(b.mean())),
        errors=(_standard_error(a), _standard_error(b)),
    )


def compare_splits(frame: pd.DataFrame, quantities: Iterable[Quantity]) -> dict[Quantity, Difference]:
    """Train against test in every quantity that tiles of both have."""
    train, test = (frame[frame["split"] == split] for split in ("train", "test"))
    found = {
        quantity: difference(train[quantity.column].to_numpy(float), test[quantity.column].to_numpy(float))
        for quantity in quantities
    }
    return {quantity: result for quantity, result in found.items() if result}


def in_words(quantity: Quantity, found: Difference) -> str:
    """What a difference of train and test means, in one sentence."""
    counts = f"{found.train:,} and {numbers.tiles(found.test)}"
    gap = f"largest gap of the curves {numbers.percent(found.distance)}, {numbers.p_value(found.p)}"
    if found.p is None:
        return f"{quantity.name}: {counts} are too few to compare; it takes {FEWEST} of either."
    if found.p >= UNLIKELY:
        return f"{quantity.name}: train and test are alike as far as {counts} can tell ({gap})."
    size = "differ a little" if found.distance < SMALL else "differ"
    train, test = map(numbers.percent, found.below)
    return (
        f"{quantity.name}: train and test {size}: {train} of the train tiles but {test} of the test tiles "
        f"lie at or below {quantity.in_words(found.at)} ({gap})."
    )


def table(found: dict[Quantity, Difference]) -> pd.DataFrame:
    """For people: Quantity, Train, Test (mean ± standard error and n), Largest gap, p, Verdict."""
    rows = [
        {
            "Quantity": quantity.name,
            "Train mean": numbers.with_error(*map(quantity.in_words, (one.means[0], one.errors[0]))),
            "Train tiles": numbers.count(one.train),
            "Test mean": numbers.with_error(*map(quantity.in_words, (one.means[1], one.errors[1]))),
            "Test tiles": numbers.count(one.test),
            "Largest gap": numbers.percent(one.distance),
            "p": numbers.p_alone(one.p),
            "Verdict": verdict(one),
        }
        for quantity, one in found.items()
    ]
    return pd.DataFrame(rows)


def verdict(found: Difference) -> str:
    """`alike`, `small difference`, `difference` or `too few tiles`."""
    if found.p is None:
        return "too few tiles"
    if found.p >= UNLIKELY:
        return "alike"
    return "small difference" if found.distance < SMALL else "difference"


def _p_value(distance: float, n: int, m: int) -> float:
    from scipy.special import kolmogorov

    root = math.sqrt(n * m / (n + m))
    return float(kolmogorov((root + 0.12 + 0.11 / root) * distance))


def _standard_error(values: np.ndarray) -> float:
    return float(np.std(values, ddof=1) / math.sqrt(len(values))) if len(values) > 1 else math.nan
