"""Tiles of any size for networks that halve them some times. Imports torch."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from core.segment.architecture import MULTIPLE, enlarged


@dataclass(frozen=True)
class Frame:
    """Where a tile lies in what a network computes.

    shape: the tile's height and width · top, left: the first row and column of the tile there · height, width: its
    rows and columns there, more than its own where it was enlarged.
    """

    shape: tuple[int, int]
    top: int
    left: int
    height: int
    width: int

    def cut(self, logits: Tensor) -> Tensor:
        """Logits (N, 1, H', W') of what the network computed to those of the tile's own pixels, (N, 1, H, W)."""
        inside = logits[..., self.top : self.top + self.height, self.left : self.left + self.width]
        return resized(inside, self.shape)


def framed(images: Tensor, enlarge: float = 1.0, multiple: int = MULTIPLE) -> tuple[Tensor, Frame]:
    """Enlarge images (N, C, H, W) 1…2 times, then mirror their border until both sides are multiples of so many pixels.

    Gives these, (N, C, H', W'), and where the tiles lie in them.
    """
    shape = (images.shape[-2], images.shape[-1])
    height, width = enlarged(shape, enlarge)
    down, across = -height % multiple, -width % multiple
    top, left = down // 2, across // 2
    padded = _reflected(resized(images, (height, width)), top, down - top, left, across - left)
    return padded, Frame(shape, top, left, height, width)


def resized(images: Tensor, shape: tuple[int, int]) -> Tensor:
    """Images (N, C, H, W) with another height and width, bilinear; the same where they have it already."""
    if images.shape[-2:] == shape:
        return images
    return nn.functional.interpolate(images, shape, mode="bilinear", align_corners=False)


def _reflected(images: Tensor, top: int, bottom: int, left: int, right: int) -> Tensor:
    height, width = images.shape[-2:]
    if bottom < height and right < width:
        return nn.functional.pad(images, (left, right, top, bottom), mode="reflect")
    rows, columns = _bounced(height, top, bottom, images.device), _bounced(width, left, right, images.device)
    return images.index_select(-2, rows).index_select(-1, columns)


def _bounced(side: int, before: int, after: int, device: torch.device) -> Tensor:
    """Where each pixel of a padded line comes from, for tiles so small that the reflection bounces several times."""
    period = max(1, 2 * (side - 1))
    positions = torch.arange(-before, side + after, device=device).remainder(period)
    return torch.minimum(positions, period - positions)
