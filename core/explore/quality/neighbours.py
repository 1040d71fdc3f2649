"""Labels of tiles that touch: do they go on across the shared edge?

A disagreement concerns two tiles and does not tell which of them is wrong, so both get a finding; of several
edges of a tile, the worst. A wrong pair of neighbours makes a wrong seam.

Severities, by judgement: a seam .8 times the share of the edge that disagrees; empty below salt .6: the competition's
labels do this by policy, yet salt does not end at a tile's border.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.errors import BadInput
from core.explore.quality.hits import hits, worst_per_tile
from core.explore.quality.reasons import Limits, Reason

SIDES = {"right": ("right", "left"), "below": ("bottom", "top")}  # of the first and of the second tile


@dataclass(frozen=True)
class Edges:
    """k shared edges of L pixels: rows of the tiles (k,), and the salt that each has along its edge (k, L) bool."""

    where: str
    first: np.ndarray
    second: np.ndarray
    near: np.ndarray
    far: np.ndarray

    def only(self, chosen: np.ndarray) -> Edges:
        """The chosen edges."""
        return Edges(self.where, self.first[chosen], self.second[chosen], self.near[chosen], self.far[chosen])


def neighbour_findings(
    masks: np.ndarray, pairs: pd.DataFrame, labelled: np.ndarray, limits: Limits
) -> list[pd.DataFrame]:
    """What both rules find.

    masks: (N, H, W) uint8 in {0, 1} · pairs: first, second (rows), where (right: the second lies right of the first;
    below: under it) · labelled: (N,) bool; pairs with a tile that is not are left out. Raises `BadInput`.
    """
    strange = sorted(set(pairs["where"]) - set(SIDES))
    if strange:
        raise BadInput(f"neighbours lie {strange[0]!r}; expected right or below")
    first, second = (pairs[name].to_numpy(np.int64) for name in ("first", "second"))
    pairs = pairs[labelled[first] & labelled[second]]
    right, below = (shared_edges(masks, pairs, where) for where in SIDES)
    cut = ends_in_empty(masks, below)
    return [seams(masks.shape[1:], [right, below.only(~cut)], limits.seam), empty_below_salt(masks, below.only(cut))]


def shared_edges(masks: np.ndarray, pairs: pd.DataFrame, where: str) -> Edges:
    """The edges of those `pairs` that lie `where`: right or below. Of a memory map, only these edges are read."""
    chosen = pairs[pairs["where"] == where]
    first, second = (chosen[name].to_numpy(np.int64) for name in ("first", "second"))
    if where == "right":
        return Edges(where, first, second, masks[first, :, -1] > 0, masks[second, :, 0] > 0)
    return Edges(where, first, second, masks[first, -1] > 0, masks[second, 0] > 0)


def ends_in_empty(masks: np.ndarray, below: Edges) -> np.ndarray:
    """Which edges have salt all along the tile above, and a tile without any salt below: (k,) bool."""
    empty_row = np.flatnonzero(below.near.all(axis=1) & ~below.far.any(axis=1))
    cut = np.zeros(len(below.first), bool)
    cut[empty_row] = [not masks[row].any() for row in below.second[empty_row]]
    return cut


def seams(tile_shape: tuple[int, ...], edges: list[Edges], at_least: int) -> pd.DataFrame:
    """Tiles whose mask differs from a neighbour's in `at_least` pixels along an edge. value: these pixels."""
    table = pd.concat([_both_ways(some) for some in edges], ignore_index=True)
    table = table[table["differ"] >= at_least]
    worst, _ = worst_per_tile(table["tile"].to_numpy(), table["differ"].to_numpy())
    table = table.iloc[worst]
    details = [
        f"the label differs in {seam.differ} of {seam.length} px from that of the neighbour at the {seam.side} edge: "
        f"{seam.here} px of salt here, {seam.there} there"
        for seam in table.itertuples()
    ]
    tile, other, differ, length = (table[name].to_numpy() for name in ("tile", "other", "differ", "length"))
    return hits(Reason.SEAM, tile, 0.8 * differ / length, differ, details, _lines(table["side"], tile_shape), other)


def empty_below_salt(masks: np.ndarray, cut: Edges) -> pd.DataFrame:
    """Tiles labelled empty under a row that is all salt. value: pixels of that row. cut: of `ends_in_empty`."""
    width = masks.shape[2]
    details = [f"labelled empty, below {width} px of salt along the whole bottom row of the tile above"] * len(
        cut.first
    )
    return hits(Reason.EMPTY_BELOW_SALT, cut.second, 0.6, width, details, (0, 0, 1, width), cut.first)


def _both_ways(edges: Edges) -> pd.DataFrame:
    """Each edge as its two tiles see it: tile, other, side, length, differ, here and there (pixels of salt)."""
    side, other_side = SIDES[edges.where]
    seen = pd.DataFrame(
        {
            "tile": edges.first,
            "other": edges.second,
            "here": edges.near.sum(axis=1),
            "there": edges.far.sum(axis=1),
            "differ": (edges.near != edges.far).sum(axis=1),
            "length": edges.near.shape[1],
        }
    )
    back = seen.rename(columns={"tile": "other", "other": "tile", "here": "there", "there": "here"})
    return pd.concat([seen.assign(side=side), back.assign(side=other_side)])


def _lines(sides: pd.Series, tile_shape: tuple[int, ...]) -> tuple[np.ndarray, ...]:
    """The line of pixels at each of (k,) sides, as a box: top, left, bottom, right (k,)."""
    height, width = tile_shape
    at = {side: (sides == side).to_numpy() for side in ("top", "left", "bottom", "right")}
    return (
        np.where(at["bottom"], height - 1, 0),
        np.where(at["right"], width - 1, 0),
        np.where(at["top"], 1, height),
        np.where(at["left"], 1, width),
    )
