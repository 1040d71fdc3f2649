"""Pairs of touching tiles, found from their edges.

Edges that are each other's nearest are kept if chance hardly explains it (see `matches`). Four such pairs that close a
square of 2×2 tiles confirm each other, as chance closes one in about as many squares as there are tiles; they are kept
however weak (loop constraints: Son, Hays & Cooper, ECCV 2014).

Not covered: tiles without any change of brightness have no edge to compare and are left out.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd

from core.errors import BadInput
from core.explore.mosaic.edges import AT_ONCE, SIDES, SMALLEST, described
from core.explore.mosaic.matches import Advance, mutual, strength
from core.progress import Progress, silent

CUT = 0.7  # least strength of a pair that nothing else confirms; chance makes 7 such pairs in 1,000 free edges


def find_pairs(tiles: np.ndarray, cut: float = CUT, progress: Progress = silent) -> pd.DataFrame:
    """Pairs of touching tiles among `tiles` (N, H, W) uint8; time grows with N², memory with N.

    Columns: first, second (rows of `tiles`), where ("right": the second lies right of the first, "below": under it),
    strength (powers of ten by which chance does not explain the pair), square (bool, confirmed by a closed 2×2
    square). Each edge is in one pair at most.
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
    """All pairs that are each other's nearest: first, second, where, strength."""
    (near, near_errors), (far, far_errors) = (all_described(tiles, rows, side, advance) for side in SIDES[where])
    matches = mutual(near, far, advance)
    strengths = strength(matches, near_errors[matches.first] + far_errors[matches.second])
    return pd.DataFrame(
        {"first": rows[matches.first], "second": rows[matches.second], "where": where, "strength": strengths}
    )


def all_described(tiles: np.ndarray, rows: np.ndarray, side: str, advance: Advance) -> tuple[np.ndarray, np.ndarray]:
    """Vectors (n, L) and errors (n,) of one edge of the tiles in `rows`; of a memory map, a few are read at once."""
    length = tiles.shape[1] if side in ("right", "left") else tiles.shape[2]
    vectors, errors = np.empty((len(rows), length), np.float32), np.empty(len(rows), np.float32)
    parts = [slice(start, start + AT_ONCE) for start in range(0, len(rows), AT_ONCE)]

    def fill(part: slice) -> int:
        vectors[part], errors[part] = described(tiles[rows[part]], side)
        return len(rows[part])

    with ThreadPoolExecutor(min(os.cpu_count() or 1, 16)) as pool:
        for count in pool.map(fill, parts):
            advance(count)
    return vectors, errors


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
