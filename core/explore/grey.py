"""Grey levels of tiles: counted once a tile, added up for any group of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from core.dataset.tiles import TileStore
from core.explore.distributions import HISTOGRAM_COLUMNS, Comparison, groups
from core.progress import Progress, silent

LEVELS = 256
WHITE = LEVELS - 1
BIN = 8  # levels of one bar
MOST_TILES = 50_000  # that are measured of one choice; more change no figure that is shown
_CHUNK = 512  # tiles between two words of progress
PERCENTILES = (1, 5, 25, 50, 75, 95, 99)


@dataclass(frozen=True, eq=False)
class GreyLevels:
    """How often each grey level stands in each tile.

    rows: (k,) int64, ascending, of the index · counts: (k, 256) uint16 or uint32, pixels per level.
    """

    rows: np.ndarray
    counts: np.ndarray

    def among(self, rows: np.ndarray) -> GreyLevels:
        """Those of the measured tiles that are in `rows` (n,) ascending."""
        keep = np.isin(self.rows, rows, assume_unique=True)
        return GreyLevels(self.rows[keep], self.counts[keep])

    @cached_property
    def total(self) -> np.ndarray:
        """Pixels per level of all tiles together: (256,) int64."""
        return self.counts.sum(axis=0, dtype=np.int64)

    def beside(self, index: pd.DataFrame) -> pd.DataFrame:
        """The measured rows of a store's index, with columns black and white: the share 0…1 of level 0 and of 255."""
        pixels = self.counts[0].sum(dtype=np.int64) if len(self.counts) else 1
        ends = {"black": self.counts[:, 0] / pixels, "white": self.counts[:, WHITE] / pixels}
        return index.iloc[self.rows].assign(**ends)


def sample(rows: np.ndarray, most: int = MOST_TILES) -> np.ndarray:
    """`rows` (n,) ascending, or `most` of them drawn by a fixed seed, ascending."""
    if len(rows) <= most:
        return rows
    return np.sort(np.random.default_rng(0).choice(rows, most, replace=False))


def grey_levels(store: TileStore, rows: np.ndarray, progress: Progress = silent) -> GreyLevels:
    """Count the grey levels of the tiles `rows` (k,) ascending; 22,000 tiles of 101×101 take about .6 s."""
    height, width = store.tile_shape
    counts = np.empty((len(rows), LEVELS), np.uint16 if height * width < 2**16 else np.uint32)
    for first in range(0, len(rows), _CHUNK):
        progress(first, len(rows), "Counting grey levels")
        for place, row in enumerate(rows[first : first + _CHUNK], start=first):
            counts[place] = np.bincount(store.tiles[row].ravel(), minlength=LEVELS)
    store.release()
    return GreyLevels(rows, counts)


def level_bins(levels: GreyLevels, index: pd.DataFrame, by: Comparison = "nothing") -> pd.DataFrame:
    """Histogram of the grey of all pixels in bins of 8 levels: group, low, high (not included), tiles, share.

    share: of the group's pixels, 0…1; tiles: how many the group has, the same in all its bins.
    """
    edges = np.arange(0, LEVELS + 1, BIN)
    frames = []
    for name, part in groups(index.iloc[levels.rows], by).items():
        total = levels.among(part.index.to_numpy()).total.reshape(-1, BIN).sum(axis=1)
        bins = {"group": name, "low": edges[:-1], "high": edges[1:], "tiles": len(part), "share": total / total.sum()}
        frames.append(pd.DataFrame(bins))
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=list(HISTOGRAM_COLUMNS))


def percentiles(levels: GreyLevels, index: pd.DataFrame, by: Comparison = "nothing") -> pd.DataFrame:
    """Of all pixels of a group: group, tiles, mean, std, black, white (shares 0…1) and the `PERCENTILES` as p1…p99."""
    rows = []
    for name, part in groups(index.iloc[levels.rows], by).items():
        total = levels.among(part.index.to_numpy()).total
        share, scale = total / total.sum(), np.arange(LEVELS)
        mean = float(share @ scale)
        reached = np.searchsorted(np.cumsum(total), np.array(PERCENTILES) / 100 * total.sum())
        rows.append(
            {"group": name, "tiles": len(part), "mean": mean, "std": float(np.sqrt(share @ (scale - mean) ** 2))}
            | {"black": float(share[0]), "white": float(share[WHITE])}
            | {f"p{percent}": int(level) for percent, level in zip(PERCENTILES, reached, strict=True)}
        )
    return pd.DataFrame(rows)
