"""What a training makes small."""

from __future__ import annotations

from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

SMOOTHING = 0.01  # of the tile's area


def bce_dice(logits: Tensor, masks: Tensor) -> Tensor:
    """Binary cross entropy per pixel plus soft Dice loss per tile, each averaged: a scalar, 0 at best.

    logits: (N, 1, H, W), any real · masks: (N, 1, H, W) float in {0, 1}.
    """
    return binary_cross_entropy_with_logits(logits, masks) + dice_loss(logits, masks)


def dice_loss(logits: Tensor, masks: Tensor) -> Tensor:
    """1 - (2·Σpm + s) / (Σp + Σm + s), averaged over tiles (Milletari et al. 2016, arXiv:1606.04797, smoothed).

    s is a hundredth of a tile's pixels: so an empty tile has a loss too, and one that still pulls where half
    the tile is wrong. With s = 1 the network keeps specks in empty tiles (score .59 instead of .65 after 8 epochs).
    """
    smoothing = SMOOTHING * masks[0].numel()
    probabilities = logits.sigmoid()
    shared = (probabilities * masks).sum(dim=(1, 2, 3))
    areas = probabilities.sum(dim=(1, 2, 3)) + masks.sum(dim=(1, 2, 3))
    return (1 - (2 * shared + smoothing) / (areas + smoothing)).mean()
