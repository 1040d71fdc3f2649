"""A synthetic survey: sections are simulated whole, then cut into touching tiles, so every neighbour is known.

Not covered: a third dimension. Sections have nothing to do with each other.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice

import numpy as np
import pandas as pd

from core.dataset.synthetic.geology import layers
from core.dataset.synthetic.imaging import MARGIN, picture
from core.dataset.synthetic.labels import cut, labelled
from core.dataset.synthetic.plan import Plan, plans
from core.errors import BadInput
from core.progress import Progress, silent

TEST = 0.2  # share of tiles that are test tiles
UNSTRETCHED = 0.04  # share of tiles that do not reach 0 and 255
DEPTHS = (50, 959)  # of all tiles, feet
SMALLEST = 16  # pixels, side of a tile
AT_ONCE = 32  # sections between two reports of progress

Batch = list[tuple[slice, Plan]]  # sections, each with its rows in the survey


@dataclass(frozen=True)
class Survey:
    """All tiles of a survey, section by section, each section row by row.

    ids: (N,) 10 hex digits · images: (N, H, W) uint8 · masks: (N, H, W) uint8 {0, 1}, of test tiles too ·
    depths: (N,) float64, whole feet, 50…959 · split: (N,) "train" | "test", one for all tiles of a section ·
    sections: id, section, row, col, in the same order.
    """

    ids: np.ndarray
    images: np.ndarray
    masks: np.ndarray
    depths: np.ndarray
    split: np.ndarray
    sections: pd.DataFrame

    def __len__(self) -> int:
        return len(self.ids)


def simulate(
    tiles: int = 600, seed: int = 0, tile_shape: tuple[int, int] = (101, 101), progress: Progress = silent
) -> Survey:
    """A survey of `tiles` tiles of `tile_shape` (height, width); the last section may be incomplete.

    The same arguments give the same survey. Raises `BadInput` for less than one tile or tiles under 16 pixels.
    """
    if tiles < 1 or min(tile_shape) < SMALLEST:
        raise BadInput(f"{tiles} tiles of {tile_shape} pixels can't be simulated: at least 1 tile of 16×16 pixels")
    images, masks = (np.empty((tiles, *tile_shape), np.uint8) for _ in range(2))
    where = _sections(plans(tiles, seed, tile_shape), images, masks, progress)
    rng = np.random.default_rng([seed, 1])
    ids = _ids(rng, tiles)
    depths = _depths(rng, masks.mean(axis=(1, 2)))
    split = _split(rng, where["section"].to_numpy())
    where.insert(0, "id", ids)
    return Survey(ids, images, masks, depths, split, where)


def _sections(planned: Iterator[Plan], images: np.ndarray, masks: np.ndarray, progress: Progress) -> pd.DataFrame:
    """Fill `images` and `masks` section by section; returns section, row and col of each tile."""
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # comes with scikit-learn

    sections: Batch = []
    # One thread of BLAS in each of ours: faster for small matrices, and the result does not depend on their number.
    with threadpool_limits(1, "blas"), ThreadPoolExecutor(min(os.cpu_count() or 1, 16)) as pool:
        progress(0, len(images), "Simulating sections")
        for batch in _batches(planned, len(images)):
            for _ in pool.map(lambda part: _fill(images[part[0]], masks[part[0]], part[1]), batch):
                pass
            sections += batch
            progress(batch[-1][0].stop, len(images), "Simulating sections")
    return _places(sections)


def _places(sections: Batch) -> pd.DataFrame:
    """Section, row and col of each tile, in the order of the survey."""
    first, last, columns = np.array([(rows.start, rows.stop, plan.columns) for rows, plan in sections]).T
    section = np.repeat(np.arange(len(sections)), last - first)
    row, col = np.divmod(np.arange(len(section)) - first[section], columns[section])
    return pd.DataFrame({"section": [f"s{number:05d}" for number in section], "row": row, "col": col})


def _batches(planned: Iterator[Plan], tiles: int) -> Iterator[Batch]:
    """Sections with their rows; only a few are planned ahead, so that memory does not grow with the survey."""
    start = 0
    while some := list(islice(planned, AT_ONCE)):
        ends = np.minimum(start + np.cumsum([plan.rows * plan.columns for plan in some]), tiles).tolist()
        yield [(slice(first, last), plan) for first, last, plan in zip([start, *ends], ends, some, strict=False)]
        start = ends[-1]


def _fill(images: np.ndarray, masks: np.ndarray, plan: Plan) -> None:
    """Simulate one section into (n, H, W) uint8 arrays; n may be smaller than the section's number of tiles."""
    from scipy.fft import next_fast_len

    rng = np.random.default_rng(plan.seed)
    tile_shape = (images.shape[1], images.shape[2])
    height, width = plan.rows * tile_shape[0], plan.columns * tile_shape[1]
    fast = (next_fast_len(side + 2 * MARGIN, True) for side in (height, width))
    ys, xs = (np.arange(-MARGIN, length - MARGIN, dtype=np.float32) for length in fast)
    visible = (slice(MARGIN, MARGIN + height), slice(MARGIN, MARGIN + width))
    inside = plan.body.depth_inside(ys, xs)
    reflectivity = layers(rng, plan.layering, inside)
    amplitudes = picture(rng, reflectivity, inside, plan.body.sea_floor(xs) + MARGIN, plan.imaging)
    images[:] = _stretched(rng, cut(amplitudes[visible], tile_shape), plan.black)[: len(images)]
    masks[:] = labelled(inside[visible] > 0, tile_shape, plan.stripes_from, plan.black)[: len(masks)]


