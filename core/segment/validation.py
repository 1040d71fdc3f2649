"""How good a network is on tiles it did not learn. Imports torch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from core.segment import metrics
from core.segment.batches import DeviceTiles
from core.segment.losses import Loss, bce_dice
from core.segment.padding import resized
from core.segment.tta import View, find


@dataclass(frozen=True)
class Scores:
    """Averages over tiles. loss: as in training · map: the competition's score."""

    loss: float
    iou: float
    dice: float
    map: float


def validate(
    model: nn.Module,
    tiles: DeviceTiles,
    rows: Tensor,
    batch_size: int,
    every_batch: Callable[[], None],
    loss_of: Loss = bce_dice,
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
            logits = model(tiles.with_depths(images, chosen))
            losses.append(loss_of(logits, masks) * len(chosen))
            counts.append(metrics.device_counts(masks[:, 0] > 0, logits[:, 0] >= 0))
    loss = float(torch.stack(losses).sum()) / len(rows)
    intersection, union = torch.cat(counts, dim=1).cpu().numpy()
    figures = (metric(intersection, union).mean() for metric in (metrics.iou, metrics.dice, metrics.score))
    return Scores(loss, *map(float, figures))


def probability_maps(
    models: Sequence[nn.Module],
    images: Tensor,
    views: Sequence[Sequence[View]] | None = None,
    shares: npt.NDArray[np.float32] | None = None,
) -> tuple[Tensor, Tensor]:
    """Probability of salt of each pixel, (k, H, W) uint8, 128 and above is salt, and `asides` (k, 1) float32.

    images: as `DeviceTiles.images` gives them, k of them
    models: their probabilities are averaged · views: those of each tile that each model sees, averaged too; None: one ·
    shares: (models, k), how much each model has to say of each tile, 1 over all models; None: all equally much.
    """
    total = torch.zeros_like(images[:, 0])
    said = total.new_zeros(2, len(images))  # the answers of salt heads, and how much these have to say
    if shares is None:
        shares = np.full((len(models), len(images)), 1 / len(models), np.float32)
    if views is None:
        views = [find("one")] * len(models)
    with torch.no_grad():
        for model, own, share in zip(models, views, shares, strict=True):
            places = torch.from_numpy(np.flatnonzero(share)).to(images.device)
            if len(places):
                weight = torch.from_numpy(share[share != 0]).to(images.device).view(-1, 1, 1)
                some = images if len(places) == len(images) else images.index_select(0, places)
                found = _probabilities(model, some, own)
                total.index_add_(0, places, weight * found[:, 0])
                for head in found[:, 1:, 0, 0].unbind(1):
                    answers = torch.stack((head, torch.ones_like(head)))
                    said.index_add_(1, places, weight[:, 0, 0] * answers)
    return total.mul_(255).round_().to(torch.uint8), (said[0] / said[1])[:, None]


def _probabilities(model: nn.Module, images: Tensor, views: Sequence[View]) -> Tensor:
    """(k, C, H, W) to (k, 1 or 2, H, W) float32, 0…1: what the network's logits say, averaged over `views`."""
    model.eval()
    return torch.stack([_seen(model, images, view) for view in views]).mean(dim=0)


def _seen(model: nn.Module, images: Tensor, view: View) -> Tensor:
    height, width = images.shape[-2:]
    seen = images.flip(-1) if view.mirrored else images
    seen = resized(seen, (round(height * view.scale), round(width * view.scale)))
    probabilities = resized(model(seen).float(), (height, width)).sigmoid()
    return probabilities.flip(-1) if view.mirrored else probabilities
