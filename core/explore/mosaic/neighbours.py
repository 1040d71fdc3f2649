"""Pairs of touching tiles, found from their edges.

The nearest edge in both directions is kept if it is clearly nearer than the second nearest: strength = 1 − d1/d2,
the smaller of both directions, d being the Euclidean distance of the edges' vectors. Four such pairs that close a
square of 2×2 tiles confirm each other, as chance closes one in about as many squares as there are tiles; they are
kept however weak (loop constraints: Son, Hays & Cooper, ECCV 2014).

Not covered: tiles without any change of brightness have no edge to compare and are left out.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd

from core.errors import BadInput
from core.explore.mosaic.edges import AT_ONCE, SIDES, SMALLEST, described
from core.progress import Progress, silent

CUT = 0.25  # least strength of a pair that nothing else confirms
LEAST = 0.02  # least strength of a pair in a closed square: equal edges are no neighbours
PRODUCTS_AT_ONCE = 1 << 24  # bounds the memory of the comparison to 64 MB

Advance = Callable[[int], None]  # told how many tiles are done


def find_pairs(tiles: np.ndarray, cut: float = CUT, progress: Progress = silent) -> pd.DataFrame:
    """Pairs of touching tiles among `tiles` (N, H, W) uint8; time grows with N², memory with N.

    Columns: first, second (rows of `tiles`), where ("right": the second lies right of the first, "below": under it),
    strength (0…1), square (bool, confirmed by a closed 2×2 square). Each edge is in one pair at most.
    Raises `BadInput` for tiles under 8×8.
    """
    if min(tiles.shape[1:]) < SMALLEST:
        raise BadInput(
            f"tiles of {tiles.shape[1]}×{tiles.shape[2]} pixels are too small to find neighbours by their edges; "
            f"expected at least {SMALLEST}×{SMALLEST}"
        )
    rows = changing(tiles)
    done, total = 0, 3 * len(SIDES) * len(rows)

    def advance(count: int) -> None:
        nonlocal done
        done += count
        progress(done, total, "Comparing the edges of tiles")

    found = [nearest(tiles, rows, where, advance) for where in SIDES]
    pairs = pd.concat(found, ignore_index=True)
    pairs["square"] = in_closed_square(pairs)
    return pairs[pairs["square"] | (pairs["strength"] > cut)].reset_index(drop=True)


def changing(tiles: np.ndarray) -> np.ndarray:
    """Rows of the tiles (N, H, W) that are not constant."""
    chunks = (tiles[first : first + AT_ONCE] for first in range(0, len(tiles), AT_ONCE))
    return np.flatnonzero(np.concatenate([[], *(np.ptp(chunk, axis=(1, 2)) for chunk in chunks)]))


def nearest(tiles: np.ndarray, rows: np.ndarray, where: str, advance: Advance) -> pd.DataFrame:
    """All pairs that are each other's nearest: first, second, where, strength above `LEAST`."""
    near, far = (all_described(tiles, rows, side, side == SIDES[where][0], advance) for side in SIDES[where])
    first, second, strength = mutual(near, far, advance)
    clear = strength > LEAST
    return pd.DataFrame(
        {"first": rows[first[clear]], "second": rows[second[clear]], "where": where, "strength": strength[clear]}
    )


def all_described(tiles: np.ndarray, rows: np.ndarray, side: str, first: bool, advance: Advance) -> np.ndarray:
    """The vectors (n, 3·L) float32 of one edge of the tiles in `rows`; of a memory map, a few are read at once."""
    length = tiles.shape[1] if side in ("right", "left") else tiles.shape[2]
    vectors = np.empty((len(rows), 3 * length), np.float32)
    parts = [slice(start, start + AT_ONCE) for start in range(0, len(rows), AT_ONCE)]

    def fill(part: slice) -> int:
        vectors[part] = described(tiles[rows[part]], side, first)
        return len(rows[part])

    with ThreadPoolExecutor(min(os.cpu_count() or 1, 16)) as pool:
        for count in pool.map(fill, parts):
            advance(count)
    return vectors


