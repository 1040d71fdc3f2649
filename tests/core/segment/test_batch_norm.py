"""Batch norm for few channels against torch's own."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from core.segment.batch_norm import BatchNorm


def pair(channels: int) -> tuple[nn.BatchNorm2d, BatchNorm]:
    theirs, ours = nn.BatchNorm2d(channels), BatchNorm(channels)
    with torch.no_grad():
        theirs.weight.uniform_(0.5, 2)
        theirs.bias.uniform_(-1, 1)
    ours.load_state_dict(theirs.state_dict())
    return theirs, ours


@pytest.mark.parametrize("channels", [1, 2, 3, 4, 8, 16])
@pytest.mark.parametrize("layout", [torch.channels_last, torch.contiguous_format])
def test_results_gradients_and_state_are_torchs(channels: int, layout: torch.memory_format) -> None:
    torch.manual_seed(channels)
    theirs, ours = pair(channels)
    images = torch.randn(3, channels, 6, 32) * 3 + 5 * torch.randn(1, channels, 1, 1)
    upstream = torch.randn(images.shape).contiguous(memory_format=layout)
    found = []
    for layer in (theirs, ours):
        given = images.contiguous(memory_format=layout).requires_grad_()
        for _ in range(2):
            output = layer(given)
        output.backward(upstream)
        found.append([output, given.grad, layer.weight.grad, layer.bias.grad, *layer.state_dict().values()])
    for expected, got in zip(*found, strict=True):
        torch.testing.assert_close(got, expected, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(ours.eval()(images), theirs.eval()(images))


def test_the_gradient_is_the_slope() -> None:
    layer = BatchNorm(4).double()
    images = torch.randn(2, 4, 3, 8, dtype=torch.float64).contiguous(memory_format=torch.channels_last)
    assert torch.autograd.gradcheck(layer, images.requires_grad_())


def test_coarse_numbers_are_added_up_in_fine_ones() -> None:
    _, ours = pair(8)
    images = (torch.randn(4, 8, 32, 32) + 20).to(torch.bfloat16).contiguous(memory_format=torch.channels_last)
    output = ours(images)
    assert output.dtype == torch.bfloat16
    mean = images.float().mean(dim=(0, 2, 3))
    torch.testing.assert_close(ours.running_mean, 0.1 * mean, rtol=1e-4, atol=1e-4)
    assert ours.running_mean is not None and ours.running_mean.dtype == torch.float32
