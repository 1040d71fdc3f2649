"""How real synthetic tiles look in figures, and how long they take: `python tests/benchmarks/synthetic.py`.

Each statistic of the synthetic survey is held against the real tiles in the folder that SALTSCOPE_TGS names
(train.zip, train.csv), by its largest absolute difference; the yardstick is the same distance of 20 random halves of
the real tiles from all of them. Autocorrelations are means over tiles; constant tiles are left out of all but salt.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))
from core.dataset.importing import import_source
from core.dataset.synthetic import make_demo, simulate
from core.dataset.tiles import TileStore
from core.workspace import Workspace

LAGS = range(1, 21)  # pixels
HALVES = 20
CHUNK = 512  # tiles measured at once

Figures = dict[str, np.ndarray]  # one row a tile; NaN where a tile does not count


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tiles", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--many", type=int, default=22000, help="tiles of the largest survey that is timed; 0: none")
    options = parser.parse_args()
    print_times(options.many)
    folder = os.environ.get("SALTSCOPE_TGS")
    if folder:
        print_realism(Path(folder), options.tiles, options.seed)
    else:
        print("SALTSCOPE_TGS names no folder with real tiles: nothing to compare with")


def print_times(many: int) -> None:
    """Seconds on the clock and of all processors together."""
    simulate(8)
    print(f"{'what':<40}{'s':>8}{'CPU s':>8}")
    timed("simulate 32 tiles", lambda: simulate(32))
    timed("simulate 600 tiles", lambda: simulate(600))
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace.open(Path(folder) / "workspace")
        timed("demo of 600 tiles: simulate, write, import", lambda: make_demo(workspace))
    if many:
        timed(f"simulate {many} tiles", lambda: simulate(many))


def timed(what: str, work: Callable[[], object]) -> None:
    """Print how long `work` takes."""
    clock, processor = time.perf_counter(), time.process_time()
    work()
    print(f"{what:<40}{time.perf_counter() - clock:>8.2f}{time.process_time() - processor:>8.2f}", flush=True)


def print_realism(source: Path, tiles: int, seed: int) -> None:
    """Distance of the synthetic tiles from the real ones beside that of random halves."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace.open(Path(folder) / "workspace")
        import_source(source, workspace, "real")
        store = TileStore.open(workspace.dataset("real"))
        rows = store.index.index[store.index["has_mask"]]
        real = measured(np.array(store.tiles[rows]), np.array(store.masks[rows]))
    survey = simulate(tiles, seed)
    ours = measured(survey.images, survey.masks)
    rng = np.random.default_rng(0)
    halves = [rng.permutation(len(rows))[: len(rows) // 2] for _ in range(HALVES)]
    print(f"\n{len(rows)} real and {tiles} synthetic tiles (seed {seed}): largest difference from all real tiles")
    print(f"{'what':<40}{'halves: median':>15}{'largest':>9}{'synthetic':>11}  inside")
    for name, values in real.items():
        whole = np.nanmean(values, axis=0)
        spread = [float(np.abs(np.nanmean(values[half], axis=0) - whole).max()) for half in halves]
        distance = float(np.abs(np.nanmean(ours[name], axis=0) - whole).max())
        within = "yes" if distance <= max(spread) else "no"
        print(f"{name:<40}{np.median(spread):>15.4f}{max(spread):>9.4f}{distance:>11.4f}  {within}")


def measured(images: np.ndarray, masks: np.ndarray) -> Figures:
    """Figures of (N, H, W) uint8 images and masks whose means over tiles are the statistics that are compared."""
    parts = [
        _measured(images[first : first + CHUNK], masks[first : first + CHUNK]) for first in range(0, len(images), CHUNK)
    ]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _measured(images: np.ndarray, masks: np.ndarray) -> Figures:
    pixels = images.astype(np.float32)
    pixels -= pixels.mean(axis=(1, 2), keepdims=True)
    pixels[images.std(axis=(1, 2)) == 0] = np.nan
    grey = np.stack([np.bincount(image.ravel(), minlength=256) / image.size for image in images])
    grey[np.isnan(pixels[:, 0, 0])] = np.nan
    proportion = masks.mean(axis=(1, 2))[:, None]
    return {
        "grey levels (share of each)": grey,
        "grey levels (cumulative)": grey.cumsum(axis=1),
        "autocorrelation across, lags 1…20": autocorrelation(pixels.swapaxes(1, 2)),
        "autocorrelation down, lags 1…20": autocorrelation(pixels),
        "salt proportion (cumulative)": (proportion <= np.linspace(0, 1, 101)).astype(np.float64),
    }


def autocorrelation(pixels: np.ndarray) -> np.ndarray:
    """Of (N, H, W) pixels with mean 0, along H: (N, lags), 1 at lag 0."""
    power = (pixels**2).mean(axis=(1, 2))
    return np.stack([(pixels[:, lag:] * pixels[:, :-lag]).mean(axis=(1, 2)) / power for lag in LAGS], axis=1)


if __name__ == "__main__":
    main()