def _stretched(rng: np.random.Generator, tiles: np.ndarray, black: int | None) -> np.ndarray:
    """Amplitudes (n, H, W) as uint8, each tile stretched to 0…255 on its own, a few to a little less."""
    low, high = tiles.min(axis=(1, 2), keepdims=True), tiles.max(axis=(1, 2), keepdims=True)
    off = rng.integers(1, 4, (2, len(tiles), 1, 1)) * (rng.random((len(tiles), 1, 1)) < UNSTRETCHED)
    scale = (255 - off.sum(axis=0)) / np.maximum(high - low, 1e-9)
    grey = ((tiles - low) * scale + off[0] + 0.5).astype(np.uint8)
    if black is not None:
        grey[black] = 0
    return grey


def _ids(rng: np.random.Generator, tiles: int) -> np.ndarray:
    numbers = np.unique(rng.integers(16**10, size=2 * tiles + 16))
    return np.array([f"{number:010x}" for number in rng.permutation(numbers)[:tiles]])


def _depths(rng: np.random.Generator, salt: np.ndarray) -> np.ndarray:
    """Depths (N,), whole feet, of tiles with salt proportions (N,).

    Salt lies a little deeper and less far from the middle, so that shallow tiles hold least salt and those half-way
    down most; tiles that touch are otherwise independent, as they are in the TGS data.
    """
    low, high = DEPTHS
    depths = 490 + 65 * salt + rng.standard_normal(len(salt)) * (230 - 85 * salt)
    outside = (depths < low) | (depths > high)
    depths[outside] = rng.uniform(low, high, int(outside.sum()))
    return np.round(depths)


def _split(rng: np.random.Generator, section: np.ndarray) -> np.ndarray:
    """ "train" | "test" (N,): whole sections, together as close to `TEST` as taking one after the other gets."""
    names, number, sizes = np.unique(section, return_inverse=True, return_counts=True)
    wanted, is_test = TEST * len(section), np.zeros(len(names), bool)
    for candidate in rng.permutation(len(names)):
        left = wanted - sizes[is_test].sum()
        is_test[candidate] = abs(left - sizes[candidate]) < left
    if not is_test.any() and len(names) > 1:
        is_test[sizes.argmin()] = True
    return np.where(is_test[number], "test", "train")
