"""The views of a tile that a prediction is averaged over."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from core.errors import BadInput
from core.segment.tta import WORDS, find
from core.segment.validation import probability_maps


class Mirror(nn.Module):
    """Says of each pixel what its grey level is, and remembers what it was shown."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[Tensor] = []

    def forward(self, images: Tensor) -> Tensor:
        self.shown.append(images)
        return images


@pytest.mark.parametrize("views", WORDS)
def test_each_view_comes_back_to_its_place(views: str) -> None:
    down, across = torch.meshgrid(torch.linspace(-2, 2, 101), torch.linspace(-3, 3, 101), indexing="ij")
    images = torch.stack((down + across, down * across))[:, None]
    network = Mirror()
    maps, _ = probability_maps([network], images, [find(views)])
    expected = images[:, 0].sigmoid() * 255
    assert (maps.float() - expected)[:, 1:-1, 1:-1].abs().max() <= 1, "borders are only known from one side"
    assert (maps.float() - expected).abs().max() <= 4
    assert len(network.shown) == len(find(views))


@pytest.mark.parametrize(("enlarge", "sides"), [(1.0, (101, 114, 126)), (1.5, (88, 101, 126))])
def test_scales_show_a_tile_in_three_sizes_and_both_ways_round(enlarge: float, sides: tuple[int, ...]) -> None:
    network, images = Mirror(), torch.rand(3, 1, 101, 101)
    probability_maps([network], images, [find("scales", enlarge)])
    assert [tuple(one.shape[-2:]) for one in network.shown] == [(side, side) for side in sides for _ in "ab"]
    for plain, mirrored in zip(network.shown[::2], network.shown[1::2], strict=True):
        torch.testing.assert_close(mirrored, plain.flip(-1))


def test_other_names_are_refused() -> None:
    with pytest.raises(BadInput, match="views=two: expected one or flips or scales"):
        find("two")
