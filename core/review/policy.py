"""Why a tile is flagged, and who comes first in the queue. Pure functions.

What the rules are asked about is a frame with a row a tile: id (str), constant (bool, all pixels of the image are
equal) and a column for each of `RULES`, float 0…1, NaN where it is not known: salt_proportion (of the predicted
mask), confidence (see the prediction), iou (of prediction and label), predicted_seam and label_seam (see `seams`),
severity (of the tile's worst quality finding). Columns of rules that are off may be missing.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.errors import BadInput
from core.explore import numbers
from core.review.choices import QueueOrder

CONFIDENT = 0.9  # from this confidence on a tile that was predicted empty is a confident empty
FLAG_COLUMNS = ["id", "salt_proportion", "confidence", "reason", "value", "limit", "words"]
PREFIX = "quality:"  # of the reason of a flag that is a quality finding; the rest is the finding's own rule


class Reason(StrEnum):
    """Why a tile needs eyes."""

    SALT_UNDER = "salt_under"
    SALT_OVER = "salt_over"
    LOW_CONFIDENCE = "low_confidence"
    LABEL_DISAGREES = "label_disagrees"
    PREDICTED_SEAM = "predicted_seam"
    LABEL_SEAM = "label_seam"
    QUALITY = "quality"


@dataclass(frozen=True)
class Rule:
    """Holds where `column` lies under, or else over, a limit; a limit itself is not beyond the limit.

    of_prediction: it judges a prediction, so it never holds for a constant tile, where there is nothing to see.
    """

    column: str
    under: bool
    of_prediction: bool
    limit: float  # that is proposed, 0…1


RULES = {
    Reason.SALT_UNDER: Rule("salt_proportion", True, True, 0.05),
    Reason.SALT_OVER: Rule("salt_proportion", False, True, 0.95),
    Reason.LOW_CONFIDENCE: Rule("confidence", True, True, 0.5),
    Reason.LABEL_DISAGREES: Rule("iou", True, True, 0.5),
    Reason.PREDICTED_SEAM: Rule("predicted_seam", False, True, 0.3),
    Reason.LABEL_SEAM: Rule("label_seam", False, False, 0.3),
    Reason.QUALITY: Rule("severity", False, False, 0.5),
}


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
            case Reason.LABEL_DISAGREES:
                return f"IoU of label and prediction {self.value:.3f} is under {self.limit:.3f}"
            case Reason.PREDICTED_SEAM:
                return f"the prediction differs from a neighbour's along {value} of their edge, over {limit}"
            case Reason.LABEL_SEAM:
                return f"the label differs from a neighbour's along {value} of their edge, over {limit}"
            case Reason.QUALITY:
                return f"a quality finding of severity {self.value:.2f}, over {self.limit:.2f}"


@dataclass(frozen=True)
class FlagRules:
    """The limits of the rules that are asked, each 0…1, by the names of their reasons; None: off. Raises `BadInput`."""

    salt_under: float | None = RULES[Reason.SALT_UNDER].limit
    salt_over: float | None = None
    low_confidence: float | None = None
    label_disagrees: float | None = None
    predicted_seam: float | None = None
    label_seam: float | None = None
    quality: float | None = None
    every: bool = False  # flag only where all of them hold; else where any does

    def __post_init__(self) -> None:
        for reason, limit in self.limits.items():
            if not 0 <= limit <= 1:
                raise BadInput(f"limit {reason} is {limit}, expected a number from 0 to 1")

    @property
    def limits(self) -> dict[Reason, float]:
        """The limits of the rules that are on."""
        given = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "every"}
        return {Reason(name): limit for name, limit in given.items() if limit is not None}


def holds(tiles: pd.DataFrame, reason: Reason, limit: float) -> npt.NDArray[np.bool_]:
    """Which of N tiles one rule holds for: (N,) bool. Raises `BadInput` if its column is not there."""
    rule = RULES[reason]
    if rule.column not in tiles:
        raise BadInput(f"nothing is known of these tiles that rule {reason} could be asked about; leave it out")
    values = tiles[rule.column].to_numpy(np.float64)
    beyond = values < limit if rule.under else values > limit
    return beyond & ~tiles["constant"].to_numpy(bool) if rule.of_prediction else beyond


def flagged(tiles: pd.DataFrame, rules: FlagRules) -> npt.NDArray[np.bool_]:
    """Which of N tiles the rules flag together: (N,) bool; none where no rule is on."""
    if not rules.limits:
        return np.zeros(len(tiles), bool)
    held = [holds(tiles, reason, limit) for reason, limit in rules.limits.items()]
    return np.logical_and.reduce(held) if rules.every else np.logical_or.reduce(held)


def tile_flags(tiles: pd.DataFrame, rules: FlagRules, findings: pd.DataFrame | None = None) -> pd.DataFrame:
    """The flags that `rules` give: a row for each flagged tile and reason that holds for it, with `FLAG_COLUMNS`.

    findings: id, reason, severity and details of what `severity` comes from; each over the limit is a flag of its own.
    """
    chosen = flagged(tiles, rules)
    found = [
        _flags(tiles, chosen & holds(tiles, reason, limit), reason, limit)
        for reason, limit in rules.limits.items()
        if reason is not Reason.QUALITY
    ]
    if rules.quality is not None and findings is not None:
        found.append(_finding_flags(tiles[chosen], findings, rules.quality))
    return pd.concat([some for some in found if len(some)] or [NO_FLAGS], ignore_index=True)


def is_confident_empty(salt_proportion: Any, confidence: Any) -> Any:
    """Predicted empty with at least `CONFIDENT`: last in the queue, can be accepted in bulk.

    Works on pandas columns, on arrays and on columns of a database alike.
    """
    return (salt_proportion == 0) & (confidence >= CONFIDENT)


def queue_order(items: pd.DataFrame, order: QueueOrder = QueueOrder.CONFIDENCE) -> npt.NDArray[np.int64]:
    """Positions (N,) of `items` (salt_proportion, confidence) in queue order; equals keep their order.

    The expected loss is 1 − confidence, whether that is a calibrated score or the expected IoU: of 618 and 3,088 real
    tiles, c² for a mask with salt, as the competition's steps make of an IoU, found less of what was lost (the worst
    fifth 65 instead of 68 % and 57 instead of 60 %; not calibrated 63 instead of 67 % and 56 instead of 59 %), as
    such networks are too modest where there is salt.
    """
    if order is QueueOrder.LOSS:
        return np.argsort(items["confidence"].to_numpy(np.float64), kind="stable")
    last = is_confident_empty(items["salt_proportion"], items["confidence"])
    return np.lexsort((items["confidence"], last))


NO_FLAGS = pd.DataFrame({name: pd.Series(dtype=object) for name in FLAG_COLUMNS})


def _flags(tiles: pd.DataFrame, chosen: np.ndarray, reason: Reason, limit: float) -> pd.DataFrame:
    some = tiles[chosen]
    values = some[RULES[reason].column].astype(float)
    return some[["id", "salt_proportion", "confidence"]].assign(
        reason=reason.value, value=values, limit=limit, words=None
    )


def _finding_flags(tiles: pd.DataFrame, findings: pd.DataFrame, limit: float) -> pd.DataFrame:
    over = findings.loc[findings["severity"] > limit, ["id", "reason", "severity", "details"]]
    beside = tiles[["id", "salt_proportion", "confidence"]].merge(over, on="id")
    told = beside.assign(reason=PREFIX + beside["reason"], limit=limit)
    return told.rename(columns={"severity": "value", "details": "words"})[FLAG_COLUMNS]
