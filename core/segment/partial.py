"""Predictions on their way: maps and figures that grow, and stay when the work is stopped or killed. Torch-free."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from core import atomic

KEEP_SECONDS = 2.0  # how much work a kill may cost
STATE, MAPS, FIGURES = "partial.json", "probabilities.npy", "figures.npy"
FIGURE_COLUMNS = 4


@dataclass
class Partial:
    """Maps and figures of the first `done` tiles of N.

    figures: (N, 4) float32: salt, confidence, intersection, union · maps: (N, H, W) uint8, memory-mapped, or None where
    only figures are wanted · facts: what all of it belongs to · seconds: of work in earlier attempts.
    """

    figures: np.ndarray
    maps: np.ndarray | None = None
    folder: Path | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    done: int = 0
    seconds: float = 0.0

    def __post_init__(self) -> None:
        self._begun = self._kept = time.monotonic()

    @classmethod
    def in_memory(cls, tiles: int) -> Partial:
        """Figures of `tiles` tiles, without maps."""
        return cls(np.zeros((tiles, FIGURE_COLUMNS), np.float32))

    @classmethod
    def open(cls, folder: Path, tiles: int, tile_shape: tuple[int, int], facts: dict[str, Any]) -> Partial:
        """What is in `folder`, if it belongs to the same `facts`; else nothing is done yet."""
        shapes = {MAPS: ((tiles, *tile_shape), np.uint8), FIGURES: ((tiles, FIGURE_COLUMNS), np.float32)}
        try:
            state = json.loads((folder / STATE).read_bytes())
            arrays = [np.load(folder / name, mmap_mode="r+") for name in shapes]
            if state["facts"] == facts:
                return cls(arrays[1], arrays[0], folder, facts, state["done"], state["seconds"])
        except (OSError, ValueError, KeyError, TypeError):  # nothing there, or not whole
            pass
        (folder / STATE).unlink(missing_ok=True)
        new = [
            np.lib.format.open_memmap(folder / name, mode="w+", dtype=dtype, shape=shape)
            for name, (shape, dtype) in shapes.items()
        ]
        return cls(new[1], new[0], folder, facts)

    def add(self, maps: np.ndarray, figures: np.ndarray) -> None:
        """The next tiles; every few seconds what is done is noted on disk. Raises `OSError`."""
        place = slice(self.done, self.done + len(figures))
        self.figures[place] = figures
        if self.maps is not None:
            self.maps[place] = maps
        self.done = place.stop
        if self.folder is not None and time.monotonic() - self._kept >= KEEP_SECONDS:
            self._keep(self.folder)

    def finish(self) -> None:
        """Leave only the maps in the folder."""
        if self.folder is not None:
            (self.folder / FIGURES).unlink()
            (self.folder / STATE).unlink(missing_ok=True)

    def _keep(self, folder: Path) -> None:
        for array in (self.maps, self.figures):
            if isinstance(array, np.memmap):
                array.flush()
        now = time.monotonic()
        seconds = round(self.seconds + now - self._begun, 2)
        atomic.write_json(folder / STATE, {"done": self.done, "seconds": seconds, "facts": self.facts})
        self._kept = now
