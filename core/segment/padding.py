"""Tiles of any size for networks that halve them five times. Imports torch."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from core.segment.architecture import MULTIPLE


def pad(images: Tensor) -> tuple[Tensor, int, int]:
    """Mirror the border so that height and width become multiples of 32; also gives rows above and columns left."""
    height, width = images.shape[-2:]
    down, across = -height % MULTIPLE, -width % MULTIPLE
    top, left = down // 2, across // 2
    bottom, right = down - top, across - left
    if bottom < height and right < width:
        return nn.functional.pad(images, (left, right, top, bottom), mode="reflect"), top, left
    rows = _reflected(height, top, bottom, images.device)
    columns = _reflected(width, left, right, images.device)
    return images.index_select(-2, rows).index_select(-1, columns), top, left


def _reflected(side: int, before: int, after: int, device: torch.device) -> Tensor:
    """Where each pixel of a padded line comes from, for tiles so small that the reflection bounces several times."""
    period = max(1, 2 * (side - 1))
    positions = torch.arange(-before, side + after, device=device).remainder(period)
    return torch.minimum(positions, period - positions)
