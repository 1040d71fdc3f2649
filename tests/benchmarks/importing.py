"""Importing against a bare loop of imageio over the same files. `python tests/benchmarks/importing.py`.

With SALTSCOPE_TGS the real tiles, else 2,000 synthetic ones. The loop reads unpacked files and keeps nothing; the
import reads the zips and does everything, down to the synced files of a data set.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import imageio.v3 as imageio

sys.path.insert(0, str(Path(__file__).parents[2]))

from core.dataset.importing import import_source
from core.workspace import Workspace

ROUNDS = 5


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as scratch:
        zipped = source(Path(scratch))
        unpacked = unpack(zipped, Path(scratch) / "unpacked")
        pictures = sorted(unpacked.rglob("*.png"))
        workspace = Workspace.open(Path(scratch) / "workspace")
        import_source(zipped, workspace, "again")
        ways: list[tuple[str, Callable[[int], object]]] = [
            ("loop of imageio.v3.imread over files", lambda _: [imageio.imread(path) for path in pictures]),
            ("import of the zips", lambda number: import_source(zipped, workspace, f"zips-{number}")),
            ("import of the unpacked folder", lambda number: import_source(unpacked, workspace, f"files-{number}")),
            ("the same source again", lambda _: import_source(zipped, workspace, "again")),
        ]
        best = in_turns(ways)
        print(f"{len(pictures):,} pictures, {os.cpu_count()} cores, best of {ROUNDS}\n")
    print(f"{'way':<40}{'s':>8}{'ratio':>9}")
    slowest = best[ways[0][0]]
    for words, seconds in best.items():
        print(f"{words:<40}{seconds:>8.3f}{slowest / seconds:>8.1f}×")


def source(scratch: Path) -> Path:
    """The real tiles where there are any, else synthetic ones."""
    if os.environ.get("SALTSCOPE_TGS"):
        return Path(os.environ["SALTSCOPE_TGS"])
    from core.dataset.synthetic import simulate, write_kaggle

    write_kaggle(simulate(tiles=2000, seed=0), scratch / "kaggle")
    return scratch / "kaggle"


def unpack(zipped: Path, target: Path) -> Path:
    """The same source with its zips unpacked."""
    for name in ("train", "test"):
        with zipfile.ZipFile(zipped / f"{name}.zip") as archive:
            archive.extractall(target / name)
    for table in zipped.glob("*.csv"):
        (target / table.name).write_bytes(table.read_bytes())
    return target


def in_turns(ways: list[tuple[str, Callable[[int], object]]]) -> dict[str, float]:
    """Best seconds of each way, measured in turns, so that another program's load meets all."""
    best: dict[str, float] = {}
    for number in range(ROUNDS):
        for words, work in ways:
            begun = time.perf_counter()
            work(number)
            best[words] = min(best.get(words, float("inf")), time.perf_counter() - begun)
    return best


if __name__ == "__main__":
    main()
