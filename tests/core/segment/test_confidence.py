"""Confidence on hand-made maps."""

from __future__ import annotations

import pytest
import torch

from core.segment.confidence import confidence


def maps(*rows: list[int]) -> torch.Tensor:
    return torch.tensor(rows, dtype=torch.uint8).view(len(rows), 2, 2)


def test_a_sure_map_is_trusted_whole() -> None:
    assert confidence(maps([255, 255, 0, 0], [0, 0, 0, 0], [255] * 4)).tolist() == [1, 1, 1]


def test_expected_iou_of_a_mask_with_salt() -> None:
    p = [204 / 255, 153 / 255, 51 / 255, 0]
    expected = (p[0] + p[1]) / (2 + p[2])
    assert confidence(maps([204, 153, 51, 0])).item() == pytest.approx(expected)


def test_an_empty_mask_is_trusted_less_the_higher_its_highest_pixel() -> None:
    found = confidence(maps([0, 0, 0, 5], [0, 0, 0, 64], [0, 0, 0, 127], [127] * 4))
    assert found[2] == found[3] == pytest.approx(1 - (127 / 255) ** 0.5)
    assert found[0] > found[1] > found[2]


def test_an_unsure_mask_is_trusted_less_than_a_sure_one() -> None:
    found = confidence(maps([250, 250, 5, 5], [140, 140, 110, 110]))
    assert found[0] > 0.9 and found[1] < 0.5