def mutual(
    near: np.ndarray, far: np.ndarray, advance: Advance, products_at_once: int = PRODUCTS_AT_ONCE
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Each other's nearest among n edges `near` (n, d) and n edges `far` (n, d) of the same tiles.

    Returns numbers of the near and of the far edges, and the pairs' strength; (k,) each. An edge is never paired
    with one of its own tile.
    """
    count = len(near)
    best, closest, rival = np.zeros(count, np.int64), np.zeros(count, np.float32), np.zeros(count, np.float32)
    others = np.zeros(count, np.float32)  # of each far edge: the closest near edge that is nearer to another far one
    step = max(1, products_at_once // max(count, 1))
    for start in range(0, count, step):
        products = near[start : start + step] @ far.T
        lines = np.arange(len(products))
        products[lines, start + lines] = -1
        chosen = products.argmax(axis=1)
        part = slice(start, start + step)
        best[part], closest[part] = chosen, products[lines, chosen]
        products[lines, chosen] = -1
        rival[part] = products.max(axis=1)
        np.maximum(others, products.max(axis=0), out=others)
        advance(len(products))
    return _accepted(best, closest, rival, others)


def _accepted(
    best: np.ndarray, closest: np.ndarray, rival: np.ndarray, others: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of the near edges that chose the same far edge, the closest, if that far edge has none closer."""
    order = np.lexsort((-closest, best))
    chosen = best[order]
    leads = np.ones(len(order), bool)
    leads[1:] = chosen[1:] != chosen[:-1]
    first = order[leads]
    against = others[best[first]]
    runner_up = np.flatnonzero(~leads & np.roll(leads, 1))
    np.maximum.at(against, np.searchsorted(chosen[leads], chosen[runner_up]), closest[order[runner_up]])
    strength = clearness(closest[first], np.maximum(rival[first], against))
    both = closest[first] >= against
    return first[both], best[first][both], strength[both]


def clearness(closest: np.ndarray, rival: np.ndarray) -> np.ndarray:
    """1 − d1/d2 of the cosines of the nearest and the second nearest: float64; equal ones have 0.

    Edges that have nothing to do with each other have cosine 0; a rival is never taken as farther than that, so
    that the only candidate does not win by default. Cosines of float32 are known to some 1e-6.
    """
    d1, d2 = (np.sqrt((2 - 2 * cosine.astype(np.float64)).clip(1e-5)) for cosine in (closest, rival.clip(0)))
    return 1 - d1 / d2


def in_closed_square(pairs: pd.DataFrame) -> np.ndarray:
    """Which pairs lie on a square of four tiles whose four pairs are all there: (k,) bool."""
    sides = squares(pairs)
    on_one = np.zeros(len(pairs), bool)
    on_one[sides[closed(pairs, sides)]] = True
    return on_one


def squares(pairs: pd.DataFrame) -> np.ndarray:
    """Squares that four pairs could form, closed or not: (m, 4) numbers of pairs, top, left, right, bottom.

    Top leads from tile a to b, left from a down to c, right from b down, bottom from c to the right; the square is
    closed if the last two meet.
    """
    tiles = int(pairs[["first", "second"]].to_numpy().max(initial=-1)) + 1
    first, second = pairs["first"].to_numpy(), pairs["second"].to_numpy()
    out = {}
    for where in SIDES:
        chosen = np.flatnonzero(pairs["where"] == where)
        out[where] = np.full(tiles + 1, -1)
        out[where][first[chosen]] = chosen
    top = np.flatnonzero(pairs["where"] == "right")
    left, right = out["below"][first[top]], out["below"][second[top]]
    bottom = np.where(left >= 0, out["right"][second[left]], -1)
    return np.stack([top, left, right, bottom], axis=1)[(left >= 0) & (right >= 0) & (bottom >= 0)]


def closed(pairs: pd.DataFrame, sides: np.ndarray) -> np.ndarray:
    """Which of the `squares` are closed: (m,) bool. Their share tells how right the pairs are, without any truth."""
    second = pairs["second"].to_numpy()
    return second[sides[:, 2]] == second[sides[:, 3]]
