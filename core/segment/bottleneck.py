"""What else a network is told, and says, at its deepest level, where a tile is few places wide. Imports torch.

Both travel as a second channel that is the same everywhere: the depth beside the grey levels, the logit that there is
any salt beside those of the pixels. So whatever flips, splits or averages batches needs to know nothing of them.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Depth(nn.Module):
    """Adds to each channel what the tile's depth tells of it: a weight for the standardised depth, and a bias.

    For the convolution that follows this is one more channel, the depth everywhere, as in the original notebook. The
    mean and the spread that depths are standardised with belong to the weights.
    """

    mean: Tensor
    spread: Tensor

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.embedding = nn.Linear(1, channels)
        self.register_buffer("mean", torch.zeros(()))
        self.register_buffer("spread", torch.ones(()))

    def forward(self, features: Tensor, depths: Tensor | None) -> Tensor:
        """features: (N, C, h, w) · depths: (N,), NaN or infinite where not known, None: no one's is; such is the mean.

        Gives features of the same shape.
        """
        if depths is None:
            depths = features.new_full((len(features),), torch.nan)
        standardised = ((depths - self.mean) / self.spread).nan_to_num(0.0, 0.0, 0.0)
        told: Tensor = self.embedding(standardised[:, None])
        return features + told[:, :, None, None]


class SaltHead(nn.Module):
    """Whether there is any salt in a tile."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.linear = nn.Linear(channels, 1)

    def forward(self, features: Tensor) -> Tensor:
        """Features (N, C, h, w) to logits (N, 1, 1, 1)."""
        logits: Tensor = self.linear(features.mean(dim=(2, 3)))
        return logits[:, :, None, None]


def together(logits: Tensor, any_salt: Tensor | None) -> Tensor:
    """Logits of pixels (N, 1, H, W) with those of a head (N, 1, 1, 1), if there is one, as a second channel."""
    return logits if any_salt is None else torch.cat((logits, any_salt.to(logits.dtype).expand_as(logits)), dim=1)


def parted(images: Tensor) -> tuple[Tensor, Tensor | None]:
    """Grey levels (N, 1, H, W) and depths (N,) of images (N, 1 or 2, H, W), whose second channel is the depth."""
    if images.shape[1] == 1:
        return images, None
    return images[:, :1], images[:, 1, 0, 0]
