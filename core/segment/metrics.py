"""How good masks are: the competition's score, IoU, Dice. Torch-free; tensors are counted where they lie.

The score of a tile is the mean over t = .50, .55, …, .95 of [IoU > t], strictly greater; empty against
empty is 1, empty against anything else 0 (TGS Salt Identification Challenge, Evaluation). In integers, with
intersection I and union U: the number of k in 10…19 with 20·I > k·U, over 10. These are the k up to
(20·I - 1) // U, so that no loop over thresholds is needed.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import torch

_CHUNK = 256  # tiles whose bits are counted at once: what fits into a core's own cache

Counts = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]


def counts(truth: np.ndarray, prediction: np.ndarray) -> Counts:
    """Pixels in both and in either of two masks, per tile.

    truth, prediction: (N, H, W), everything above 0 is salt · gives (intersection, union), each (N,) int64.
    """
    return packed_counts(pack(truth), pack(prediction))


def pack(masks: np.ndarray) -> npt.NDArray[np.uint8]:
    """Masks as bits: (N, H, W) to (N, B) uint8, B a multiple of 8, zeros behind the last pixel."""
    array = np.asarray(masks)
    bits = np.packbits(array.reshape(len(array), math.prod(array.shape[1:])) > 0, axis=1)
    return np.pad(bits, ((0, 0), (0, -bits.shape[1] % 8)))


def packed_counts(truth: npt.NDArray[np.uint8], prediction: npt.NDArray[np.uint8]) -> Counts:
    """`counts` of masks that `pack` has packed."""
    a, b = (np.ascontiguousarray(bits).view(np.uint64) for bits in (truth, prediction))
    both, either = np.empty((2, len(a)), np.int64)
    for first in range(0, len(a), _CHUNK):
        rows = slice(first, first + _CHUNK)
        np.bitwise_count(a[rows] & b[rows]).sum(axis=1, dtype=np.int64, out=both[rows])
        np.bitwise_count(a[rows] | b[rows]).sum(axis=1, dtype=np.int64, out=either[rows])
    return both, either


def score(intersection: npt.NDArray[np.int64], union: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """The competition's score of each tile, (N,) in {0, .1, …, 1}."""
    highest = (20 * intersection - 1) // np.maximum(union, 1)
    return np.where(union == 0, 10, np.clip(highest - 9, 0, 10)) / 10


def competition_score(truth: np.ndarray, prediction: np.ndarray) -> npt.NDArray[np.float64]:
    """The competition's score of each tile: two (N, H, W) masks to (N,)."""
    return score(*counts(truth, prediction))


def competition_score_packed(
    truth: npt.NDArray[np.uint8], prediction: npt.NDArray[np.uint8]
) -> npt.NDArray[np.float64]:
    """The competition's score of masks that `pack` has packed: two (N, B) arrays to (N,)."""
    return score(*packed_counts(truth, prediction))


def iou(intersection: npt.NDArray[np.int64], union: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Intersection over union of each tile, (N,) 0…1; empty against empty is 1."""
    return np.where(union == 0, 1.0, intersection / np.maximum(union, 1))


def dice(intersection: npt.NDArray[np.int64], union: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Dice coefficient 2·I / (U + I) of each tile, (N,) 0…1; empty against empty is 1."""
    return np.where(union == 0, 1.0, 2 * intersection / np.maximum(union + intersection, 1))


def device_counts(truth: torch.Tensor, prediction: torch.Tensor) -> torch.Tensor:
    """`counts` of two boolean (N, H, W) tensors: (2, N) int64 on their device, nothing is fetched."""
    import torch

    both, either = (mask.flatten(1).sum(dim=1) for mask in (truth & prediction, truth | prediction))
    return torch.stack([both, either])
