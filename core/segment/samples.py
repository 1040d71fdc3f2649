"""Pictures of a few validation tiles, one file an epoch, so that people see the masks get better."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from core import atomic
from core.dataset.pictures import png

COUNT = 6
GAP = 3  # pixels between pictures
GAP_GREY = 128


def choose(salt_proportion: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Which tiles to show: up to six positions, from no salt to much, the same for the same tiles."""
    order = np.argsort(salt_proportion, kind="stable")
    places = np.linspace(0.2, 0.98, COUNT) * (len(order) - 1)  # two or so without salt: a third of all are
    return order[np.unique(places.round().astype(np.int64))]


def strip(images: np.ndarray, truths: np.ndarray, probabilities: np.ndarray) -> npt.NDArray[np.uint8]:
    """One picture with a column a tile: image over truth over probability of salt.

    images, probabilities: (k, H, W) uint8 · truths: (k, H, W) in {0, 1}.
    """
    rows = [np.asarray(images), np.asarray(truths, dtype=np.uint8) * 255, np.asarray(probabilities)]
    spaced = [np.pad(row, ((0, 0), (0, GAP), (0, GAP)), constant_values=GAP_GREY) for row in rows]
    picture = np.concatenate([np.concatenate(list(row), axis=1) for row in spaced], axis=0)
    return picture[:-GAP, :-GAP]


def sample_path(folder: Path, epoch: int) -> Path:
    """Where the picture of an epoch is."""
    return folder / f"epoch-{epoch:04d}.png"


def write(folder: Path, epoch: int, images: np.ndarray, truths: np.ndarray, probabilities: np.ndarray) -> None:
    """Write the picture of an epoch into `folder`; arguments as of `strip`."""
    atomic.write_bytes(sample_path(folder, epoch), png(strip(images, truths, probabilities)))
