"""Convolutions with other ways back against torch's own."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from core.segment.convolutions import Depthwise, Upsampling, same_border


def gradients(layer: nn.Module, images: Tensor, upstream: Tensor) -> list[Tensor]:
    given = images.clone().requires_grad_()
    layer.zero_grad()
    output = layer(given)
    output.backward(upstream.to(output.dtype))
    assert given.grad is not None
    return [output, given.grad, *(part.grad for part in layer.parameters() if part.grad is not None)]


@pytest.mark.parametrize("kernel", [3, 5, 7])
@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("side", [2, 4, 9])
def test_a_depthwise_convolution_is_torchs(kernel: int, stride: int, side: int) -> None:
    torch.manual_seed(kernel)
    options = {"stride": stride, "padding": kernel // 2, "groups": 6, "bias": kernel == 3}
    theirs, ours = nn.Conv2d(6, 6, kernel, **options), Depthwise(6, 6, kernel, **options)
    ours.load_state_dict(theirs.state_dict())
    images = torch.randn(3, 6, side, side + 1).contiguous(memory_format=torch.channels_last)
    upstream = torch.randn_like(theirs(images))
    for expected, got in zip(gradients(theirs, images, upstream), gradients(ours, images, upstream), strict=True):
        torch.testing.assert_close(got, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("kernel", "stride"), [(3, 2), (5, 1), (5, 2)])
def test_in_bf16_a_depthwise_convolution_is_as_close_as_torchs(kernel: int, stride: int) -> None:
    torch.manual_seed(0)
    layer = Depthwise(8, 8, kernel, stride=stride, padding=kernel // 2, groups=8, bias=False)
    images = torch.randn(4, 8, 16, 16).contiguous(memory_format=torch.channels_last)
    upstream = torch.randn_like(layer(images))
    exact = gradients(layer, images, upstream)
    with torch.autocast("cpu", torch.bfloat16):
        coarse = gradients(layer, images, upstream)
    assert coarse[0].dtype == torch.bfloat16 and coarse[2].dtype == torch.float32
    for expected, got in zip(exact, coarse, strict=True):
        assert (got - expected).norm() < 0.01 * expected.norm()


@pytest.mark.parametrize(("kernel", "stride"), [(3, 1), (3, 2), (5, 1), (5, 2)])
@pytest.mark.parametrize("side", [7, 8])
def test_tensorflows_padding_makes_no_difference_on_the_way_back(side: int, kernel: int, stride: int) -> None:
    torch.manual_seed(side)
    theirs, ours = (Depthwise(4, 4, kernel, stride=stride, groups=4, bias=False) for _ in range(2))
    ours.load_state_dict(theirs.state_dict())
    ours.same = True
    images = torch.randn(3, 4, side, side).contiguous(memory_format=torch.channels_last)
    padded = nn.Sequential(nn.ZeroPad2d(same_border(images, kernel, stride)), theirs)
    upstream = torch.randn_like(padded(images))
    assert upstream.shape[-1] == -(-side // stride)
    for expected, got in zip(gradients(padded, images, upstream), gradients(ours, images, upstream), strict=True):
        torch.testing.assert_close(got, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("side", "kernel", "stride", "border"), [(8, 3, 2, (0, 1)), (8, 5, 2, (1, 2)), (7, 3, 2, (1, 1)), (8, 3, 1, (1, 1))]
)
def test_padding_as_tensorflow_does_it(side: int, kernel: int, stride: int, border: tuple[int, int]) -> None:
    assert same_border(torch.ones(1, 1, side, side), kernel, stride) == border * 2


def test_upsampling_is_torchs() -> None:
    torch.manual_seed(0)
    theirs, ours = nn.ConvTranspose2d(6, 4, 2, stride=2), Upsampling(6, 4, 2, stride=2)
    ours.load_state_dict(theirs.state_dict())
    images = torch.randn(3, 6, 5, 7).contiguous(memory_format=torch.channels_last)
    upstream = torch.randn_like(theirs(images))
    for expected, got in zip(gradients(theirs, images, upstream), gradients(ours, images, upstream), strict=True):
        torch.testing.assert_close(got, expected, rtol=1e-4, atol=1e-5)
