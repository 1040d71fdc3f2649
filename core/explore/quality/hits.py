"""What a rule gives: one row for each tile it holds for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.explore.quality.reasons import Reason

COLUMNS = ["row", "reason", "severity", "details", "value", "other", "top", "left", "bottom", "right"]
NO_TILE = -1  # in `other`


def hits(
    reason: Reason,
    rows: np.ndarray,
    severity: npt.ArrayLike,
    value: npt.ArrayLike,
    details: Sequence[str],
    box: tuple[npt.ArrayLike, ...],
    other: npt.ArrayLike = NO_TILE,
) -> pd.DataFrame:
    """k findings of one reason, with the columns `COLUMNS`.

    rows: (k,) int, number of the tile · severity: 0…1 · value: the rule's main number, NaN if it has none ·
    details: k sentences · box: top, left, bottom, right of the part of the tile to look at, bottom and right
    excluded · other: row of a second tile that it is about, -1: none.
    """
    values = (str(reason), severity, list(details), value, other, *box)
    frame = pd.DataFrame({"row": np.asarray(rows)} | dict(zip(COLUMNS[1:], values, strict=True)))
    whole_numbers = dict.fromkeys(("row", "other", "top", "left", "bottom", "right"), np.int64)
    return frame.astype(whole_numbers | {"reason": "str", "details": "str", "severity": float, "value": float})


def worst_per_tile(tile: np.ndarray, size: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of things in tiles (k,), the largest of each tile and how many it has: two (t,) int64, in order of tiles."""
    order = np.lexsort((-size, tile))
    first = np.flatnonzero(np.diff(tile[order], prepend=-1))
    return order[first], np.diff(first, append=len(order))


def count(number: int, noun: str) -> str:
    """`1 hole`, `2 holes`."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")
