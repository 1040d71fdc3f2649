"""How well a predicted mask can be expected to score, from its probability map alone. Imports torch."""

from __future__ import annotations

import torch
from torch import Tensor

from core.segment.predictions import SALT_LEVEL


def confidence(maps: Tensor) -> Tensor:
    """An estimate of each tile's IoU: maps (N, H, W) uint8 probabilities 0…255 to (N,) float32, 0…1."""
    p = maps.flatten(1).float() / 255
    salt = maps.flatten(1) >= SALT_LEVEL
    inside = (p * salt).sum(dim=1)
    union = salt.sum(dim=1) + (p * ~salt).sum(dim=1)
    return torch.where(salt.any(dim=1), inside / union.clamp(min=1), 1 - p.amax(dim=1))
