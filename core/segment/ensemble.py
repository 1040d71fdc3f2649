"""Several networks that learn at once and answer as one. Imports torch."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor, nn

EPSILON = 1e-6  # how near to 0 and 1 a probability is told from them


class Ensemble(nn.Module):
    """Networks of one kind, each with first weights of its own (Lakshminarayanan et al. 2017, arXiv:1612.01474).

    Takes and gives what each of them does. While it learns, a batch is theirs in equal parts, one after the other, so
    that none learns from another's tiles; afterwards each sees all images, and the logits are those of the mean of
    their probabilities.
    """

    def __init__(self, networks: Iterable[nn.Module]) -> None:
        super().__init__()
        self.members = nn.ModuleList(networks)

    def forward(self, images: Tensor) -> Tensor:
        if self.training:
            parts = images.tensor_split(len(self.members))
            return torch.cat([member(part) for member, part in zip(self.members, parts, strict=True) if len(part)])
        probabilities = torch.stack([member(images).float().sigmoid() for member in self.members])
        return probabilities.mean(dim=0).logit(EPSILON)


def members(model: nn.Module) -> list[nn.Module]:
    """The networks that `model` consists of: itself, or those of an ensemble."""
    return list(model.members) if isinstance(model, Ensemble) else [model]
