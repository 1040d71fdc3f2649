"""The score of 4,000 tiles: packed bits against a loop over tiles. `python tests/benchmarks/metric.py`."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from core.segment import metrics

TILES = 4000
ROUNDS = 7
THRESHOLDS = np.arange(0.5, 1.0, 0.05)


def main() -> None:
    """Print the table."""
    truth, prediction = masks()
    bits = metrics.pack(truth), metrics.pack(prediction)
    ways: list[tuple[str, Callable[[], np.ndarray]]] = [
        ("a loop over tiles and thresholds", lambda: loop(truth, prediction)),
        ("masks packed on the way", lambda: metrics.competition_score(truth, prediction)),
        ("masks packed to bits beforehand", lambda: metrics.competition_score_packed(*bits)),
    ]
    best: dict[str, float] = {}
    for _ in range(ROUNDS):  # in turns, so that another program's load meets all
        for words, score in ways:
            begun = time.perf_counter()
            score()
            best[words] = min(best.get(words, np.inf), time.perf_counter() - begun)
    slowest = best[ways[0][0]]
    print(f"score of {TILES:,} tiles of 101×101, best of {ROUNDS}\n")
    print(f"{'way':<36}{'ms':>9}{'ratio':>9}")
    for words, seconds in best.items():
        print(f"{words:<36}{seconds * 1000:>9.1f}{slowest / seconds:>8.1f}×")
    same = np.allclose(loop(truth, prediction), metrics.competition_score_packed(*bits))
    print(f"\nall give the same scores: {'yes' if same else 'NO'}")


def masks() -> tuple[np.ndarray, np.ndarray]:
    """Truths and predictions, (N, H, W) uint8: a straight edge, shifted by up to 12 rows; two in five empty."""
    generator = np.random.default_rng(0)
    edge = generator.integers(0, 101, TILES) * (generator.random(TILES) > 0.4)
    shift = generator.integers(-12, 13, TILES) * (edge > 0)
    rows = np.arange(101)[None, :, None]
    both = (np.broadcast_to(rows < level[:, None, None], (TILES, 101, 101)) for level in (edge, edge + shift))
    truth, prediction = (mask.astype(np.uint8) for mask in both)
    return truth, prediction


def loop(truth: np.ndarray, prediction: np.ndarray) -> np.ndarray:
    """The obvious way: tile by tile, IoU against each threshold."""
    scores = []
    for a, b in zip(truth, prediction, strict=True):
        intersection, union = np.logical_and(a, b).sum(), np.logical_or(a, b).sum()
        iou = 1.0 if union == 0 else intersection / union
        scores.append(np.mean([iou > t + 1e-9 for t in THRESHOLDS]))
    return np.array(scores)


if __name__ == "__main__":
    main()
