"""What is told of a mask without its label, on hand-made maps."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from core.segment.features import GREYS, LEVELS, features
from core.segment.treatment import PLAIN, Treatment


def found(*rows: list[int], treatment: Treatment = PLAIN) -> pd.DataFrame:
    maps = np.array(rows, np.uint8).reshape(len(rows), 2, 2)
    return features(maps, treatment.masks(maps, np.zeros(len(rows), bool)), 255 - maps)


def test_a_sure_map_is_trusted_whole() -> None:
    assert found([255, 255, 0, 0], [0, 0, 0, 0], [255] * 4)["expected_iou"].tolist() == [1, 1, 1]


def test_expected_iou_of_a_mask_with_salt() -> None:
    p = [204 / 255, 153 / 255, 51 / 255, 0]
    assert found([204, 153, 51, 0])["expected_iou"].item() == pytest.approx((p[0] + p[1]) / (2 + p[2]))


def test_expected_iou_is_that_of_the_treated_mask() -> None:
    p = [204 / 255, 153 / 255, 51 / 255, 0]
    lower = found([204, 153, 51, 0], treatment=Treatment(level=50))["expected_iou"].item()
    assert lower == pytest.approx(sum(p) / 3)


def test_an_empty_mask_is_trusted_less_the_higher_its_highest_pixel() -> None:
    told = found([0, 0, 0, 5], [0, 0, 0, 64], [0, 0, 0, 127], [127] * 4)["expected_iou"]
    assert told[2] == told[3] == pytest.approx(1 - (127 / 255) ** 0.5)
    assert told[0] > told[1] > told[2]


def test_an_unsure_mask_is_trusted_less_than_a_sure_one() -> None:
    told = found([250, 250, 5, 5], [140, 140, 110, 110])
    assert told["expected_iou"][0] > 0.9 and told["expected_iou"][1] < 0.5
    assert told["certainty"][0] > told["certainty"][1] and told["doubt"][0] < told["doubt"][1]


def test_figures_of_one_map_by_hand() -> None:
    row = found([255, 191, 64, 0]).iloc[0]
    p = np.array([1, 191 / 255, 64 / 255, 0])
    assert row["salt"] == 0.5 and row["highest"] == 1
    assert row["likely"] == pytest.approx(p.mean())
    assert row["certainty"] == pytest.approx(np.abs(2 * p - 1).mean())
    assert row["doubt"] == pytest.approx((p * (1 - p)).sum() / p.sum())
    assert row["edge"] == pytest.approx(2 / np.sqrt(2))  # both pixels below the upper two


def test_a_mask_is_compared_with_what_lies_above_other_levels() -> None:
    row, empty = (found([255, 191, 64, 0], [63, 0, 0, 0]).iloc[at] for at in (0, 1))
    assert [row[f"overlap_{level}"] for level in LEVELS] == pytest.approx([2 / 3, 1, 1, 1 / 2, 1 / 2])
    assert [row[f"size_{level}"] for level in LEVELS] == pytest.approx(np.log1p([7500, 5000, 5000, 2500, 2500]))
    assert [empty[f"overlap_{level}"] for level in LEVELS] == [1] * 5 and empty["size_64"] == 0
    kept = found([255, 191, 64, 0], treatment=Treatment(level=230)).iloc[0]
    assert kept["overlap_96"] == 1 / 2 and kept["overlap_224"] == 1


def test_a_tile_is_told_by_its_grey_levels() -> None:
    row = found([255, 155, 205, 55]).iloc[0]  # of the tile: 0, 100; 50, 200
    assert row["grey"] == 87.5 and row["contrast"] == pytest.approx(np.std([0, 100, 50, 200]))
    assert row["rough_down"] == 75 and row["rough_right"] == 125


def test_without_the_tile_nothing_is_told_of_its_grey_levels() -> None:
    nothing = np.zeros((2, 4, 4), np.uint8)
    told = features(nothing, nothing, None)
    assert told[list(GREYS)].isna().all(axis=None) and told.drop(columns=list(GREYS)).notna().all(axis=None)


def test_no_tiles_have_no_rows() -> None:
    nothing = np.zeros((0, 4, 4), np.uint8)
    assert len(features(nothing, nothing, nothing)) == 0
