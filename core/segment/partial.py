"""Predictions on their way: maps that grow, and stay when the work is stopped or killed. Torch-free."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core import atomic
from core.dataset.tiles import new_array
from core.segment import asides

KEEP_SECONDS = 2.0  # how much work a kill may cost
STATE, MAPS, ASIDES = "partial.json", "probabilities.npy", "asides.npy"


@dataclass
class Partial:
    """Maps of the first `done` tiles of N.

    maps: (N, H, W) uint8, and asides: (N, asides) float32, both memory-mapped · facts: what all of it belongs to ·
    seconds: of work in earlier attempts.
    """

    folder: Path
    maps: np.ndarray
    asides: np.ndarray
    facts: dict[str, Any]
    done: int = 0
    seconds: float = 0.0

    def __post_init__(self) -> None:
        self._begun = self._kept = time.monotonic()

    @classmethod
    def open(cls, folder: Path, tiles: int, tile_shape: tuple[int, int], facts: dict[str, Any]) -> Partial:
        """What is in `folder`, if it belongs to the same `facts`; else nothing is done yet. Raises `OSError`."""
        try:
            state = json.loads((folder / STATE).read_bytes())
            maps, beside = (np.load(folder / name, mmap_mode="r+") for name in (MAPS, ASIDES))
            if state["facts"] == facts:
                return cls(folder, maps, beside, facts, state["done"], state["seconds"])
        except (OSError, ValueError, KeyError, TypeError):  # nothing there, or not whole
            pass
        (folder / STATE).unlink(missing_ok=True)
        maps = new_array(folder / MAPS, np.uint8, (tiles, *tile_shape))
        beside = new_array(folder / ASIDES, np.float32, (tiles, len(asides.ASIDES)))
        return cls(folder, maps, beside, facts)

    def add(self, maps: np.ndarray, beside: np.ndarray) -> None:
        """The next tiles; every few seconds what is done is noted on disk. Raises `OSError`."""
        some = slice(self.done, self.done + len(maps))
        self.maps[some], self.asides[some] = maps, beside
        self.done += len(maps)
        if time.monotonic() - self._kept >= KEEP_SECONDS:
            self._keep()

    def finish(self) -> None:
        """Leave only the maps in the folder."""
        for name in (STATE, ASIDES):
            (self.folder / name).unlink(missing_ok=True)

    def _keep(self) -> None:
        for kept in (self.maps, self.asides):
            if isinstance(kept, np.memmap):
                kept.flush()
        now = time.monotonic()
        seconds = round(self.seconds + now - self._begun, 2)
        atomic.write_json(self.folder / STATE, {"done": self.done, "seconds": seconds, "facts": self.facts})
        self._kept = now
