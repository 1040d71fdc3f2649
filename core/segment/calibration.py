"""Confidence that means something: the score a mask can be expected to get, learned from masks with a label.

A curve over each of the `features`, their heights added up and turned into a share: a logistic regression of the score,
which lies in 0…1 as a probability does (Papke and Wooldridge 1996, fractional logit), whose inputs may bend (Hastie and
Tibshirani 1986, generalized additive models). On real tiles a random forest, boosted trees and a small network of the
same features did no better, nor did how much the maps of a tile's views differ: their mean tells it. Torch-free.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

FEWEST = 50  # tiles that a calibration can be learned from
_KNOTS = 5  # places at which a curve may bend, with equally many tiles between
_FREEDOM = 0.02  # how far curves may rise for what they explain, an inverse penalty
_SAME = 1e-9  # knots nearer than this share of the largest one (or of 1) are one

Shares = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Curve:
    """What a feature adds to the logit: straight from knot to knot, level beyond the last ones."""

    at: list[float]
    heights: list[float]

    def of(self, values: np.ndarray) -> Shares:
        """Its height at each of N values: (N,)."""
        return np.interp(values, self.at, self.heights)


@dataclass(frozen=True)
class Calibration:
    """What was learned: a curve for each feature that varies, and the logit they are added to.

    tiles: how many it was learned from.
    """

    curves: dict[str, Curve]
    bias: float
    tiles: int

    @classmethod
    def fit(cls, known: pd.DataFrame, scores: np.ndarray) -> Calibration | None:
        """Learn from `features` of N tiles and their scores (N,) 0…1; None where there is too little to learn from."""
        from sklearn.linear_model import LogisticRegression

        if len(scores) < FEWEST or not 0 < scores.mean() < 1:
            return None
        values = _values(known)
        knots = {name: _knots(some) for name, some in values.items()}
        knots = {name: at for name, at in knots.items() if len(at) > 1}
        shares = np.hstack([_shares(values[name], at) for name, at in knots.items()])
        means, spreads = shares.mean(axis=0), shares.std(axis=0)
        inputs = (shares - means) / spreads
        outcome = np.repeat([1, 0], len(inputs))
        found = LogisticRegression(C=_FREEDOM, max_iter=1000).fit(
            np.concatenate([inputs, inputs]), outcome, np.concatenate([scores, 1 - scores])
        )
        heights = found.coef_[0] / spreads
        ends = np.cumsum([len(at) for at in knots.values()])[:-1]
        parts = zip(knots.items(), np.split(heights, ends), strict=True)
        curves = {name: Curve(at.tolist(), some.tolist()) for (name, at), some in parts}
        return cls(curves, float(found.intercept_[0] - heights @ means), len(scores))

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Calibration:
        """From `to_dict` of another."""
        return cls(**{**values, "curves": {name: Curve(**curve) for name, curve in values["curves"].items()}})

    def to_dict(self) -> dict[str, Any]:
        """As plain values, for JSON."""
        return asdict(self)

    def estimate(self, known: pd.DataFrame) -> Shares:
        """The expected score of each of N tiles from their `features`: (N,) 0…1."""
        from scipy.special import expit

        values = _values(known)
        heights = [curve.of(values[name]) for name, curve in self.curves.items()]
        return np.asarray(expit(self.bias + np.sum(heights, axis=0)), np.float64)

    @property
    def words(self) -> str:
        """How it was made."""
        return f"expected score, calibrated on {self.tiles:,} tiles outside of the training"


def held_out(known: pd.DataFrame, scores: np.ndarray, fold: np.ndarray) -> Shares:
    """The estimate of each tile by a calibration on all folds but its own: (N,) 0…1.

    Where the others are too few to learn from, the expected IoU.
    """
    found = known["expected_iou"].to_numpy(np.float64, copy=True)
    for name in np.unique(fold):
        others, mine = fold != name, fold == name
        calibration = Calibration.fit(known[others], scores[others])
        if calibration:
            found[mine] = calibration.estimate(known[mine])
    return found


def _values(known: pd.DataFrame) -> dict[str, np.ndarray]:
    """The features that have a curve. The expected IoU has two, as that of an empty mask is another formula."""
    expected, empty = known["expected_iou"], known["salt"] == 0
    told = known.assign(expected_iou=expected.mask(empty, 1.0), expected_empty=expected.where(empty, 1.0))
    return {str(name): told[name].to_numpy(np.float64) for name in told}


def _knots(values: np.ndarray) -> Shares:
    """The values at which the curve over N of them may bend, rising; one where they are all the same."""
    at = np.quantile(values, np.linspace(0, 1, _KNOTS), method="nearest")
    return at[np.concatenate([[True], np.diff(at) > _SAME * max(1.0, np.abs(at).max())])]


def _shares(values: np.ndarray, at: Shares) -> Shares:
    """How far each of N values belongs to each of K knots, linear between two of them, 1 in all: (N, K)."""
    return np.stack([np.interp(values, at, one) for one in np.eye(len(at))], axis=1)
