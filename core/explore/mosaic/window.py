"""A part of a section as pictures for a screen: as sharp as it can show, never more pixels than it can take."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from core.explore.thumbnails import shrunk

MOST_PIXELS = 3_000_000  # of one picture: 290 tiles of 101×101 as they are; more are averaged down


class Window(NamedTuple):
    """Rows and columns of tiles in a section: the first, and the one behind the last."""

    top: int
    left: int
    bottom: int
    right: int

    @classmethod
    def whole(cls, grid: np.ndarray) -> Window:
        """All of a section's grid (rows, columns)."""
        return cls(0, 0, *grid.shape)

    def within(self, grid: np.ndarray) -> Window:
        """What of this lies in the grid; at least one tile, so that there is always something to show."""
        rows, columns = grid.shape
        top, left = min(max(self.top, 0), rows - 1), min(max(self.left, 0), columns - 1)
        return Window(top, left, max(top + 1, min(self.bottom, rows)), max(left + 1, min(self.right, columns)))

    def of(self, grid: np.ndarray) -> npt.NDArray[np.int64]:
        """The grid's part: (rows, columns)."""
        return np.asarray(grid[self.top : self.bottom, self.left : self.right], np.int64)


def longest_side(grid: np.ndarray, tile_shape: tuple[int, int], most: int = MOST_PIXELS) -> int:
    """The side in pixels that tiles may have so that a grid (rows, columns) of them stays about under `most`."""
    side = max(tile_shape)
    step = max(1, int(np.ceil((grid.size * tile_shape[0] * tile_shape[1] / most) ** 0.5)))
    return -(-side // step)


def picture(
    grid: np.ndarray, tile_shape: tuple[int, int], side: int, read: Callable[[np.ndarray], np.ndarray]
) -> npt.NDArray[np.uint8]:
    """One picture (rows·h, columns·w) uint8 of a grid (rows, columns) of tiles; 0 where there is none.

    side: the longest that a tile may have; larger ones are averaged down to (h, w) · read: gives tiles (k, H, W)
    uint8 by their row numbers (k,); it is asked for one row of the grid at a time, so that memory does not grow
    with the section.
    """
    height, width = shrunk(np.zeros((1, *tile_shape), np.uint8), side).shape[1:]
    whole = np.zeros((len(grid), height, grid.shape[1], width), np.uint8)
    for band, row in zip(whole, grid, strict=True):
        if (row >= 0).any():
            band[:, row >= 0] = shrunk(read(row[row >= 0]), side).swapaxes(0, 1)
    return whole.reshape(len(grid) * height, -1)
