"""What a training makes small. Each takes logits (N, 1, H, W), any real, and masks (N, 1, H, W) float in {0, 1}.

Each gives a scalar, 0 at best (Lovász's too, once every pixel is right by a margin of 1).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from core.errors import BadInput

Loss = Callable[[Tensor, Tensor], Tensor]

SMOOTHING = 0.01  # of the tile's area
HEAD = 0.1  # weight of the cross entropy of a salt head; not tuned
STAGED = 0.5  # share of the training after which a staged loss changes


def bce(logits: Tensor, masks: Tensor) -> Tensor:
    """Binary cross entropy, averaged over pixels."""
    return binary_cross_entropy_with_logits(logits, masks)


def focal(logits: Tensor, masks: Tensor) -> Tensor:
    """Cross entropy with weight (1 - p)² on the probability p of the truth (Lin et al. 2017, arXiv:1708.02002)."""
    from segmentation_models_pytorch.losses import FocalLoss

    loss: Tensor = FocalLoss("binary")(logits, masks)
    return loss


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


def lovasz(logits: Tensor, masks: Tensor) -> Tensor:
    """Lovász hinge of each tile's salt, averaged over tiles (Berman et al. 2018, arXiv:1705.08790, algorithm 1)."""
    errors, truth = _by_error(logits, masks)
    return _extension(errors, truth)


def lovasz_symmetric(logits: Tensor, masks: Tensor) -> Tensor:
    """Mean of the Lovász hinge of salt and that of what is no salt, whose errors are the same."""
    errors, truth = _by_error(logits, masks)
    return (_extension(errors, truth) + _extension(errors, 1 - truth)) / 2


def bce_dice(logits: Tensor, masks: Tensor) -> Tensor:
    """The sum of both."""
    return bce(logits, masks) + dice_loss(logits, masks)


def bce_lovasz(logits: Tensor, masks: Tensor) -> Tensor:
    """Cross entropy with half its weight and the symmetric Lovász hinge."""
    return 0.5 * bce(logits, masks) + lovasz_symmetric(logits, masks)


LOSSES: dict[str, Loss] = {
    "bce": bce,
    "dice": dice_loss,
    "focal": focal,
    "lovasz": lovasz,
    "lovasz_symmetric": lovasz_symmetric,
    "bce_dice": bce_dice,
    "bce_lovasz": bce_lovasz,
}


@cache
def with_salt_head(loss: Loss) -> Loss:
    """`loss` and the cross entropy of the second channel, which says whether there is any salt; logits (N, 2, H, W)."""

    def both(logits: Tensor, masks: Tensor) -> Tensor:
        any_salt = masks.amax(dim=(1, 2, 3))
        return loss(logits[:, :1], masks) + HEAD * binary_cross_entropy_with_logits(logits[:, 1, 0, 0], any_salt)

    return both


def loss_at(name: str, done: float, salt_head: bool = False) -> Loss:
    """The loss that setting `loss` means when a share `done` of the training is over. Raises `BadInput`.

    staged: first bce_dice, which learns fast from nothing, then bce_lovasz, which is nearer to the score · salt_head:
    whether the network has one, which learns beside it.
    """
    if salt_head:
        return with_salt_head(loss_at(name, done))
    if (stage := stage_at(name, done)) not in LOSSES:
        raise BadInput(f"loss={name}: expected {', '.join(LOSSES)} or staged")
    return LOSSES[stage]


def stage_at(name: str, done: float) -> str:
    """Name among `LOSSES` of what setting `loss` means when a share `done` of the training is over."""
    if name != "staged":
        return name
    return "bce_dice" if done < STAGED else "bce_lovasz"


def _by_error(logits: Tensor, masks: Tensor) -> tuple[Tensor, Tensor]:
    """Hinge errors of each tile's pixels, largest first, and the truth in that order: both (N, H·W) float32."""
    scores, truth = logits.float().flatten(1), masks.float().flatten(1)
    errors, order = (1 - scores * (2 * truth - 1)).sort(dim=1, descending=True)
    return errors, truth.gather(1, order)


def _extension(errors: Tensor, truth: Tensor) -> Tensor:
    """The Lovász extension of 1 - IoU at sorted errors (N, P), averaged over tiles."""
    intersection = truth.sum(dim=1, keepdim=True) - truth.cumsum(dim=1)
    union = intersection + torch.arange(1, truth.shape[1] + 1, device=truth.device, dtype=truth.dtype)
    jaccard = 1 - intersection / union
    steps = torch.cat((jaccard[:, :1], jaccard.diff(dim=1)), dim=1)
    return (errors.relu() * steps).sum(dim=1).mean()
