"""A section as one picture, and a brightness for each tile that makes it one.

Tiles are stretched to 0…255 one by one, so neighbours differ by a gain and an offset. Both are found from the shared
edges: what two tiles show there, carried on by half a pixel, should be the same. The logarithms of the gains, then the
offsets, solve a least-squares problem over all seams (as in gain compensation: Brown & Lowe, IJCV 2007).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from core.dataset.tiles import TileStore
from core.explore.mosaic.assembly import Mosaic
from core.explore.mosaic.edges import SIDES, lines

Layer = Literal["image", "mask"]
STEADY = 1e-3  # pull of gains towards 1 and of offsets towards 0, in seams
CLIPPED = (0.2, 99.8)  # percentiles of a matched section that become 0 and 255
SAMPLE = 1 << 20  # pixels, about, that these are taken from
FLAT = 1.0  # grey levels; an edge with less change says nothing about the gain


@dataclass(frozen=True)
class Seams:
    """k shared edges between tiles numbered as they come in: (k,) each; mean, spread (k, 2) in grey levels."""

    first: np.ndarray
    second: np.ndarray
    mean: np.ndarray
    spread: np.ndarray
    likeness: np.ndarray  # correlation along the edge, 0…1


def section_picture(
    store: TileStore, mosaic: Mosaic, section: int, layer: Layer | np.ndarray = "image", *, matched: bool = False
) -> np.ndarray:
    """One picture (rows·H, columns·W) of a section; 0 where no tile is known (`mosaic.grid` says where).

    layer: image (uint8), mask (uint8 in {0, 1}), or anything per tile (N, H, W), such as probabilities · matched:
    bring the tiles of the image to one brightness.
    """
    grid = mosaic.grid(section)
    here = grid >= 0
    source = {"image": store.tiles, "mask": store.masks}[layer] if isinstance(layer, str) else layer
    tiles = source[grid[here]]
    if matched:
        tiles = match_brightness(tiles, grid)
    picture = np.zeros((*grid.shape, *tiles.shape[1:]), tiles.dtype)
    picture[here] = tiles
    return picture.swapaxes(1, 2).reshape(grid.shape[0] * tiles.shape[1], grid.shape[1] * tiles.shape[2])


def match_brightness(tiles: np.ndarray, grid: np.ndarray) -> np.ndarray:
    """The tiles (k, H, W) uint8 of a section in one brightness, stretched together to 0…255: (k, H, W) uint8.

    grid: (rows, columns), at least 0 where there is a tile; tiles come row by row.
    """
    return toned(tiles, *even_tones(tiles, grid))


def toned(tiles: np.ndarray, gain: np.ndarray, offset: np.ndarray) -> np.ndarray:
    """gain·tile + offset of k tiles (k, H, W) uint8, cut to 0…255: (k, H, W) uint8. gain, offset: (k,)."""
    return (tiles * gain[:, None, None] + offset[:, None, None]).clip(0, 255).round().astype(np.uint8)


def toned_picture(picture: np.ndarray, grid: np.ndarray, gain: np.ndarray, offset: np.ndarray) -> np.ndarray:
    """The same for a whole picture (rows·h, columns·w) uint8 of a grid of tiles; 0 where there is none.

    grid: (rows, columns) numbers of tiles, −1 where there is none · gain, offset: (N,) by these numbers.
    """
    (rows, columns), numbers = grid.shape, grid.ravel()
    height, width = picture.shape[0] // rows, picture.shape[1] // columns
    cells = picture.reshape(rows, height, columns, width).swapaxes(1, 2).reshape(-1, height, width)
    known = (numbers >= 0).astype(np.float32)
    even = toned(cells, gain[numbers] * known, offset[numbers] * known)
    return even.reshape(rows, columns, height, width).swapaxes(1, 2).reshape(picture.shape)


def even_tones(tiles: np.ndarray, grid: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Gain and offset of each tile, (k,) float32, that bring a section to one brightness of 0…255."""
    gain, offset = tones(tiles, grid)
    few = max(1, round((tiles.size / SAMPLE) ** 0.5))
    even = tiles[:, ::few, ::few] * gain[:, None, None] + offset[:, None, None]
    low, high = np.percentile(even, CLIPPED)
    stretch = 255 / max(high - low, 1e-6)
    return gain * np.float32(stretch), (offset - np.float32(low)) * np.float32(stretch)


def tones(tiles: np.ndarray, grid: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Gain and offset of each tile, (k,) float32, so that gain·tile + offset goes on over the seams."""
    seams = _seams(tiles, grid)
    sure = seams.likeness * (seams.spread.min(axis=1, initial=np.inf) > FLAT)
    ratio = np.log(np.maximum(seams.spread, FLAT))
    gain = np.exp(_levels(len(tiles), seams, ratio[:, 1] - ratio[:, 0], sure))
    mean = seams.mean * np.stack([gain[seams.first], gain[seams.second]], axis=1)
    offset = _levels(len(tiles), seams, mean[:, 1] - mean[:, 0], np.ones(len(mean)))
    return gain.astype(np.float32), offset.astype(np.float32)


def _seams(tiles: np.ndarray, grid: np.ndarray) -> Seams:
    number = np.full(grid.shape, -1)
    number[grid >= 0] = np.arange(len(tiles))
    meeting = {"right": (number[:, :-1], number[:, 1:]), "below": (number[:-1], number[1:])}
    found = [_between(tiles, near[(near >= 0) & (far >= 0)], far[(near >= 0) & (far >= 0)], where)
             for where, (near, far) in meeting.items()]  # fmt: skip
    names = ("first", "second", "mean", "spread", "likeness")
    return Seams(*(np.concatenate([getattr(one, name) for one in found]) for name in names))


def _between(tiles: np.ndarray, first: np.ndarray, second: np.ndarray, where: str) -> Seams:
    """What the tiles `first` and `second` show where they meet."""
    shown = []
    for rows, side in zip((first, second), SIDES[where], strict=True):
        strip = lines(tiles, side, 2)[rows]
        shown.append(1.5 * strip[:, 0] - 0.5 * strip[:, 1])
    edges = np.stack(shown, axis=1)
    mean, spread = edges.mean(axis=2), edges.std(axis=2)
    product = ((edges[:, 0] - mean[:, :1]) * (edges[:, 1] - mean[:, 1:])).mean(axis=1)
    return Seams(first, second, mean, spread, (product / (spread.prod(axis=1) + 1e-6)).clip(0, 1))


def _levels(count: int, seams: Seams, difference: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Levels (count,) whose differences, first minus second, fit best, by weight; near 0 where nothing else says."""
    from scipy.sparse import coo_array, eye_array
    from scipy.sparse.linalg import spsolve

    numbers = np.arange(len(difference))
    at = np.concatenate([numbers, numbers]), np.concatenate([seams.first, seams.second])
    signs = coo_array((np.repeat([1.0, -1.0], len(numbers)), at), shape=(len(numbers), count)).tocsr()
    weighted = signs.T * weight
    return np.atleast_1d(spsolve((weighted @ signs + STEADY * eye_array(count)).tocsc(), weighted @ difference))
