"""How much two tiles look alike: by the size and dip of their texture, and by where in the tile contrast is high.

Every tile is measured once, on pixels of 2×2; what was measured is kept on disk. Two tiles are as far apart as their
figures differ, each figure in units of its spread over the data set. Texture is measured relative to the tile's
contrast, and brightness is left out: tiles are stretched one by one. Of several choices of figures this one finds, in
the ten most alike, the most tiles of the same section (synthetic) and the most alike in salt (real tiles).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core import atomic
from core.dataset.tiles import TileStore
from core.progress import Progress, silent
from core.workspace import Workspace

METHOD = 1  # of `measure_all`; another number makes kept figures worthless
CHUNK = 256  # tiles that are measured at once
PARTS = 3  # rows and columns of the grid in which contrast is taken
LAGS = (1, 2, 4, 8)  # pixels of the halved tile, over which differences are taken
WEIGHTS = (2.0, 1.0)  # of texture, of contrast
SMALLEST = 2 * (LAGS[-1] + 1)  # pixels of a tile's side, for all of this to be there


def likeness(workspace: Workspace, store: TileStore, progress: Progress = silent) -> npt.NDArray[np.float32]:
    """The figures of all tiles, (N, k) float32, to be compared by `distances`; from disk where they are known."""
    path = workspace.explore(store.name) / f"likeness-{METHOD}-{store.source.get('checksum', '')[:16]}.npy"
    try:
        kept = np.load(path)
        if len(kept) == len(store):
            return np.asarray(kept, np.float32)
    except (OSError, ValueError, EOFError):
        pass
    measured = measure_all(store.tiles, progress)
    store.release()
    for old in path.parent.glob("likeness-*.npy"):
        old.unlink(missing_ok=True)
    with atomic.replacing(path) as part, part.open("wb") as file:
        np.save(file, measured)
    return measured


def distances(figures: np.ndarray, tile: int) -> npt.NDArray[np.float32]:
    """How far every tile is from `tile`, a row number: (N,) float32, 0 for itself."""
    return np.linalg.norm(figures - figures[tile], axis=1)


def measure_all(tiles: np.ndarray, progress: Progress = silent) -> npt.NDArray[np.float32]:
    """Figures of (N, H, W) uint8 tiles, (N, k) float32."""
    parts = []
    for first in range(0, len(tiles), CHUNK):
        progress(first, len(tiles), "Measuring how tiles look")
        pixels = _halved(tiles[first : first + CHUNK])
        parts.append((texture(pixels), contrast(pixels)))
    groups = [np.concatenate(group) for group in zip(*parts, strict=True)]
    return np.concatenate([_weighted(group, weight) for group, weight in zip(groups, WEIGHTS, strict=True)], axis=1)


def texture(pixels: np.ndarray) -> npt.NDArray[np.float32]:
    """Of n tiles (n, h, w) float32: mean difference over each lag, down and across, in standard deviations; the dip.

    (n, 2·lags + 1). The dip is of the structure tensor: −1 rising to the right, 1 falling, 0 neither.
    """
    spread = np.maximum(pixels.std(axis=(1, 2)), 1)
    down = [np.abs(pixels[:, lag:] - pixels[:, :-lag]).mean(axis=(1, 2)) / spread for lag in LAGS]
    across = [np.abs(pixels[:, :, lag:] - pixels[:, :, :-lag]).mean(axis=(1, 2)) / spread for lag in LAGS]
    y, x = pixels[:, 1:, 1:] - pixels[:, :-1, 1:], pixels[:, 1:, 1:] - pixels[:, 1:, :-1]
    yy, xx, xy = (np.einsum("nhw,nhw->n", *pair) for pair in ((y, y), (x, x), (x, y)))
    return np.stack([*down, *across, -2 * xy / (xx + yy + 1)], axis=1)


def contrast(pixels: np.ndarray) -> npt.NDArray[np.float32]:
    """Standard deviation of n tiles (n, h, w) float32 in a grid of parts, (n, PARTS²)."""
    height, width = (side // PARTS for side in pixels.shape[1:])
    blocks = pixels[:, : height * PARTS, : width * PARTS].reshape(-1, PARTS, height, PARTS, width)
    return blocks.std(axis=(2, 4)).reshape(-1, PARTS**2)


def _halved(tiles: np.ndarray) -> npt.NDArray[np.float32]:
    """Mean of each 2×2 pixels; tiles that are too small for that and for `LAGS` go on from their beginning."""
    missing = [(0, max(0, SMALLEST - side)) for side in tiles.shape[1:]]
    tiles = np.pad(tiles, [(0, 0), *missing], mode="wrap") if any(map(sum, missing)) else tiles
    even = tiles[:, : tiles.shape[1] // 2 * 2, : tiles.shape[2] // 2 * 2].astype(np.uint16)
    total = even[:, ::2, ::2] + even[:, 1::2, ::2] + even[:, ::2, 1::2] + even[:, 1::2, 1::2]
    return (total / 4).astype(np.float32)


def _weighted(group: np.ndarray, weight: float) -> npt.NDArray[np.float32]:
    """(N, k) figures in units of their spread, all k together as heavy as `weight`."""
    spread = group.std(axis=0)
    return (group / np.where(spread > 0, spread, 1) * np.sqrt(weight / group.shape[1])).astype(np.float32)
