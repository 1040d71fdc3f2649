"""Losses on hand-made masks."""

from __future__ import annotations

import math

import torch

from core.segment.losses import bce_dice, dice_loss


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
