"""Do masks of tiles that touch go on across their shared edge? The same for labels and for predictions.

A disagreement concerns two tiles and does not tell which of them is wrong, so both get its share. What the
competition's labels do by policy is none: a tile without salt below a row that is all salt.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

AT_ONCE = 1024  # masks


@dataclass(frozen=True, eq=False)
class Borders:
    """The salt along the four sides of N tiles, (N, L) bool each, L the length of that side.

    salty: (N,) bool, whether there is any salt in the tile · known: (N,) bool, whether it has a mask at all.
    """

    left: npt.NDArray[np.bool_]
    right: npt.NDArray[np.bool_]
    top: npt.NDArray[np.bool_]
    bottom: npt.NDArray[np.bool_]
    salty: npt.NDArray[np.bool_]
    known: npt.NDArray[np.bool_]

    @classmethod
    def unknown(cls, count: int, tile_shape: tuple[int, int]) -> Borders:
        """Of `count` tiles without a mask."""
        height, width = tile_shape
        left, right, top, bottom = (np.zeros((count, length), bool) for length in (height, height, width, width))
        return cls(left, right, top, bottom, np.zeros(count, bool), np.zeros(count, bool))

    def read(self, rows: np.ndarray, masks_at: Callable[[np.ndarray], np.ndarray]) -> None:
        """Take over masks of tiles `rows` (k,); masks_at: positions 0…k − 1, some at a time, to (n, H, W) in {0, 1}."""
        for start in range(0, len(rows), AT_ONCE):
            some = rows[start : start + AT_ONCE]
            masks = masks_at(np.arange(start, start + len(some))) > 0
            self.left[some], self.right[some] = masks[:, :, 0], masks[:, :, -1]
            self.top[some], self.bottom[some] = masks[:, 0], masks[:, -1]
            self.salty[some], self.known[some] = masks.any(axis=(1, 2)), True


def worst_seams(borders: Borders, pairs: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Of each tile the largest share of an edge along which it differs from its neighbour there: (N,) float64 0…1.

    NaN for a tile without a neighbour to compare. pairs: first, second (rows), where (right: the second lies right of
    the first; below: under it).
    """
    first, second = (pairs[name].to_numpy(np.int64) for name in ("first", "second"))
    known = borders.known[first] & borders.known[second]
    worst = np.full(len(borders.known), np.nan)
    for upper, lower, differ in _shared(borders, first, second, known, (pairs["where"] == "right").to_numpy()):
        np.fmax.at(worst, upper, differ)
        np.fmax.at(worst, lower, differ)
    return worst


def _shared(
    borders: Borders, first: np.ndarray, second: np.ndarray, known: np.ndarray, is_right: np.ndarray
) -> Iterable[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Both kinds of edges: their two tiles, and the share of each along which these differ."""
    one, other = first[known & is_right], second[known & is_right]
    yield one, other, (borders.right[one] != borders.left[other]).mean(axis=1)
    one, other = first[known & ~is_right], second[known & ~is_right]
    by_policy = borders.bottom[one].all(axis=1) & ~borders.salty[other]
    one, other = one[~by_policy], other[~by_policy]
    yield one, other, (borders.bottom[one] != borders.top[other]).mean(axis=1)
