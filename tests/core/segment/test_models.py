"""Padding, cropping, first weights, normalisation."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core.segment.architecture import padded
from core.segment.models import build, normalised
from core.segment.padding import pad
from core.segment.settings import TrainSettings


@pytest.mark.parametrize("shape", [(101, 101), (32, 64), (5, 40), (2, 3), (1, 1)])
def test_padding_is_numpys_reflection(shape: tuple[int, int]) -> None:
    images = torch.rand(2, 1, *shape)
    x, top, left = pad(images)
    height, width = padded(shape)
    around = ((0, 0), (0, 0), (top, height - shape[0] - top), (left, width - shape[1] - left))
    np.testing.assert_array_equal(x.numpy(), np.pad(images.numpy(), around, mode="reflect"))
    assert abs(height - shape[0] - 2 * top) <= 1


@pytest.mark.parametrize("shape", [(101, 101), (24, 40), (9, 3)])
def test_one_logit_per_pixel(shape: tuple[int, int]) -> None:
    model = build(TrainSettings(dataset="a", width=2))
    assert model(torch.rand(2, 1, *shape)).shape == (2, 1, *shape)


def test_logits_stand_where_their_pixels_are() -> None:
    """A bright spot changes the logits most around itself, also after padding and cropping."""
    model = build(TrainSettings(dataset="a", width=4)).eval()
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
