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
    """The page of `rows` (n,), in any order, that holds `row`; then `turned` pages on.

    Where it is not there: the page with the next one after it if they are ascending, else the first page.
    """
    last = max(0, (len(rows) - 1) // size)
    number = min(max(place_of(rows, row)[0] // size + turned, 0), last)
    return TilePage(rows[number * size : (number + 1) * size], number * size, len(rows))


def neighbours(rows: np.ndarray, row: int) -> tuple[int | None, int | None]:
    """The rows before and after `row` among `rows` (n,), which need not hold it; None at the ends."""
    place, inside = place_of(rows, row)
    after = place + inside
    return (int(rows[place - 1]) if place > 0 else None, int(rows[after]) if after < len(rows) else None)


def place_of(rows: np.ndarray, row: int) -> tuple[int, bool]:
    """Where `row` stands among `rows` (n,), from 0, and whether it is there at all: else, where it would stand."""
    found = np.flatnonzero(rows == row)
    if len(found):
        return int(found[0]), True
    ascending = bool(np.all(rows[:-1] < rows[1:]))
    return int(np.searchsorted(rows, row)) if ascending else 0, False
