"""Labels against the predictions of a model that did not learn from them.

The score is the label quality that cleanlab computes for segmentation (method 'softmin', its defaults): with c the
probability that the model gives to the label of a pixel, the mean of c weighted with exp((1 − c) / .1). It is computed
here rather than by cleanlab, which loops over tiles and wants float probabilities of every class: from bytes, a tile
has only 256 different c, so that their histogram is enough. Source: cleanlab.segmentation.rank (Apache License 2.0)
and V. Lad, J. Mueller, Estimating label quality and errors in semantic segmentation data via any model, 2023.

Severity, by judgement: .3, rising to .9 where the model is sure of something else in a fifth of the tile or more.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.errors import BadInput
from core.explore.quality.hits import hits
from core.explore.quality.reasons import Limits, Reason

TEMPERATURE = 0.1
_SURE = 26  # bytes below it are probabilities of at most .1
_LEVELS = np.arange(256) / 255


@dataclass(frozen=True, eq=False)
class Predictions:
    """Out-of-fold predictions: of each tile by a model that did not learn from it. Raises `BadInput`.

    rows: (k,) int, rows of the data set · maps: (M, H, W) uint8, 0…255 for a probability of salt of 0…1, may be
    memory-mapped · places: (k,) int, the map of each row · source: what tells these predictions from others.
    """

    rows: np.ndarray
    maps: np.ndarray
    places: np.ndarray
    source: str = ""

    def __post_init__(self) -> None:
        if self.maps.dtype != np.uint8 or self.maps.ndim != 3:
            raise BadInput(f"probability maps are {self.maps.dtype} {self.maps.shape}; expected uint8 (maps, H, W)")
        if len(self.rows) != len(self.places):
            raise BadInput(f"{len(self.rows)} tiles with {len(self.places)} places of maps; expected one for each tile")


def prediction_disagrees(masks: np.ndarray, probabilities: np.ndarray, limits: Limits) -> pd.DataFrame:
    """Masks whose label quality is below the limit. value: the label quality, 0…1.

    masks, probabilities: (N, H, W) uint8, in {0, 1} and 0…255.
    """
    in_label, outside = confidences(masks, probabilities)
    quality = label_quality(in_label + outside)
    rows = np.flatnonzero(quality < limits.label_quality)
    missed, added = (levels[rows, :_SURE].sum(axis=1) for levels in (in_label, outside))
    share = (missed + added) / (masks.shape[1] * masks.shape[2])
    details = [_in_words(*numbers) for numbers in zip(missed, added, quality[rows], strict=True)]
    severity = 0.3 + 0.6 * np.minimum(1, share / 0.2)
    return hits(Reason.PREDICTION, rows, severity, quality[rows], details, (0, 0, *masks.shape[1:]))


def label_quality(levels: np.ndarray) -> np.ndarray:
    """The softmin score of each of N tiles, 0…1, from histograms (N, 256) of the label's probability."""
    weights = np.exp((1 - _LEVELS) / TEMPERATURE)
    return (levels @ (weights * _LEVELS)) / (levels @ weights)


def confidences(masks: np.ndarray, probabilities: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Histograms of the probability, 0…255, that is given to the label: two (N, 256) int64, of salt and of the rest."""
    count = len(masks)
    of_label = np.where(masks, probabilities, 255 - probabilities)
    bins = (np.arange(count)[:, None, None] * 2 + masks) * 256 + of_label
    histogram = np.bincount(bins.ravel(), minlength=count * 512).reshape(count, 2, 256)
    return histogram[:, 1], histogram[:, 0]


def _in_words(missed: int, added: int, quality: float) -> str:
    parts = [f"no salt in {missed:,} px of the label"] if missed else []
    parts += [f"salt in {added:,} px outside of {'it' if missed else 'the label'}"] if added else []
    doubt = f"sure of {' and of '.join(parts)}" if parts else "not sure of the label anywhere"
    return f"a model that did not learn this tile is {doubt}; label quality {quality:.3f}"
