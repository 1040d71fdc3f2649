"""Where to look: the tiles that a finding is about, as they lie, and marks on what is meant.

Computed for the one finding that is shown. Places are in pixels of the whole scene, from its upper left corner.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.dataset.tiles import TileStore
from core.explore.quality.reasons import DEFAULT, Limits, Reason
from core.explore.quality.regions import Regions, regions, row_runs

GAP = 8  # pixels between tiles that are compared; tiles that touch have none
RINGS = 40  # of the same kind; more say nothing

Line = tuple[float, float, float, float]  # x, y of both ends
Box = tuple[int, int, int, int]  # left, top, right, bottom; the last two excluded


@dataclass(frozen=True)
class Placed:
    """A tile by its row in the store, and where its upper left corner lies."""

    row: int
    x: int = 0
    y: int = 0


@dataclass(frozen=True)
class Scene:
    """The first tile is the finding's. lines: edges that are meant. rings: boxes around things that are meant."""

    tiles: tuple[Placed, ...]
    lines: tuple[Line, ...] = ()
    rings: tuple[Box, ...] = ()


def scene(store: TileStore, finding: Mapping[str, Any], limits: Limits = DEFAULT) -> Scene:
    """What to show of a finding, a row of `table.findings` by name."""
    reason, row, other = Reason(finding["reason"]), int(finding["row"]), int(finding["other_row"])
    alone = (Placed(row),)
    mask, box = store.masks[row], _box(finding)
    match reason:
        case Reason.DUPLICATE | Reason.NEAR_DUPLICATE:
            return Scene((*alone, Placed(other, store.tile_shape[1] + GAP)))
        case Reason.SEAM | Reason.EMPTY_BELOW_SALT:
            return _touching(store, row, other, _side(box, store.tile_shape))
        case Reason.VERTICAL_STRIPES:
            return Scene(alone, lines=tuple((x, 0, x, len(mask)) for x in _changes(mask[0])))
        case Reason.HORIZONTAL_STRIPES:
            return Scene(alone, lines=tuple((0, y, mask.shape[1], y) for y in _changes(mask[:, 0])))
        case Reason.VERTICAL_EDGE:
            return Scene(alone, lines=((box[0] + 1, box[1], box[0] + 1, box[3]),))
        case Reason.HORIZONTAL_EDGE:
            return Scene(alone, lines=((box[0], box[1] + 1, box[2], box[1] + 1),))
        case Reason.HOLE:
            found = regions(mask[None] == 0)
            return Scene(alone, rings=_rings(found, found.inside(*store.tile_shape)))
        case Reason.FRAGMENT:
            found = regions(mask[None])
            small = (found.area < limits.fragment) & (np.arange(len(found.area)) != found.area.argmax())
            return Scene(alone, rings=_rings(found, small))
        case Reason.TINY | Reason.SMALL | Reason.ALMOST_FULL:
            return Scene(alone, rings=(box,))
        case _:
            return Scene(alone)


def _touching(store: TileStore, row: int, other: int, side: str) -> Scene:
    """Both tiles as they lie, and the stretches of their shared edge where only one of them has salt."""
    height, width = store.tile_shape
    down, right = {"right": (0, 1), "left": (0, -1), "bottom": (1, 0), "top": (-1, 0)}[side]
    corner, beside = (max(0, -right) * width, max(0, -down) * height), (max(0, right) * width, max(0, down) * height)
    here, there = _line(store.masks[row], side), _line(store.masks[other], OPPOSITE[side])
    differ = zip(*(ends.tolist() for ends in row_runs((here != there)[None, None])), strict=True)
    lines = [(width, start, width, stop) if right else (start, height, stop, height) for start, stop in differ]
    return Scene((Placed(row, *corner), Placed(other, *beside)), tuple(lines))


OPPOSITE = {"right": "left", "left": "right", "bottom": "top", "top": "bottom"}


def _line(mask: np.ndarray, side: str) -> np.ndarray:
    """The outermost pixels of a mask at one side: (L,) bool."""
    return {"right": mask[:, -1], "left": mask[:, 0], "bottom": mask[-1], "top": mask[0]}[side] > 0


def _side(box: Box, tile_shape: tuple[int, int]) -> str:
    """The side of the tile that a box of one line of pixels is."""
    left, top, right, bottom = box
    if bottom - top == 1 and right - left == tile_shape[1]:
        return "top" if top == 0 else "bottom"
    return "left" if left == 0 else "right"


def _changes(line: np.ndarray) -> list[int]:
    return (np.flatnonzero(np.diff(line.astype(np.int8))) + 1).tolist()


def _rings(found: Regions, chosen: np.ndarray) -> tuple[Box, ...]:
    largest_first = np.flatnonzero(chosen)[np.argsort(-found.area[chosen], kind="stable")][:RINGS]
    top, left, bottom, right = (side.tolist() for side in found.box(largest_first))
    return tuple(zip(left, top, right, bottom, strict=True))


def _box(finding: Mapping[str, Any]) -> Box:
    return int(finding["left"]), int(finding["top"]), int(finding["right"]), int(finding["bottom"])
