"""The sweeps of after-treatment over 4,000 tiles, beside the obvious way. `python tests/benchmarks/sweeps.py`."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from core.segment import metrics, sweeps
from core.segment.treatment import PLAIN, Treatment

TILES = 4000
SIDE = 101
ROUNDS = 3


def main() -> None:
    """Print the table."""
    maps, truth = predictions()
    treated = metrics.competition_score(truth, PLAIN.masks(maps, np.zeros(TILES, bool)))
    ways: list[tuple[str, Callable[[], np.ndarray]]] = [
        ("64 levels, a mask for each", lambda: one_by_one(maps, truth)),
        ("64 levels, one histogram a tile", lambda: sweeps.level_scores(maps, truth)),
        ("14 largest holes", lambda: sweeps.hole_scores(maps, truth, PLAIN)),
        ("14 least areas", lambda: sweeps.area_scores(maps, truth, PLAIN)),
        ("64 least mean levels of a mask", lambda: sweeps.inside_scores(maps, truth, PLAIN, treated)),
        ("64 highest levels of an empty tile", lambda: sweeps.sure_scores(maps, truth, treated)),
    ]
    best: dict[str, float] = {}
    for _ in range(ROUNDS):  # in turns, so that another program's load meets all
        for words, way in ways:
            begun = time.perf_counter()
            way()
            best[words] = min(best.get(words, np.inf), time.perf_counter() - begun)
    print(f"{TILES:,} tiles of {SIDE}×{SIDE}, best of {ROUNDS}\n")
    print(f"{'sweep':<36}{'s':>8}")
    for words, seconds in best.items():
        print(f"{words:<36}{seconds:>8.3f}")
    same = np.allclose(one_by_one(maps, truth), sweeps.level_scores(maps, truth))
    print(f"\nboth ways give the same scores for each level: {'yes' if same else 'NO'}")


def predictions() -> tuple[np.ndarray, np.ndarray]:
    """Maps and truth, (N, H, W) uint8: a soft edge some rows from the true one, a little noise; two in five empty."""
    generator = np.random.default_rng(0)
    edge = generator.uniform(0, SIDE, TILES) * (generator.random(TILES) > 0.4)
    guess = edge + generator.normal(0, 4, TILES)
    rows = np.arange(SIDE)[None, :, None]
    noise = generator.normal(0, 0.4, (TILES, SIDE, SIDE)).astype(np.float32)
    maps = 255 / (1 + np.exp((rows - guess[:, None, None]) / 3 + noise))
    truth = np.broadcast_to(rows < edge[:, None, None], maps.shape)
    return maps.round().astype(np.uint8), truth.astype(np.uint8)


def one_by_one(maps: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """The obvious way: a mask and its score for each level."""
    nothing = np.zeros(len(maps), bool)
    levels = (Treatment(level=int(level)).masks(maps, nothing) for level in sweeps.LEVELS)
    return np.stack([metrics.competition_score(truth, masks) for masks in levels])


if __name__ == "__main__":
    main()
