"""Confidence that means something: the score a mask can be expected to get, learned from masks with a label.

A curve over each of the `features`, their heights added up and turned into a share: a logistic regression of the score,
which lies in 0…1 as a probability does (Papke and Wooldridge 1996, fractional logit), whose inputs may bend (Hastie and
Tibshirani 1986, generalized additive models). On real tiles bends bring .010 of AUROC where a whole cross-validation is
learned from and cost .002 where it is one training's tiles; forests are between. Torch-free.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.errors import BadInput

VERSION = 2  # of the features and the curves; what was learned by another can't be used
FEWEST = 50  # tiles that a calibration can be learned from
MOST = 100_000  # that it is learned from; of more, so many are drawn
_KNOTS = 5  # places at which a curve may bend, at most
_FREEDOM = 0.02  # how far curves may rise for what they explain, an inverse penalty
_SAME = 1e-9  # knots nearer than this share of the largest one (or of 1) are one

Shares = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Curve:
    """What a feature adds to the logit of the estimate: straight from knot to knot, level beyond the last ones.

    at: the knots, values of the feature, rising · heights: there; 0 is what it adds to the mean tile · spread: standard
    deviation of what it adds. Raises `BadInput` for anything else.
    """

    at: list[float]
    heights: list[float]
    spread: float

    def __post_init__(self) -> None:
        numbers = [*self.at, *self.heights, self.spread]
        rising = all(left < right for left, right in zip(self.at, self.at[1:], strict=False))
        if len(self.at) != len(self.heights) or len(self.at) < 2 or not rising or not all(map(math.isfinite, numbers)):
            raise BadInput(
                f"a curve at {self.at} of heights {self.heights}: expected a height for each of rising knots"
            )

    def of(self, values: np.ndarray) -> Shares:
        """Its height at each of N values; 0 where the feature says nothing (NaN): (N,)."""
        return np.nan_to_num(np.interp(values, self.at, self.heights))


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
        if len(scores) > MOST:
            drawn = np.random.default_rng(0).choice(len(scores), MOST, replace=False)
            known, scores = known.iloc[drawn], scores[drawn]
        values = _told(known)
        knots = {name: at for name, some in values.items() if len(at := _knots(some)) > 1}
        if len(scores) < FEWEST or not 0 < scores.mean() < 1 or not knots:
            return None
        shares = np.hstack([_shares(values[name], at) for name, at in knots.items()])
        means, spreads = np.nanmean(shares, axis=0), np.nanstd(shares, axis=0)
        weights, bias = _regression(np.nan_to_num((shares - means) / spreads), scores)
        curves, ends = {}, np.cumsum([len(at) for at in knots.values()])
        for (name, at), end in zip(knots.items(), ends.tolist(), strict=True):
            own = slice(end - len(at), end)
            heights = weights[own] / spreads[own]
            heights -= heights @ means[own]
            spread = float(np.nanstd(np.interp(values[name], at, heights)))
            curves[name] = Curve(at.tolist(), heights.tolist(), spread)
        return cls(curves, bias, len(scores))

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Calibration | None:
        """From `to_dict` of another; None for one of another version. Raises as conversions do, and `BadInput`."""
        if values.get("version") != VERSION:
            return None
        curves = {name: Curve(**curve) for name, curve in values["curves"].items()}
        return cls(curves, float(values["bias"]), int(values["tiles"]))

    def to_dict(self) -> dict[str, Any]:
        """As plain values, for JSON."""
        return asdict(self) | {"version": VERSION}

    def estimate(self, known: pd.DataFrame) -> Shares:
        """The expected score of each of N tiles from their `features`: (N,) 0…1."""
        from scipy.special import expit

        values = _told(known)
        logits = np.full(len(known), self.bias)
        for name, curve in self.curves.items():
            logits += curve.of(values[name])
        return np.asarray(expit(logits), np.float64)

    def widest(self, count: int) -> dict[str, Curve]:
        """The curves that differ most from tile to tile, the first one most."""
        order = sorted(self.curves, key=lambda name: self.curves[name].spread, reverse=True)
        return {name: self.curves[name] for name in order[:count]}

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


def _told(known: pd.DataFrame) -> dict[str, Shares]:
    """The features with a curve; NaN: not told. Masks with salt and empty ones have curves of their own for some."""
    empty = known["salt"] == 0
    told = known.assign(
        empty=empty, expected_iou=known["expected_iou"].mask(empty), expected_empty=known["expected_iou"].where(empty)
    )
    return {str(name): told[name].to_numpy(np.float64) for name in told}


def _knots(values: np.ndarray) -> Shares:
    """Where the curve over N values may bend: quantiles of those that are told, each one once, rising."""
    told = values[~np.isnan(values)]
    if not len(told):
        return told
    at = np.quantile(told, np.linspace(0, 1, _KNOTS), method="nearest")
    return at[np.concatenate([[True], np.diff(at) > _SAME * max(1.0, np.abs(at).max())])]


def _shares(values: np.ndarray, at: Shares) -> Shares:
    """How far each of N values belongs to each of K knots, linear between two of them, 1 in all: (N, K)."""
    return np.stack([np.interp(values, at, one) for one in np.eye(len(at))], axis=1)


def _regression(inputs: Shares, scores: np.ndarray) -> tuple[Shares, float]:
    """Weights (K,) of inputs (N, K), and the logit where all are 0, that make the scores (N,) 0…1 most likely."""
    from sklearn.linear_model import LogisticRegression

    outcome, weights = np.repeat([1, 0], len(inputs)), np.concatenate([scores, 1 - scores])
    found = LogisticRegression(C=_FREEDOM, max_iter=1000).fit(np.concatenate([inputs, inputs]), outcome, weights)
    return found.coef_[0], float(found.intercept_[0])
