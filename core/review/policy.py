"""Why a tile is flagged, and who comes first in the queue. Pure functions.

A frame of predictions has a row a tile: id (str), salt_proportion (float 0…1, of the predicted mask),
confidence (float 0…1, see the prediction), constant (bool, all pixels of the image are equal).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd

from core.errors import BadInput
from core.explore import numbers

CONFIDENT = 0.9  # from this confidence on a tile that was predicted empty is a confident empty
FLAG_COLUMNS = ["id", "salt_proportion", "confidence", "reason", "value", "limit", "words"]


class Reason(StrEnum):
    """Why a tile needs eyes."""

    SALT_UNDER = "salt_under"
    SALT_OVER = "salt_over"
    LOW_CONFIDENCE = "low_confidence"


@dataclass(frozen=True)
class TileFlag:
    """One reason with its numbers: `value` lies beyond `limit`, both 0…1. said: its words if they are no `Reason`'s."""

    reason: str
    value: float
    limit: float
    said: str | None = None

    @property
    def words(self) -> str:
        """'predicted salt 1.2 % is under 5.0 %'."""
        if self.said is not None:
            return self.said
        value, limit = numbers.percent(self.value), numbers.percent(self.limit)
        match Reason(self.reason):
            case Reason.SALT_UNDER:
                return f"predicted salt {value} is under {limit}"
            case Reason.SALT_OVER:
                return f"predicted salt {value} is over {limit}"
            case Reason.LOW_CONFIDENCE:
                return f"confidence {self.value:.3f} is under {self.limit:.3f}"


@dataclass(frozen=True)
class FlagRules:
    """A tile is flagged when any of these applies; a limit itself is not beyond the limit. Raises `BadInput`."""

    threshold: float = 0.05  # limit of the predicted salt proportion, 0…1
    over: bool = False  # flag tiles over the threshold instead of under it
    min_confidence: float | None = None  # flag tiles less confident than this, 0…1; None: don't ask

    def __post_init__(self) -> None:
        _check_share("threshold", self.threshold)
        if self.min_confidence is not None:
            _check_share("min_confidence", self.min_confidence)


def tile_flags(predictions: pd.DataFrame, rules: FlagRules) -> pd.DataFrame:
    """The flags of a frame of predictions: a row for each tile and reason, with `FLAG_COLUMNS`.

    Constant tiles are never flagged: there is nothing in them to see.
    """
    seen = predictions[~predictions["constant"].to_numpy(bool)]
    salt = seen["salt_proportion"]
    if rules.over:
        found = [_flags(seen, salt > rules.threshold, Reason.SALT_OVER, salt, rules.threshold)]
    else:
        found = [_flags(seen, salt < rules.threshold, Reason.SALT_UNDER, salt, rules.threshold)]
    if rules.min_confidence is not None:
        confidence = seen["confidence"]
        low = confidence < rules.min_confidence
        found.append(_flags(seen, low, Reason.LOW_CONFIDENCE, confidence, rules.min_confidence))
    return pd.concat(found, ignore_index=True)


def flagged_counts(
    predictions: pd.DataFrame, thresholds: np.ndarray, over: bool = False, min_confidence: float | None = None
) -> np.ndarray:
    """How many tiles `tile_flags` flags with each of `thresholds`: (k,) float → (k,) int64.

    One sort for all of them, so that a slider has its answers before it moves.
    """
    salt = predictions["salt_proportion"].to_numpy()
    seen = ~predictions["constant"].to_numpy(bool)
    low = np.zeros(len(salt), bool)
    if min_confidence is not None:
        low = seen & (predictions["confidence"].to_numpy() < min_confidence)
    rest = np.sort(salt[seen & ~low])
    if over:
        return low.sum() + len(rest) - np.searchsorted(rest, thresholds, side="right")
    return low.sum() + np.searchsorted(rest, thresholds, side="left")


def is_confident_empty(salt_proportion: Any, confidence: Any) -> Any:
    """Predicted empty with at least `CONFIDENT`: last in the queue, can be accepted in bulk.

    Works on pandas columns, on arrays and on columns of a database alike.
    """
    return (salt_proportion == 0) & (confidence >= CONFIDENT)


def queue_order(items: pd.DataFrame) -> np.ndarray:
    """Positions (N,) of `items` (salt_proportion, confidence) in queue order.

    The least confident come first, confident empties last; equals keep their order.
    """
    last = is_confident_empty(items["salt_proportion"], items["confidence"])
    return np.lexsort((items["confidence"], last))


def _flags(tiles: pd.DataFrame, chosen: pd.Series, reason: Reason, value: pd.Series, limit: float) -> pd.DataFrame:
    flags = tiles.loc[chosen, ["id", "salt_proportion", "confidence"]]
    return flags.assign(reason=reason.value, value=value[chosen].astype(float), limit=float(limit), words=None)


def _check_share(name: str, value: float) -> None:
    if not 0 <= value <= 1:
        raise BadInput(f"{name} is {value}, expected a number from 0 to 1")
