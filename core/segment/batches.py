"""Tiles and masks on the device, once, as far as they fit; a batch is a choice of rows. Imports torch."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from core.dataset.tiles import TileStore
from core.segment.models import normalised

MOST_OF_MEMORY = 0.5  # of a GPU's free memory; the rest is for the network


@dataclass(frozen=True)
class DeviceTiles:
    """All tiles and masks of a data set, and where the network is.

    tiles, masks: (N, H, W) uint8, on `device`, so that nothing but numbers of rows goes there in each step. On the CPU,
    and where a GPU has no room for them, they are the memory map itself · device: where batches are wanted · depths:
    (N,) float32 beside the tiles, NaN where there is none; None: the network does not ask for them.
    """

    tiles: Tensor
    masks: Tensor
    device: torch.device
    depths: Tensor | None = None

    @classmethod
    def load(cls, store: TileStore, device: torch.device, depth: bool = False) -> DeviceTiles:
        """The tiles of `store` for `device`, with their depths or not; 22,000 of 101×101 take 0.45 GB there."""
        held = [_mapped(array) for array in (store.tiles, store.masks)]
        if has_room(device, sum(array.nbytes for array in held)):
            held = [array.to(device) for array in held]
        tiles, masks = held
        depths = torch.tensor(store.index["z"].to_numpy(np.float32), device=tiles.device) if depth else None
        return cls(tiles, masks, device, depths)

    def rows(self, numbers: npt.NDArray[np.int64]) -> Tensor:
        """Numbers of rows where the tiles are, as all methods take them."""
        return torch.from_numpy(numbers).to(self.tiles.device)

    def images(self, rows: Tensor) -> Tensor:
        """What a network takes of `rows` (k,) int64: (k, 1 or 2, H, W) float32, normalised images with their depths."""
        return self.with_depths(normalised(self.chosen(self.tiles, rows)), rows)

    def batch(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """Normalised images, depths left out, and masks in {0, 1} of `rows` (k,) int64: both (k, 1, H, W) float32."""
        return normalised(self.chosen(self.tiles, rows)), self.chosen(self.masks, rows).unsqueeze(1).float()

    def with_depths(self, images: Tensor, rows: Tensor) -> Tensor:
        """Images (k, 1, H, W) of `rows` (k,), and where the network asks for it, their depths as a second channel."""
        if self.depths is None:
            return images
        depths = self.depths.index_select(0, rows).to(images.device)
        return torch.cat((images, depths.view(-1, 1, 1, 1).expand_as(images)), dim=1)

    def chosen(self, array: Tensor, rows: Tensor) -> Tensor:
        """`rows` (k,) int64 of `tiles` or `masks` on the device: (k, H, W) uint8; the host does not wait for them."""
        found = array.index_select(0, rows)
        if found.device == self.device:
            return found
        return (found.pin_memory() if self.device.type == "cuda" else found).to(self.device, non_blocking=True)


def has_room(device: torch.device, size: int) -> bool:
    """Whether `size` bytes of tiles may lie on `device`."""
    return device.type != "cuda" or size <= MOST_OF_MEMORY * torch.cuda.mem_get_info(device)[0]


def epoch_order(
    rows: npt.NDArray[np.int64], batch_size: int, seed: int, epoch: int, networks: int = 1
) -> npt.NDArray[np.int64]:
    """The batches of an epoch: (steps, networks · batch_size) rows, those of one network after those of another.

    Each goes through all rows in an order of its own, drawn from (seed, epoch). All batches have one size, which keeps
    the speed and batch norm even; the rest (fewer than a batch, others each time) has its turn in another epoch.
    """
    size = min(batch_size, len(rows))
    orders = [np.random.default_rng([seed, epoch, number]).permutation(rows) for number in range(networks)]
    return np.hstack([order[: len(rows) // size * size].reshape(-1, size) for order in orders])


def _mapped(array: np.ndarray) -> Tensor:
    with warnings.catch_warnings():  # of an array that can't be written; nothing here writes to tiles
        warnings.filterwarnings("ignore", "The given NumPy array is not writable")
        return torch.from_numpy(array)
