"""The average of a network's weights over its last steps, which is better than any of them. Imports torch."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy

import torch
from torch import Tensor, nn


class WeightAverage:
    """An exponential moving average of all weights and batch statistics (Polyak and Juditsky 1992).

    module: a network like `model` with the averages · decay: share of the average that a step leaves, 0…1; fewer in
    the first steps, so that the first weights are soon forgotten.
    """

    def __init__(self, model: nn.Module, decay: float) -> None:
        self.module = deepcopy(model).requires_grad_(False).eval()
        self._decay = decay
        self._averages, self._learned = list(_numbers(self.module)), list(_numbers(model))

    @torch.no_grad()
    def update(self, step: int) -> None:
        """Take in the weights after step number `step`, from 1."""
        decay = min(self._decay, step / (step + 10))
        torch._foreach_lerp_(self._averages, self._learned, 1 - decay)


def _numbers(model: nn.Module) -> Iterator[Tensor]:
    return (value for value in model.state_dict(keep_vars=True).values() if value.is_floating_point())
