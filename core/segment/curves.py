"""The curves of a training, from the lines of its metrics.jsonl. Torch-free."""

from __future__ import annotations

import logging
import math
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.tail import JsonLinesTail

logger = logging.getLogger(__name__)

Row = dict[str, Any]
NEEDED = {"step": ("step", "epoch"), "epoch": ("epoch",)}  # kind of a line: the numbers without which it has no place


@dataclass(frozen=True, eq=False)
class Curves:
    """Lines of steps and of epochs, in the order they were written; either may be missing."""

    steps: list[Row]
    epochs: list[Row]
    _columns: dict[str, npt.NDArray[np.float64]] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: list[Row], name: str) -> Curves:
        """The lines that can be drawn; how many of `name` (a file, or a run) can't is told in the log, once."""
        known = {kind: [row for row in rows if _is(row, kind)] for kind in NEEDED}
        if passed_over := len(rows) - sum(map(len, known.values())):
            _tell(name, passed_over)
        return cls(known["step"], known["epoch"])

    def of_steps(self, key: str) -> npt.NDArray[np.float64]:
        """What the lines of steps hold under `key`, (n,); NaN where there is no number."""
        known = self._columns.get(key, np.empty(0))
        if len(known) < len(self.steps):
            known = np.concatenate([known, values(self.steps[len(known) :], key)])
            self._columns[key] = known
        return known

    @classmethod
    def mean(cls, several: Sequence[Curves]) -> Curves:
        """The means of the lines of epochs, as far as all of the trainings have come; the steps of the first one."""
        lines = zip(*(one.epochs for one in several), strict=False)
        epochs = [{key: float(np.mean(values(list(rows), key))) for key in _numbers(rows[0])} for rows in lines]
        return cls(several[0].steps if several else [], [row | {"kind": "epoch"} for row in epochs])

    def followed_by(self, later: Curves) -> Curves:
        """These lines and later ones; what is known of these is not looked up again."""
        return Curves(self.steps + later.steps, self.epochs + later.epochs, dict(self._columns))

    def __bool__(self) -> bool:
        return bool(self.steps or self.epochs)

    @property
    def changes(self) -> list[tuple[float, str]]:
        """(epoch before, in words) for each change of the loss, or of the part of a tile, that both lines tell of."""
        found = []
        for before, now in pairwise(self.epochs):
            words = []
            if "stage" in before and before["stage"] != now.get("stage"):
                words.append(f"loss: {now.get('stage')}")
            if "crop" in before and before["crop"] != now.get("crop"):
                words.append(f"crops of {now['crop']}" if now.get("crop") else "whole tiles")
            if words:
                found.append((now["epoch"] - 1.0, ", ".join(words)))
        return found

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


class CurvesTail:
    """The curves in a metrics.jsonl that grows: each reading costs what was added since the last, whatever its length.

    Safe to share between threads.
    """

    def __init__(self, path: Path) -> None:
        self._tail, self._name = JsonLinesTail(path), str(path)
        self._lock = threading.Lock()
        self._rows: list[Row] = []
        self._curves = Curves([], [])

    def read(self) -> Curves:
        """The curves so far."""
        with self._lock:
            before, self._rows = self._rows, self._tail.read()
            if before and (len(before) > len(self._rows) or before[-1] is not self._rows[len(before) - 1]):
                before, self._curves = [], Curves([], [])  # the file was cut back or replaced
            self._curves = self._curves.followed_by(Curves.of(self._rows[len(before) :], self._name))
            return self._curves


def values(rows: list[Row], key: str) -> list[float]:
    """What the lines hold under `key`; NaN where there is no number."""
    return [float(row[key]) if _is_number(row.get(key)) else math.nan for row in rows]


def _numbers(row: Row) -> list[str]:
    return [key for key, value in row.items() if _is_number(value)]


def _is(row: Row, kind: str) -> bool:
    return row.get("kind") == kind and all(_is_number(row.get(name)) for name in NEEDED[kind])


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


@lru_cache(maxsize=256)
def _tell(name: str, count: int) -> None:
    logger.warning("%s: %d lines are neither a step nor an epoch of a training; passed over", name, count)
