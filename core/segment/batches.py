"""Tiles and masks on the device, once; a batch is a choice of rows there. Imports torch."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from core.dataset.tiles import TileStore
from core.segment.models import normalised


@dataclass(frozen=True)
class DeviceTiles:
    """All tiles and masks of a data set where the network is.

    tiles, masks: (N, H, W) uint8. On the CPU they are the memory map itself, so that nothing is copied.
    """

    tiles: Tensor
    masks: Tensor

    @classmethod
    def load(cls, store: TileStore, device: torch.device) -> DeviceTiles:
        """The tiles of `store` on `device`; 22,000 tiles of 101×101 take 0.45 GB there."""
        return cls(*(_mapped(array).to(device) for array in (store.tiles, store.masks)))

    def images(self, rows: Tensor) -> Tensor:
        """Normalised images of `rows` (k,) int64: (k, 1, H, W) float32."""
        return normalised(self.tiles.index_select(0, rows))

    def batch(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """Normalised images and masks in {0, 1} of `rows` (k,) int64: both (k, 1, H, W) float32."""
        return self.images(rows), self.masks.index_select(0, rows).unsqueeze(1).float()


def epoch_order(rows: npt.NDArray[np.int64], batch_size: int, seed: int, epoch: int) -> npt.NDArray[np.int64]:
    """The batches of an epoch: (steps, batch_size) rows, drawn from (seed, epoch).

    All batches have one size, which keeps the speed and batch norm even; the rest (fewer than a batch, others
    each time) has its turn in another epoch.
    """
    size = min(batch_size, len(rows))
    shuffled = np.random.default_rng([seed, epoch]).permutation(rows)
    return shuffled[: len(rows) // size * size].reshape(-1, size)


def _mapped(array: np.ndarray) -> Tensor:
    with warnings.catch_warnings():  # of an array that can't be written; nothing here writes to tiles
        warnings.filterwarnings("ignore", "The given NumPy array is not writable")
        return torch.from_numpy(array)
