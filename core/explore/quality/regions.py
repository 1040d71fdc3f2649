"""Connected regions of many masks at once, found from the runs of their rows.

A mask of 101×101 pixels has some hundred runs, so that a graph of runs is fifty times smaller than one of
pixels, and no step loops over masks. Regions are 4-connected: pixels that only touch at a corner are apart.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Regions:
    """R connected regions: each field is (R,) int64.

    tile: number of the mask · area: pixels · top, left, bottom, right: the box around it, bottom and right excluded
    """

    tile: np.ndarray
    area: np.ndarray
    top: np.ndarray
    left: np.ndarray
    bottom: np.ndarray
    right: np.ndarray

    def box(self, chosen: np.ndarray) -> tuple[np.ndarray, ...]:
        """top, left, bottom, right of the chosen regions."""
        return self.top[chosen], self.left[chosen], self.bottom[chosen], self.right[chosen]

    def inside(self, height: int, width: int) -> np.ndarray:
        """Which regions touch no side of their tile: (R,) bool."""
        return (self.top > 0) & (self.left > 0) & (self.bottom < height) & (self.right < width)


def regions(masks: np.ndarray) -> Regions:
    """The 4-connected regions of what is not zero in (N, H, W) masks; none reaches from one mask into another."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    _, height, width = masks.shape
    starts, stops = row_runs(masks)
    line, left = np.divmod(starts, width + 1)
    tile, row = np.divmod(line, height)
    above, below = _touching(starts, stops, row, height, width)
    ones = np.ones(len(above), bool)
    count, region = connected_components(coo_array((ones, (above, below)), shape=(len(starts),) * 2), directed=False)
    length = stops - starts
    return Regions(
        tile=_extreme(np.maximum, region, tile, count),
        area=np.bincount(region, length, count).astype(np.int64),
        top=_extreme(np.minimum, region, row, count),
        left=_extreme(np.minimum, region, left, count),
        bottom=_extreme(np.maximum, region, row, count) + 1,
        right=_extreme(np.maximum, region, left + length, count),
    )


def row_runs(masks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Starts and stops, two (R,) int64, of the runs of what is not zero along the rows of (N, H, W) masks.

    Positions count through all masks row by row, each row one longer than it is: no run goes on in the next.
    """
    count, height, width = masks.shape
    line = np.zeros(1 + count * height * (width + 1), bool)
    rows = line[1:].reshape(count, height, width + 1)
    np.not_equal(masks, 0, out=rows[:, :, :width])
    flips = np.flatnonzero(line[1:] != line[:-1])
    return flips[::2], flips[1::2]


def _touching(
    starts: np.ndarray, stops: np.ndarray, row: np.ndarray, height: int, width: int
) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of runs that share a column in neighbouring rows: two (P,) int64."""
    pitch = width + 1
    first = np.searchsorted(stops, starts + pitch, side="right")
    last = np.searchsorted(starts, stops + pitch, side="left")
    counts = np.where(row == height - 1, 0, last - first)
    above = np.repeat(np.arange(len(starts)), counts)
    place = np.arange(len(above)) - np.repeat(np.cumsum(counts) - counts, counts)
    return above, np.repeat(first, counts) + place


def _extreme(choose: np.ufunc, region: np.ndarray, values: np.ndarray, count: int) -> np.ndarray:
    """The smallest or largest of `values` in each region."""
    result = np.full(count, np.iinfo(np.int64).max if choose is np.minimum else -1)
    choose.at(result, region, values)
    return result
