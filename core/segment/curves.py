"""The curves of a training, from the lines of its metrics.jsonl. Torch-free."""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

logger = logging.getLogger(__name__)

Row = dict[str, Any]
NEEDED = {"step": ("step", "epoch"), "epoch": ("epoch",)}  # kind of a line: the numbers without which it has no place


@dataclass(frozen=True, eq=False)
class Curves:
    """Lines of steps and of epochs, in the order they were written; either may be missing."""

    steps: list[Row]
    epochs: list[Row]

    @classmethod
    def of(cls, rows: list[Row], name: str) -> Curves:
        """The lines that can be drawn; how many of `name` (a file, or a run) can't is told in the log, once."""
        known = {kind: [row for row in rows if _is(row, kind)] for kind in NEEDED}
        if passed_over := len(rows) - sum(map(len, known.values())):
            _tell(name, passed_over)
        return cls(known["step"], known["epoch"])

    def __bool__(self) -> bool:
        return bool(self.steps or self.epochs)

    @property
    def steps_per_epoch(self) -> float:
        """As far as the lines tell: of the whole epochs; all steps so far before one is whole; at least 1."""
        whole = self.epochs[-1]["epoch"] if self.epochs else 0
        inside = [row["step"] for row in self.steps if row["epoch"] <= whole]
        if inside and whole > 0:
            return max(max(inside) / whole, 1.0)
        return max((float(row["step"]) for row in self.steps), default=1.0)

    def seconds_at(self, epochs: Sequence[float]) -> list[float]:
        """How long the training had worked at each of `epochs` (k,), which may be fractions of one.

        Pauses between stop and resume do not count; NaN as long as no epoch is whole.
        """
        took = [one for one in values(self.epochs, "seconds") if math.isfinite(one)]
        if not took or not len(epochs):
            return [math.nan] * len(epochs)
        more = max(0, math.ceil(max(epochs)) - len(took))
        ends = np.cumsum([0.0, *took, *[took[-1]] * more])
        return [float(one) for one in np.interp(epochs, np.arange(len(ends)), ends)]


def values(rows: list[Row], key: str) -> list[float]:
    """What the lines hold under `key`; NaN where there is no number."""
    return [float(row[key]) if _is_number(row.get(key)) else math.nan for row in rows]


def _is(row: Row, kind: str) -> bool:
    return row.get("kind") == kind and all(_is_number(row.get(name)) for name in NEEDED[kind])


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


@lru_cache(maxsize=256)
def _tell(name: str, count: int) -> None:
    logger.warning("%s: %d lines are neither a step nor an epoch of a training; passed over", name, count)
