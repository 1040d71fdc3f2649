"""Losses on hand-made masks."""

from __future__ import annotations

import math
from dataclasses import fields

import pytest
import torch
from torch import Tensor

from core.errors import BadInput
from core.segment.losses import (
    LOSSES,
    Loss,
    bce_dice,
    bce_lovasz,
    dice_loss,
    focal,
    loss_at,
    lovasz,
    lovasz_symmetric,
)
from core.segment.settings import TrainSettings


def test_a_sure_and_right_answer_costs_nothing() -> None:
    masks = torch.tensor([[[[1.0, 0], [0, 1]]], [[[0.0, 0], [0, 0]]]])
    assert bce_dice((masks - 0.5) * 200, masks) < 1e-6


def test_no_opinion_costs_what_the_formulas_say() -> None:
    masks = torch.tensor([[[[1.0, 1], [0, 0]]]])
    logits = torch.zeros_like(masks)
    smooth = 0.04  # a hundredth of four pixels
    expected = 1 - (2 * 1 + smooth) / (2 + 2 + smooth)
    torch.testing.assert_close(dice_loss(logits, masks).item(), expected)
    torch.testing.assert_close(bce_dice(logits, masks).item(), math.log(2) + expected)


def test_fewer_false_pixels_in_an_empty_tile_cost_less() -> None:
    empty = torch.zeros(1, 1, 10, 10)
    costs = []
    for count in (50, 10, 1, 0):
        logits = torch.full((100,), -20.0)
        logits[:count] = 20.0
        costs.append(dice_loss(logits.view_as(empty), empty).item())
    assert costs == sorted(costs, reverse=True) and costs[-1] < 1e-6


def jaccard_loss(truth: list[int], wrong: list[int]) -> float:
    """1 - IoU of a tile whose pixels `wrong` are predicted wrongly (equation 6 of the paper)."""
    salt = {i for i, value in enumerate(truth) if value}
    return len(wrong) / len(salt | set(wrong)) if wrong else 0.0


def lovasz_by_loop(logits: Tensor, masks: Tensor) -> float:
    """The Lovász hinge from its definition (equations 8 and 12), one tile and one pixel at a time."""
    total = 0.0
    for tile, truth in zip(logits.flatten(1).tolist(), masks.flatten(1).int().tolist(), strict=True):
        errors = [max(0.0, 1 - score * (2 * salt - 1)) for score, salt in zip(tile, truth, strict=True)]
        order = sorted(range(len(errors)), key=lambda i: -errors[i])
        for place, pixel in enumerate(order):
            gain = jaccard_loss(truth, order[: place + 1]) - jaccard_loss(truth, order[:place])
            total += errors[pixel] * gain
    return total / len(logits)


def some_tiles(seed: int) -> tuple[Tensor, Tensor]:
    """Five tiles of 6×7 pixels, the first empty, the second full."""
    generator = torch.Generator().manual_seed(seed)
    masks = (torch.rand(5, 1, 6, 7, generator=generator) < 0.4).float()
    masks[0], masks[1] = 0, 1
    return torch.randn(masks.shape, generator=generator) * 2, masks


@pytest.mark.parametrize("seed", range(3))
def test_lovasz_is_what_the_definition_says(seed: int) -> None:
    logits, masks = some_tiles(seed)
    salt, other = lovasz_by_loop(logits, masks), lovasz_by_loop(-logits, 1 - masks)
    assert lovasz(logits, masks).item() == pytest.approx(salt, rel=1e-5)
    assert lovasz_symmetric(logits, masks).item() == pytest.approx((salt + other) / 2, rel=1e-5)
    assert lovasz_symmetric(-logits, 1 - masks).item() == pytest.approx((salt + other) / 2, rel=1e-5)


def test_lovasz_pulls_at_what_is_wrong_alone() -> None:
    masks = torch.tensor([[[[1.0, 1], [0, 0]]]])
    logits = torch.tensor([[[[3.0, -1], [-2, -3]]]], requires_grad=True)
    (slope,) = torch.autograd.grad(lovasz_symmetric(logits, masks), logits)
    assert slope.flatten().tolist() == pytest.approx([0, -0.5 * (1 / 2 + 1 / 3), 0, 0])


def test_focal_is_what_the_formula_says() -> None:
    logits, masks = some_tiles(0)
    p = torch.where(masks > 0, logits.sigmoid(), 1 - logits.sigmoid())
    torch.testing.assert_close(focal(logits, masks), (-((1 - p) ** 2) * p.log()).mean())


@pytest.mark.parametrize("loss", LOSSES.values())
def test_every_loss_falls_on_the_way_to_the_truth(loss: Loss) -> None:
    logits, masks = some_tiles(1)
    good = (masks - 0.5) * 200
    costs = [float(loss(torch.lerp(logits, good, share), masks)) for share in (0.0, 0.02, 0.1, 1.0)]
    assert costs == sorted(costs, reverse=True) and costs[-1] < 1e-5
    assert loss(logits.bfloat16(), masks).isfinite()


def test_a_staged_loss_changes_at_half_the_training() -> None:
    assert loss_at("staged", 0.49) is bce_dice and loss_at("staged", 0.5) is bce_lovasz
    assert loss_at("dice", 0.1) is loss_at("dice", 0.9) is dice_loss
    with pytest.raises(BadInput, match="loss=hinge: expected bce"):
        loss_at("hinge", 0)


def test_the_settings_offer_every_loss() -> None:
    (setting,) = (one for one in fields(TrainSettings) if one.name == "loss")
    assert setting.metadata["choices"] == (*LOSSES, "staged")
