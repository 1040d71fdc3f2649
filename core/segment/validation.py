"""How good a network is on tiles it did not learn. Imports torch."""

from __future__ import annotations

from collections.abc import Callable
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


def probability_maps(model: nn.Module, images: Tensor, flip: bool = False) -> Tensor:
    """Probability of salt of each pixel: normalised images (k, 1, H, W) to (k, H, W) uint8, 128 and above is salt.

    flip: average with the prediction for the mirrored tile.
    """
    model.eval()
    with torch.no_grad():
        probabilities: Tensor = model(images).sigmoid()
        if flip:
            probabilities = (probabilities + model(images.flip(-1)).sigmoid().flip(-1)) / 2
    return probabilities[:, 0].mul(255).round_().to(torch.uint8)
