"""Padding, cropping, first weights, normalisation."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core.segment.architecture import padded
from core.segment.models import build, normalised
from core.segment.padding import framed
from core.segment.settings import TrainSettings


@pytest.mark.parametrize("shape", [(101, 101), (32, 64), (5, 40), (2, 3), (1, 1)])
def test_padding_is_numpys_reflection(shape: tuple[int, int]) -> None:
    images = torch.rand(2, 1, *shape)
    x, frame = framed(images)
    (height, width), top, left = padded(shape), frame.top, frame.left
    around = ((0, 0), (0, 0), (top, height - shape[0] - top), (left, width - shape[1] - left))
    np.testing.assert_array_equal(x.numpy(), np.pad(images.numpy(), around, mode="reflect"))
    assert abs(height - shape[0] - 2 * top) <= 1
    assert torch.equal(frame.cut(x), images)


@pytest.mark.parametrize("factor", [1.25, 2.0])
@pytest.mark.parametrize("shape", [(101, 101), (30, 70)])
def test_a_tile_is_enlarged_and_shrunk_again(shape: tuple[int, int], factor: float) -> None:
    slope = torch.linspace(0, 1, shape[1]).expand(1, 1, *shape)
    x, frame = framed(slope, factor)
    assert tuple(x.shape[-2:]) == padded(shape, factor)
    assert (frame.height, frame.width) == (round(shape[0] * factor), round(shape[1] * factor))
    torch.testing.assert_close(frame.cut(x)[..., 2:-2], slope[..., 2:-2], atol=2e-3, rtol=0)


@pytest.mark.parametrize("factor", [1.0, 1.5])
@pytest.mark.parametrize("shape", [(101, 101), (24, 40), (9, 3)])
def test_one_logit_per_pixel(shape: tuple[int, int], factor: float) -> None:
    model = build(TrainSettings(dataset="a", width=2, enlarge=factor))
    assert model(torch.rand(2, 1, *shape)).shape == (2, 1, *shape)


@pytest.mark.parametrize("factor", [1.0, 2.0])
def test_logits_stand_where_their_pixels_are(factor: float) -> None:
    """A bright spot changes the logits most around itself, also after padding and cropping."""
    model = build(TrainSettings(dataset="a", width=4, enlarge=factor)).eval()
    spot = torch.zeros(1, 1, 50, 70)
    spot[0, 0, 12, 55] = 5
    with torch.no_grad():
        change = (model(spot) - model(torch.zeros_like(spot))).abs()[0, 0]
    row, column = divmod(int(change.argmax()), 70)
    assert abs(row - 12) <= 2 and abs(column - 55) <= 2


def test_first_weights_depend_on_the_seed_alone() -> None:
    torch.manual_seed(5)
    first = build(TrainSettings(dataset="a", width=2, seed=1)).state_dict()
    torch.manual_seed(6)
    before = torch.get_rng_state()
    again = build(TrainSettings(dataset="a", width=2, seed=1)).state_dict()
    assert torch.equal(torch.get_rng_state(), before)
    assert all(torch.equal(first[name], again[name]) for name in first)
    other = build(TrainSettings(dataset="a", width=2, seed=2)).state_dict()
    assert not torch.equal(first["steps.0.0.weight"], other["steps.0.0.weight"])


def test_grey_levels_are_scaled_by_a_fixed_rule() -> None:
    levels = torch.tensor([[[0, 64, 128, 192]]], dtype=torch.uint8)
    assert normalised(levels).tolist() == [[[[-2.0, -1.0, 0.0, 1.0]]]]
