"""Confidence that means something: the score a mask can be expected to get, learned from masks with a label.

A logistic regression of the score, which lies in 0…1 as a probability does, on the features of map and mask (Papke
and Wooldridge 1996, fractional logit). Boosted trees and isotonic regression of the expected IoU did no better on
real tiles; nor did how much the maps of a tile's views differ, as one more feature: their mean tells it. Torch-free.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.errors import BadInput

FEWEST = 50  # tiles that a calibration can be learned from
_NEAR = 0.002  # how near to 0 and 1 a share counts as different from them, before its logit is taken
_SAME = 1e-6  # a spread below it is none

Shares = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Calibration:
    """What was learned: a weight for each of the inputs, which are measured in `scales` from `means`.

    tiles: how many it was learned from.
    """

    names: list[str]
    means: list[float]
    scales: list[float]
    weights: list[float]
    bias: float
    tiles: int

    @classmethod
    def fit(cls, known: pd.DataFrame, scores: np.ndarray) -> Calibration | None:
        """Learn from `features` of N tiles and their scores (N,) 0…1; None where there is too little to learn from."""
        from sklearn.linear_model import LogisticRegression

        if len(scores) < FEWEST or not 0 < scores.mean() < 1:
            return None
        inputs = _inputs(known)
        means, scales = inputs.mean(), inputs.std(ddof=0).clip(lower=_SAME)
        x = ((inputs - means) / scales).to_numpy()
        outcome = np.repeat([1, 0], len(x))
        found = LogisticRegression(C=1.0, max_iter=1000).fit(
            np.concatenate([x, x]), outcome, np.concatenate([scores, 1 - scores])
        )
        numbers = (means.tolist(), scales.tolist(), found.coef_[0].tolist(), float(found.intercept_[0]))
        return cls(list(inputs.columns), *numbers, len(scores))

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Calibration:
        """From `to_dict` of another. Raises `BadInput` for what was made by another version."""
        found = cls(**values)
        if found.names != list(_inputs(pd.DataFrame(columns=_FEATURES, dtype=float)).columns):
            raise BadInput("the confidence of this run was calibrated by another version; tune the run again")
        return found

    def to_dict(self) -> dict[str, Any]:
        """As plain values, for JSON."""
        return asdict(self)

    def estimate(self, known: pd.DataFrame) -> Shares:
        """The expected score of each of N tiles from their `features`: (N,) 0…1."""
        from scipy.special import expit

        x = (_inputs(known).to_numpy() - self.means) / self.scales
        return np.asarray(expit(x @ np.array(self.weights) + self.bias), np.float64)

    @property
    def words(self) -> str:
        """How it was made."""
        return f"expected score, calibrated on {self.tiles:,} tiles outside of the training"


_FEATURES = ["expected_iou", "certainty", "salt", "likely", "doubt", "steady", "highest", "edge"]


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


def _inputs(known: pd.DataFrame) -> pd.DataFrame:
    """The features, the logits of shares, and what of them holds for empty masks only."""
    empty = (known["salt"] == 0).astype(float)
    logits = {f"logit_{name}": _logit(known[name]) for name in ("expected_iou", "certainty", "highest", "steady")}
    of_empty = {f"empty_{name}": logits[f"logit_{name}"] * empty for name in ("expected_iou", "highest")}
    size = np.log1p(known["salt"] * 1e4)
    return known[_FEATURES].assign(**logits, **of_empty, empty=empty, size=size)


def _logit(share: pd.Series) -> pd.Series:
    inside = share.clip(_NEAR, 1 - _NEAR)
    return pd.Series(np.log(inside / (1 - inside)), share.index)
