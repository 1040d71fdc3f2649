"""The moving average of a network's weights."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from core.segment.averaging import WeightAverage


def test_the_average_forgets_the_first_weights_and_follows_slowly() -> None:
    model = nn.Sequential(nn.Linear(1, 1, bias=False), nn.BatchNorm1d(1))
    nn.init.constant_(model[0].weight, 5.0)
    average = WeightAverage(model, 0.9)
    expected = 5.0
    for step in range(1, 201):
        with torch.no_grad():
            model[0].weight.fill_(float(step % 2))
        average.update(step)
        decay = min(0.9, step / (step + 10))
        expected = decay * expected + (1 - decay) * (step % 2)
    assert average.module[0].weight.item() == pytest.approx(expected, rel=1e-5)
    assert 0.4 < expected < 0.6


def test_batch_statistics_are_averaged_and_the_model_stays_its_own() -> None:
    model = nn.BatchNorm2d(3).train()
    average = WeightAverage(model, 0.99)
    for step in range(1, 50):
        model(torch.randn(4, 3, 5, 5) + 7)
        average.update(step)
    assert not average.module.training and not any(p.requires_grad for p in average.module.parameters())
    assert model.training and all(p.requires_grad for p in model.parameters())
    assert average.module.running_mean.min() > 5
    assert not torch.equal(average.module.running_mean, model.running_mean)
