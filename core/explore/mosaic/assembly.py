"""From pairs of touching tiles to sections: every tile gets a section, and a place in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.explore.mosaic.edges import SIDES

ALONE = -1  # the section of a tile without known neighbours
SURE = 2  # strength of a link that holds whatever else comes to touch by it
STEP = {"right": (0, 1), "below": (1, 0)}  # rows and columns from the first to the second tile

Place = tuple[int, int]


class Link(NamedTuple):
    """Two tiles that touch, by row number: the second lies right of the first, or below it."""

    first: int
    second: int
    where: str


@dataclass(frozen=True, eq=False)
class Mosaic:
    """Where N tiles lie in their sections.

    section: (N,) int32, 0 is the largest; `ALONE` where no neighbour is known · row, col: (N,) int32, the place in
    the section, from 0 · links: the pairs that hold the sections together, as `find_pairs` gives them · refused:
    those that contradict stronger ones or were broken.
    """

    section: np.ndarray
    row: np.ndarray
    col: np.ndarray
    links: pd.DataFrame
    refused: pd.DataFrame

    def __len__(self) -> int:
        return len(self.section)

    @cached_property
    def sizes(self) -> npt.NDArray[np.int64]:
        """Tiles in each section, the largest first."""
        return np.bincount(self.section[self.section != ALONE])

    @cached_property
    def groups(self) -> npt.NDArray[np.int64]:
        """A number per tile (N,): tiles of one section share it, every other tile has its own. For splits."""
        alone = self.section == ALONE
        return np.where(alone, len(self.sizes) + np.cumsum(alone) - 1, self.section)

    @cached_property
    def pairs(self) -> pd.DataFrame:
        """All pairs that touch: first, second, where, strength, found.

        found: "square" (confirmed by a closed 2×2 square), "edges", or "place" for tiles that only came to touch
        because others hold them there; those have no strength (NaN).
        """
        touching = pd.concat([self._touching(where) for where in SIDES], ignore_index=True)
        pairs = touching.merge(self.links, how="left", on=["first", "second", "where"])
        found = np.where(pairs["strength"].isna(), "place", np.where(pairs["square"].eq(True), "square", "edges"))
        return pairs.drop(columns="square").assign(found=found)

    def grid(self, section: int) -> npt.NDArray[np.int64]:
        """Row numbers of the tiles of a section, as they lie: (rows, columns), −1 where none is known."""
        members = np.flatnonzero(self.section == section)
        grid = np.full((self.row[members].max(initial=-1) + 1, self.col[members].max(initial=-1) + 1), -1)
        grid[self.row[members], self.col[members]] = members
        return grid

    def neighbourhood(self, tile: int) -> npt.NDArray[np.int64]:
        """Row numbers of a tile and what lies around it: (3, 3), −1 where none is known."""
        if self.section[tile] == ALONE:
            return np.array([[-1, -1, -1], [-1, tile, -1], [-1, -1, -1]])
        framed = np.pad(self.grid(self.section[tile]), 1, constant_values=-1)
        row, col = self.row[tile], self.col[tile]
        return framed[row : row + 3, col : col + 3]

    def _touching(self, where: str) -> pd.DataFrame:
        members = np.flatnonzero(self.section != ALONE)
        rows, columns = (int(axis.max(initial=0)) + 2 for axis in (self.row, self.col))
        place = (self.section[members].astype(np.int64) * rows + self.row[members]) * columns + self.col[members]
        order = np.argsort(place)
        down, right = STEP[where]
        wanted = place + down * columns + right
        found = order[np.searchsorted(place, wanted, sorter=order).clip(max=len(place) - 1)] if len(place) else order
        there = place[found] == wanted
        return pd.DataFrame({"first": members[there], "second": members[found[there]], "where": where})


def assemble(pairs: pd.DataFrame, count: int, broken: Iterable[Link] = ()) -> Mosaic:
    """The mosaic of `count` tiles: pairs in closed squares first, then the strongest, and no two tiles in one place.

    A weak link is refused where it would bring more tiles to touch that are no pair than such that are: so chance does
    not join two sections.

    pairs: as `find_pairs` gives them · broken: pairs that must not come to touch, neither by a link nor by place.
    """
    order = pairs.sort_values(["square", "strength"], ascending=False, kind="stable")
    links = list(map(Link, order["first"].tolist(), order["second"].tolist(), order["where"]))
    sure = order["square"] | (order["strength"] > SURE)
    builder = _Builder(count, broken, links)
    kept = np.array([builder.join(link, holds) for link, holds in zip(links, sure, strict=True)], bool)
    section, row, col = builder.places()
    return Mosaic(section, row, col, order[kept].reset_index(drop=True), order[~kept].reset_index(drop=True))


class _Builder:
    """Groups of tiles with places relative to each other, grown by joining two at a time."""

    def __init__(self, count: int, broken: Iterable[Link], found: Iterable[Link]) -> None:
        self.found = set(found)
        self.group = list(range(count))
        self.place: list[Place] = [(0, 0)] * count
        self.members: dict[int, dict[Place, int]] = {}  # of groups of two and more
        self.apart: defaultdict[int, list[tuple[int, Place]]] = defaultdict(list)  # tile → others, steps to them
        for first, second, where in broken:
            down, right = STEP[where]
            self.apart[first].append((second, (down, right)))
            self.apart[second].append((first, (-down, -right)))

    def join(self, link: Link, sure: bool) -> bool:
        """Put both tiles side by side with all that hangs on them; False, and nothing done, if that can't be.

        sure: whatever else comes to touch.
        """
        (row, col), (down, right) = self.place[link.first], STEP[link.where]
        kept, moved = self.group[link.first], self.group[link.second]
        shift = (row + down - self.place[link.second][0], col + right - self.place[link.second][1])
        if kept == moved:
            return shift == (0, 0)
        if len(self._of(kept)) < len(self._of(moved)):
            kept, moved, shift = moved, kept, (-shift[0], -shift[1])
        arriving = {(row + shift[0], col + shift[1]): tile for (row, col), tile in self._of(moved).items()}
        if arriving.keys() & self._of(kept).keys() or self._brings_together(arriving, kept):
            return False
        if not sure and not self._agrees(arriving, kept):
            return False
        self._move(arriving, kept, moved)
        return True

    def _of(self, group: int) -> dict[Place, int]:
        return self.members.get(group) or {self.place[group]: group}

    def _brings_together(self, arriving: dict[Place, int], group: int) -> bool:
        """Whether a broken pair would touch: one of it arrives, the other is in the group."""
        return any(
            self.group[other] == group and self.place[other] == (row + down, col + right)
            for (row, col), tile in arriving.items()
            if tile in self.apart
            for other, (down, right) in self.apart[tile]
        )

    def _agrees(self, arriving: dict[Place, int], group: int) -> bool:
        """Whether at least half of the tiles that would come to touch are pairs that were found."""
        there, seams = self._of(group), []
        for (row, col), tile in arriving.items():
            for where, (down, right) in STEP.items():
                after, before = there.get((row + down, col + right)), there.get((row - down, col - right))
                seams += [] if after is None else [Link(tile, after, where)]
                seams += [] if before is None else [Link(before, tile, where)]
        return 2 * sum(seam in self.found for seam in seams) >= len(seams)

    def _move(self, arriving: dict[Place, int], kept: int, moved: int) -> None:
        self.members[kept] = self._of(kept)
        self.members.pop(moved, None)
        self.members[kept].update(arriving)
        for place, tile in arriving.items():
            self.place[tile], self.group[tile] = place, kept

    def places(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Section, row and column of every tile: (N,) int32 each."""
        section, row, col = (np.full(len(self.group), value, np.int32) for value in (ALONE, 0, 0))
        largest_first = sorted(self.members.values(), key=lambda tiles: (-len(tiles), min(tiles.values())))
        for number, tiles in enumerate(largest_first):
            rows, columns = np.array(list(tiles), np.int32).T
            members = list(tiles.values())
            section[members], row[members], col[members] = number, rows - rows.min(), columns - columns.min()
        return section, row, col
