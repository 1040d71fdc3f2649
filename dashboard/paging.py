"""Pages of a long list of tiles, found again by one tile rather than by a number.

A link then shows the same tiles when tiles were added, and a changed filter stays near where one was.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

SIZE = 48  # tiles of a page


@dataclass(frozen=True)
class TilePage:
    """`rows`: (k,) int64, the rows of this page. `first`: the place of the first one among `total`, from 0."""

    rows: np.ndarray
    first: int
    total: int

    @property
    def following(self) -> bool:
        """Whether there is a page after this one."""
        return self.first + len(self.rows) < self.total

    @property
    def previous(self) -> bool:
        """Whether there is a page before this one."""
        return self.first > 0

    @property
    def position(self) -> str:
        """`97–144 of 3,088`."""
        return f"{self.first + 1:,}–{self.first + len(self.rows):,} of {self.total:,}"


def page_at(rows: np.ndarray, row: int = 0, turned: int = 0, size: int = SIZE) -> TilePage:
    """The page of `rows` (n,) ascending that holds `row`, or the next one after it; then `turned` pages on."""
    last = max(0, (len(rows) - 1) // size)
    place = int(np.searchsorted(rows, row))
    number = min(max(place // size + turned, 0), last)
    return TilePage(rows[number * size : (number + 1) * size], number * size, len(rows))


def neighbours(rows: np.ndarray, row: int) -> tuple[int | None, int | None]:
    """The rows before and after `row` among `rows` (n,) ascending, which need not hold it; None at the ends."""
    before, after = int(np.searchsorted(rows, row)), int(np.searchsorted(rows, row, side="right"))
    return (int(rows[before - 1]) if before > 0 else None, int(rows[after]) if after < len(rows) else None)
