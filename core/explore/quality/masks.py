"""Rules on masks alone. Each takes (N, H, W) uint8 masks in {0, 1} and gives `hits.hits`, its rows being 0…N-1.

Rows and columns of pixels count from 0, as in the arrays. A tile has at most one finding of a reason: its worst.

Severities, by judgement: stripes .7, as the label follows the salt nowhere; a straight vertical edge .7 times its
share of the tile's side, a horizontal one half of that, since the top of salt can be flat; a hole .15, rising to .5 at
100 px, where it may be real but matters; a fragment .3, at the border .15, as it may be the tip of a body in the next
tile, and .05 more for each other one, up to .4; a tiny area .6, as it decides the whole score of its tile; a small one
.3; almost full .2, for half of them are the corner of what lies beside the salt.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from core.explore import numbers
from core.explore.quality.hits import count, hits, worst_per_tile
from core.explore.quality.reasons import Limits, Reason
from core.explore.quality.regions import regions, row_runs


def mask_findings(masks: np.ndarray, limits: Limits) -> list[pd.DataFrame]:
    """What all rules of this module find."""
    return [
        vertical_stripes(masks),
        horizontal_stripes(masks),
        vertical_edges(masks, limits.straight_edge),
        horizontal_edges(masks, limits.straight_edge),
        holes(masks),
        fragments(masks, limits.fragment),
        few_pixels(masks, limits.tiny, limits.small),
        almost_full(masks, limits.almost_full),
    ]


def vertical_stripes(masks: np.ndarray) -> pd.DataFrame:
    """Masks with the same pattern in every row; neither empty nor full ones. value: number of stripes."""
    rows, left, right, stripes, details = _stripes(masks, "vertical", "column")
    return hits(Reason.VERTICAL_STRIPES, rows, 0.7, stripes, details, (0, left, masks.shape[1], right))


def horizontal_stripes(masks: np.ndarray) -> pd.DataFrame:
    """Masks with the same pattern in every column; neither empty nor full ones. value: number of stripes."""
    rows, top, bottom, stripes, details = _stripes(masks.transpose(0, 2, 1), "horizontal", "row")
    return hits(Reason.HORIZONTAL_STRIPES, rows, 0.7, stripes, details, (top, 0, bottom, masks.shape[2]))


def vertical_edges(masks: np.ndarray, at_least: int) -> pd.DataFrame:
    """Masks whose salt begins or ends at one column over `at_least` rows in a row. value: length in pixels."""
    height = masks.shape[1]
    rows, column, top, length, edges = _longest_edges(masks[:, :, 1:] != masks[:, :, :-1], masks[:, :, 1:], at_least, 1)
    details = _edges_in_words("vertical", "column", column, length, edges)
    box = (top, column - 1, top + length, column + 1)
    return hits(Reason.VERTICAL_EDGE, rows, 0.7 * length / height, length, details, box)


def horizontal_edges(masks: np.ndarray, at_least: int) -> pd.DataFrame:
    """Masks whose salt begins or ends at one row over `at_least` columns in a row. value: length in pixels."""
    width = masks.shape[2]
    rows, row, left, length, edges = _longest_edges(masks[:, 1:] != masks[:, :-1], masks[:, 1:], at_least, 2)
    details = _edges_in_words("horizontal", "row", row, length, edges)
    box = (row - 1, left, row + 1, left + length)
    return hits(Reason.HORIZONTAL_EDGE, rows, 0.35 * length / width, length, details, box)


def holes(masks: np.ndarray) -> pd.DataFrame:
    """Masks with pixels that salt cuts off from every side of the tile. value: pixels of the largest hole."""
    _, height, width = masks.shape
    found = regions(masks == 0)
    inside = found.inside(height, width)
    worst, holes = worst_per_tile(found.tile[inside], found.area[inside])
    worst = np.flatnonzero(inside)[worst]
    area = found.area[worst]
    details = [
        f"{count(n, 'hole')} in the salt{', the largest' if n > 1 else ''} of {px} px"
        for n, px in zip(holes, area, strict=True)
    ]
    severity = 0.15 + 0.35 * np.minimum(1, area / 100)
    return hits(Reason.HOLE, found.tile[worst], severity, area, details, found.box(worst))


def fragments(masks: np.ndarray, under: int) -> pd.DataFrame:
    """Masks with regions of less than `under` pixels beside a larger one. value: number of fragments."""
    _, height, width = masks.shape
    found = regions(masks)
    largest, _ = worst_per_tile(found.tile, found.area)
    small = found.area < under
    small[largest] = False
    inside = found.inside(height, width)
    worst, fragments = worst_per_tile(found.tile[small], (found.area + under * inside)[small])
    worst = np.flatnonzero(small)[worst]
    details = [
        f"{count(n, 'fragment')} of salt apart from the rest{', one' if n > 1 else ''} of {px} px"
        f" {'inside of the tile' if within else 'at the border of the tile'}"
        for n, px, within in zip(fragments, found.area[worst], inside[worst], strict=True)
    ]
    severity = np.minimum(0.4, np.where(inside[worst], 0.3, 0.15) + 0.05 * (fragments - 1))
    return hits(Reason.FRAGMENT, found.tile[worst], severity, fragments, details, found.box(worst))


def few_pixels(masks: np.ndarray, tiny: int, small: int) -> pd.DataFrame:
    """Masks with 1 to `tiny` pixels of salt, and those with up to `small`. value: pixels of salt."""
    area = salt_pixels(masks)
    rows = np.flatnonzero((area > 0) & (area <= max(tiny, small)))
    px, box = area[rows], salt_boxes(masks[rows])
    details = [f"only {count(n, 'pixel')} of salt" for n in px]
    found = hits(Reason.SMALL, rows, np.where(px <= tiny, 0.6, 0.3), px, details, box)
    return found.assign(reason=found["reason"].where(px > tiny, str(Reason.TINY)))


def almost_full(masks: np.ndarray, share: float) -> pd.DataFrame:
    """Masks with more than `share` salt, but not all of it. value: pixels without salt."""
    pixels = masks.shape[1] * masks.shape[2]
    area = salt_pixels(masks)
    rows = np.flatnonzero((area > share * pixels) & (area < pixels))
    rest = pixels - area[rows]
    details = [f"all of the tile is salt but {count(n, 'pixel')} ({numbers.percent(n / pixels)})" for n in rest]
    return hits(Reason.ALMOST_FULL, rows, 0.2, rest, details, salt_boxes(masks[rows] == 0))


def salt_pixels(masks: np.ndarray) -> np.ndarray:
    """Pixels of salt in each of (N, H, W) masks: (N,) int64."""
    return np.count_nonzero(masks, axis=(1, 2))


def salt_boxes(masks: np.ndarray) -> tuple[np.ndarray, ...]:
    """top, left, bottom, right (N,) of the smallest box around all that is not zero in each of (N, H, W) masks."""
    profiles = [np.any(masks, axis=2), np.any(masks, axis=1)]
    starts = [np.argmax(profile, axis=1) for profile in profiles]
    stops = [profile.shape[1] - np.argmax(profile[:, ::-1], axis=1) for profile in profiles]
    return (*starts, *stops)


def _stripes(
    masks: np.ndarray, kind: str, line: str
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, list[str]]:
    """Masks whose rows are all the same: their numbers, first and last pixel of the pattern, stripes, words."""
    top = masks[:, 0]
    rows = np.flatnonzero(top.any(axis=1) & ~top.all(axis=1) & (top == masks[:, -1]).all(axis=1))
    rows = rows[np.all(masks[rows] == masks[rows, :1], axis=(1, 2))]
    starts, stops = row_runs(masks[rows, :1])
    tile, start = np.divmod(starts, masks.shape[2] + 1)
    stop = stops - tile * (masks.shape[2] + 1)
    first, stripes = np.unique(tile, return_index=True, return_counts=True)[1:]
    last = first + stripes - 1
    details = []
    for a, n in zip(first, stripes, strict=True):
        ranges = [f"{start[k]}–{stop[k] - 1}" for k in range(a, a + n)]
        details.append(f"the mask is {count(n, f'{kind} stripe')}: {line}s {', '.join(ranges)}")
    return rows, start[first], stop[last], stripes, details


def _longest_edges(
    changes: np.ndarray, after: np.ndarray, at_least: int, axis: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The longest straight edge of each mask that has one.

    changes: where a pixel differs from the one before it · after: that pixel · axis: along which edges run.
    Gives (t,) tile, line (the first behind the edge), place where it begins, length, and how many edges it has.
    """
    places = np.unravel_index(np.flatnonzero(changes), changes.shape)
    tile, along, line = places[0], places[axis], places[3 - axis]
    lines, length = changes.shape[3 - axis], changes.shape[axis]
    # Changes of one tile, line and sense get successive keys where they touch, and never else.
    key = ((tile * lines + line) * 2 + after[places]) * (length + 1) + along
    key.sort()
    first = np.flatnonzero(np.diff(key, prepend=-2) != 1)
    lengths = np.diff(first, append=len(key))
    long = lengths >= at_least
    edge, begin = np.divmod(key[first[long]], length + 1)
    tile, line = np.divmod(edge // 2, lines)
    worst, edges = worst_per_tile(tile, lengths[long])
    return tile[worst], line[worst] + 1, begin[worst], lengths[long][worst], edges


def _edges_in_words(kind: str, line: str, place: np.ndarray, length: np.ndarray, edges: np.ndarray) -> list[str]:
    return [
        f"straight {kind} edge of {px} px at {line} {at}" + (f", the longest of {n}" if n > 1 else "")
        for at, px, n in zip(place, length, edges, strict=True)
    ]
