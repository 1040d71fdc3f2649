"""Predictions on their way: maps that grow, and stay when the work is stopped or killed. Torch-free."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core import atomic

KEEP_SECONDS = 2.0  # how much work a kill may cost
STATE, MAPS = "partial.json", "probabilities.npy"


@dataclass
class Partial:
    """Maps of the first `done` tiles of N.

    maps: (N, H, W) uint8, memory-mapped · facts: what all of it belongs to · seconds: of work in earlier attempts.
    """

    folder: Path
    maps: np.ndarray
    facts: dict[str, Any]
    done: int = 0
    seconds: float = 0.0

    def __post_init__(self) -> None:
        self._begun = self._kept = time.monotonic()

    @classmethod
    def open(cls, folder: Path, tiles: int, tile_shape: tuple[int, int], facts: dict[str, Any]) -> Partial:
        """What is in `folder`, if it belongs to the same `facts`; else nothing is done yet."""
        try:
            state = json.loads((folder / STATE).read_bytes())
            maps = np.load(folder / MAPS, mmap_mode="r+")
            if state["facts"] == facts:
                return cls(folder, maps, facts, state["done"], state["seconds"])
        except (OSError, ValueError, KeyError, TypeError):  # nothing there, or not whole
            pass
        (folder / STATE).unlink(missing_ok=True)
        new = np.lib.format.open_memmap(folder / MAPS, mode="w+", dtype=np.uint8, shape=(tiles, *tile_shape))
        return cls(folder, new, facts)

    def add(self, maps: np.ndarray) -> None:
        """The next tiles; every few seconds what is done is noted on disk. Raises `OSError`."""
        self.maps[self.done : self.done + len(maps)] = maps
        self.done += len(maps)
        if time.monotonic() - self._kept >= KEEP_SECONDS:
            self._keep()

    def finish(self) -> None:
        """Leave only the maps in the folder."""
        (self.folder / STATE).unlink(missing_ok=True)

    def _keep(self) -> None:
        if isinstance(self.maps, np.memmap):
            self.maps.flush()
        now = time.monotonic()
        seconds = round(self.seconds + now - self._begun, 2)
        atomic.write_json(self.folder / STATE, {"done": self.done, "seconds": seconds, "facts": self.facts})
        self._kept = now
