"""Tiles without a label in the batches of a training, with masks as a teacher sees them. Imports torch.

The teacher is the average of the weights (Tarvainen and Valpola 2017, arXiv:1703.01780), which is better than they are
at any step; it sees the tile as it is, they learn it changed (Sohn et al. 2020, arXiv:2001.07685).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from core.segment.batches import DeviceTiles

BEGIN = 0.5  # share of the training from which the teacher is good enough


def unlabelled_order(
    rows: npt.NDArray[np.int64], steps: int, tiles: int, seed: int, epoch: int
) -> npt.NDArray[np.int64]:
    """Rows of tiles without a label for each step of an epoch: (steps, tiles), drawn from (seed, epoch).

    None comes again before all had their turn; (steps, 0) where `rows` is empty.
    """
    drawn = np.random.default_rng([seed, epoch, 1]).permutation(rows)
    return np.resize(drawn, (steps, tiles if len(rows) else 0))


@torch.no_grad()
def taught_batch(
    tiles: DeviceTiles, rows: Tensor, unlabelled: Tensor, teacher: nn.Module
) -> tuple[Tensor, Tensor, Tensor]:
    """Rows (N,) with the last ones replaced by `unlabelled` (k,), k < N, their images and their masks, (N, 1, H, W).

    The masks of these k are where `teacher` gives a logit of 0 or more.
    """
    rows = torch.cat((rows[: len(rows) - len(unlabelled)], unlabelled))
    images, masks = tiles.batch(rows)
    if len(unlabelled):
        last = images[-len(unlabelled) :]
        logits = teacher.eval()(tiles.with_depths(last, unlabelled))
        masks[-len(unlabelled) :] = (logits[:, :1] >= 0).float()
    return rows, images, masks
