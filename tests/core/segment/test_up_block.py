"""A level of the way up against segmentation-models-pytorch's own."""

from __future__ import annotations

import pytest
import torch
from segmentation_models_pytorch.decoders.unet.decoder import UnetDecoderBlock
from torch import Tensor

from core.segment.up_block import MOST_CHANNELS, UpBlock


def pair(channels: int, skip: int, attention: str | None = None) -> list[UnetDecoderBlock]:
    torch.manual_seed(0)
    theirs, ours = (UnetDecoderBlock(channels, skip, 16, attention_type=attention).double() for _ in range(2))
    ours.load_state_dict(theirs.state_dict())
    ours.__class__ = UpBlock
    return [theirs, ours]


def results(block: UnetDecoderBlock, images: Tensor, skip: Tensor | None, size: tuple[int, int]) -> list[Tensor]:
    """The output and all gradients."""
    given = [part.clone().requires_grad_() for part in (images, skip) if part is not None]
    output = block(given[0], *size, *given[1:])
    output.pow(2).sum().backward()
    return [output, *(part.grad for part in (*given, *block.parameters()) if part.grad is not None)]


@pytest.mark.parametrize(
    ("channels", "skip", "attention", "times"),
    [(6, 0, None, 2), (6, 3, None, 2), (MOST_CHANNELS + 1, 2, None, 2), (30, 3, "scse", 2), (6, 3, None, 3)],
)
def test_results_and_gradients_are_theirs(channels: int, skip: int, attention: str | None, times: int) -> None:
    size = (3 * times, 5 * times)
    blocks = pair(channels, skip, attention)
    images = torch.randn(2, channels, 3, 5, dtype=torch.float64)
    beside = torch.randn(2, skip, *size, dtype=torch.float64) if skip else None
    expected, got = (results(block, images, beside, size) for block in blocks)
    assert len(expected) == len(got) > 6
    for theirs, ours in zip(expected, got, strict=True):
        torch.testing.assert_close(ours, theirs)


def test_in_bf16_it_is_as_close_as_theirs() -> None:
    theirs, ours = (block.float() for block in pair(32, 8))
    images, skip = torch.randn(4, 32, 8, 8), torch.randn(4, 8, 16, 16)
    exact = results(theirs, images, skip, (16, 16))[0]
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        errors = [float((block(images, 16, 16, skip) - exact).norm() / exact.norm()) for block in (theirs, ours)]
    assert errors[1] < max(1.5 * errors[0], 0.01)
