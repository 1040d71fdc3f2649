"""Opening an imported data set, first and again, against reading all of it. `python tests/benchmarks/opening.py`.

The first opening is measured in fresh processes, after `import core.dataset.tiles`.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[2]))

from core.dataset.tiles import TileStore, write_store

ROUNDS = 7
FIRST = """
import sys, time
from core.dataset.tiles import TileStore
begun = time.perf_counter()
TileStore.open(sys.argv[1])
print(time.perf_counter() - begun, "torch" in sys.modules)
"""


def main() -> None:
    """Print the table."""
    print(f"{'tiles':>9}{'first, ms':>12}{'again, ms':>12}{'all read, ms':>15}{'ratio':>9}{'torch':>8}")
    for tiles in (5_088, 22_000):
        with tempfile.TemporaryDirectory() as folder:
            write(Path(folder), tiles)
            runs = [first(folder).split() for _ in range(ROUNDS)]
            fresh = min(float(seconds) for seconds, _ in runs)
            again = best(lambda: TileStore.open(folder))
            read = best(lambda: (np.load(f"{folder}/tiles.npy"), np.load(f"{folder}/masks.npy")))
        torch = "loaded" if any(loaded == "True" for _, loaded in runs) else "no"
        times = f"{fresh * 1000:>12.1f}{again * 1000:>12.1f}{read * 1000:>15.1f}{(read + again) / again:>8.1f}×"
        print(f"{tiles:>9,}{times}{torch:>8}")


def write(folder: Path, tiles: int) -> None:
    """A data set of random tiles, as large as a real one."""
    generator = np.random.default_rng(0)
    images = generator.integers(0, 256, (tiles, 101, 101), dtype=np.uint8)
    train = np.arange(tiles) < tiles // 5
    index = pd.DataFrame(
        {
            "id": [generator.bytes(5).hex() for _ in range(tiles)],
            "split": np.where(train, "train", "test"),
            "z": generator.uniform(50, 960, tiles),
            "has_mask": train,
            "source_sha1": [generator.bytes(20).hex() for _ in range(tiles)],
        }
    )
    write_store(folder, index, images, images > 127)


def first(folder: str) -> str:
    """Seconds of the first opening in a new process, and whether torch was loaded."""
    command = [sys.executable, "-c", FIRST, folder]
    return subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2]).stdout


def best(work: Callable[[], object]) -> float:
    """Least seconds of a few rounds."""
    seconds = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - begun)
    return min(seconds)


if __name__ == "__main__":
    main()
