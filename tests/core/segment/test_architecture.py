"""The torch-free description against the real network."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import nn

from core.segment.architecture import Kind, padded, products, summary
from core.segment.models import UNet, build
from core.segment.settings import TrainSettings


@pytest.mark.parametrize("changes", [{}, {"depth": True, "salt_head": True}], ids=str)
@pytest.mark.parametrize("tile_shape", [(101, 101), (40, 70)])
def test_the_summary_tells_what_the_network_does(
    settings: Callable[..., TrainSettings], tile_shape: tuple[int, int], changes: dict[str, bool]
) -> None:
    told = settings(width=3, **changes)
    model = build(told)
    assert isinstance(model, UNet)
    shapes: list[tuple[int, ...]] = []
    for step in model.steps:
        step.register_forward_hook(lambda module, given, out: shapes.append(tuple(out.shape[1:])))
    model.eval()(torch.zeros(1, 1, *tile_shape))
    rows = summary(told, tile_shape)
    computed = [row["output"] for row in rows if row["operation"] != Kind.CONCATENATION]
    assert computed == shapes
    parameters = [sum(p.numel() for p in step.parameters()) for step in model.steps]
    assert [row["parameters"] for row in rows] == parameters


def test_the_network_is_the_one_of_the_notebook() -> None:
    rows = summary(TrainSettings(dataset="a", width=8), (101, 101))
    names = [row["layer"] for row in rows]
    assert [sum(word in name for name in names) for word in ("pooling", "upsampling", "skip")] == [4, 4, 4]
    assert sum("convolution" in name for name in names) == 2 * (4 + 1 + 4)
    outputs = {row["layer"]: row["output"] for row in rows}
    assert outputs["bottleneck convolution 2"] == (128, 8, 8)
    assert outputs["logit"] == (1, 128, 128)


def test_products_are_those_of_the_convolutions() -> None:
    told = TrainSettings(dataset="a", width=2)
    counted = []
    model = UNet(2)
    for step in model.modules():
        if isinstance(step, nn.Conv2d):
            step.register_forward_hook(lambda m, given, out: counted.append(m.weight[0].numel() * out[0].numel()))
        elif isinstance(step, nn.ConvTranspose2d):
            step.register_forward_hook(
                lambda m, given, out: counted.append(m.weight[0, :, 0, 0].numel() * 4 * given[0][0].numel())
            )
    model(torch.zeros(1, 1, 64, 64))
    assert products(told, (64, 64)) == sum(counted)


def test_sizes_are_padded_to_a_multiple_of_32() -> None:
    assert padded((101, 101)) == (128, 128)
    assert padded((32, 33)) == (32, 64)
    assert padded((101, 101), 1.25) == (128, 128)
    assert padded((101, 101), multiple=16) == (112, 112)
    assert padded((101, 60), 2.0) == (224, 128)
