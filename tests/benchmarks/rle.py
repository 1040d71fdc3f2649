"""Run-length codes a column at a time against the usual loops. `python tests/benchmarks/rle.py`.

With SALTSCOPE_TGS the codes of the real train.csv, else those of 2,000 synthetic masks.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[2]))

from core.dataset import rle

SHAPE = (101, 101)
ROUNDS = 7


def main() -> None:
    """Print the table."""
    column = codes()
    masks = rle.decode_many(column, SHAPE)
    pairs: list[tuple[str, Callable[[], object], Callable[[], object]]] = [
        (
            "salt proportions from codes",
            lambda: np.array([usual_decode(code).mean() for code in column]),
            lambda: rle.salt_pixels(column) / (SHAPE[0] * SHAPE[1]),
        ),
        ("masks from codes", lambda: [usual_decode(code) for code in column], lambda: rle.decode_many(column, SHAPE)),
        ("codes from masks", lambda: [usual_encode(mask) for mask in masks], lambda: rle.encode_many(masks)),
    ]
    print(f"{len(column):,} codes of {SHAPE[0]}×{SHAPE[1]}, best of {ROUNDS}\n")
    print(f"{'what':<32}{'usual, ms':>12}{'here, ms':>12}{'ratio':>9}")
    for words, usual, here in pairs:
        slow, fast = in_turns(usual, here)
        print(f"{words:<32}{slow * 1000:>12.1f}{fast * 1000:>12.1f}{slow / fast:>8.1f}×")
    same = all(np.array_equal(usual_decode(code), mask) for code, mask in zip(column, masks, strict=True))
    print(f"\nboth give the same masks: {'yes' if same else 'NO'}")


def codes() -> list[str]:
    """Run-length codes of many masks."""
    if os.environ.get("SALTSCOPE_TGS"):
        table = pd.read_csv(Path(os.environ["SALTSCOPE_TGS"]) / "train.csv", dtype=str, keep_default_na=False)
        return table["rle_mask"].tolist()
    from core.dataset.synthetic import simulate

    return rle.encode_many(simulate(tiles=2000, seed=0).masks)


def usual_decode(code: str) -> np.ndarray:
    """The function that most notebooks have."""
    words = code.split()
    starts, lengths = (np.asarray(part, dtype=int) for part in (words[0::2], words[1::2]))
    starts -= 1
    flat = np.zeros(SHAPE[0] * SHAPE[1], dtype=np.uint8)
    for first, last in zip(starts, starts + lengths, strict=True):
        flat[first:last] = 1
    return flat.reshape(SHAPE, order="F")


def usual_encode(mask: np.ndarray) -> str:
    """The function that most notebooks have."""
    pixels = np.concatenate([[0], mask.flatten(order="F"), [0]])
    runs = np.where(pixels[1:] != pixels[:-1])[0] + 1
    runs[1::2] -= runs[::2]
    return " ".join(str(number) for number in runs)


def in_turns(*ways: Callable[[], object]) -> list[float]:
    """Best seconds of each way, measured in turns, so that another program's load meets all."""
    best = [float("inf")] * len(ways)
    for _ in range(ROUNDS):
        for number, work in enumerate(ways):
            begun = time.perf_counter()
            work()
            best[number] = min(best[number], time.perf_counter() - begun)
    return best


if __name__ == "__main__":
    main()
