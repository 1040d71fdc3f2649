"""How many tiles lie in each cell of a plane, for plots of more tiles than a browser draws one by one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.explore.distributions import bin_edges

COLUMNS, ROWS = 60, 40  # about


@dataclass(frozen=True, eq=False)
class Density:
    """x, y: limits of the cells, (k + 1,) and (m + 1,) float64 · tiles: (m, k) int64, the first row is the lowest y."""

    x: np.ndarray
    y: np.ndarray
    tiles: np.ndarray

    @property
    def total(self) -> int:
        """All tiles in all cells."""
        return int(self.tiles.sum())

    @property
    def centres(self) -> tuple[np.ndarray, np.ndarray]:
        """Middles of the cells: (k,) and (m,)."""
        return (self.x[:-1] + self.x[1:]) / 2, (self.y[:-1] + self.y[1:]) / 2


def density(x: np.ndarray, y: np.ndarray) -> Density:
    """Count (N,) float pairs in cells with round limits; pairs with a NaN are left out."""
    known = np.isfinite(x) & np.isfinite(y)
    x, y = x[known], y[known]
    edges = bin_edges(x, COLUMNS), bin_edges(y, ROWS)
    tiles, _, _ = np.histogram2d(x, y, edges)
    return Density(*edges, tiles.T.astype(np.int64))
