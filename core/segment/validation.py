"""How good a network is on tiles it did not learn. Imports torch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from core.segment import metrics
from core.segment.batches import DeviceTiles
from core.segment.losses import bce_dice


@dataclass(frozen=True)
class Scores:
    """Averages over tiles. loss: as in training · map: the competition's score."""

    loss: float
    iou: float
    dice: float
    map: float


def validate(
    model: nn.Module, tiles: DeviceTiles, rows: Tensor, batch_size: int, every_batch: Callable[[], None]
) -> Scores:
    """Scores of `model` on `rows` (k,) int64 of `tiles`; the device is waited for once, at the end.

    every_batch: called before each batch; what it raises passes through.
    """
    losses, counts = [], []
    model.eval()
    with torch.no_grad():
        for chosen in rows.split(batch_size):
            every_batch()
            images, masks = tiles.batch(chosen)
            logits = model(images)
            losses.append(bce_dice(logits, masks) * len(chosen))
            counts.append(metrics.device_counts(masks[:, 0] > 0, logits[:, 0] >= 0))
    loss = float(torch.stack(losses).sum()) / len(rows)
    intersection, union = torch.cat(counts, dim=1).cpu().numpy()
    figures = (metric(intersection, union).mean() for metric in (metrics.iou, metrics.dice, metrics.score))
    return Scores(loss, *map(float, figures))


def probability_maps(models: Sequence[nn.Module], images: Tensor, flip: bool = False) -> Tensor:
    """Probability of salt of each pixel: normalised images (k, 1, H, W) to (k, H, W) uint8, 128 and above is salt.

    models: their probabilities are averaged · flip: also with those for the mirrored tile.
    """
    total = torch.zeros(images.shape, device=images.device)
    with torch.no_grad():
        for model in models:
            model.eval()
            total += model(images).float().sigmoid()
            if flip:
                total += model(images.flip(-1)).float().sigmoid().flip(-1)
    return total[:, 0].mul(255 / (len(models) * (1 + flip))).round_().to(torch.uint8)
