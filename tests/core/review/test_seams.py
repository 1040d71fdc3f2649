from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from core.review.seams import Borders, worst_seams

NAN = float("nan")


def borders(*masks: np.ndarray) -> Borders:
    found = Borders.unknown(len(masks), (4, 4))
    found.read(np.arange(len(masks)), np.stack(masks).astype(np.uint8).__getitem__)
    return found


def mask(*rows: str) -> np.ndarray:
    return np.array([[int(pixel) for pixel in row] for row in rows], np.uint8)


def pairs(*found: tuple[int, int, str]) -> pd.DataFrame:
    return pd.DataFrame(found, columns=["first", "second", "where"])


LEFT_HALF = mask("1100", "1100", "1100", "1100")
RIGHT_HALF = mask("0011", "0011", "0011", "0011")
TOP_ROW = mask("1111", "0000", "0000", "0000")
ONE_PIXEL = mask("0000", "1000", "0000", "0000")
BOTTOM_ROW = mask("0000", "0000", "0000", "1111")
EMPTY = mask("0000", "0000", "0000", "0000")


def test_the_worst_edge_of_a_tile_counts_and_both_tiles_get_it() -> None:
    seen = borders(RIGHT_HALF, LEFT_HALF, ONE_PIXEL, EMPTY)
    found = worst_seams(seen, pairs((0, 1, "right"), (1, 2, "right"), (2, 3, "below")))
    np.testing.assert_array_equal(found, [0.0, 0.25, 0.25, 0.0])


def test_below_compares_the_bottom_with_the_top() -> None:
    found = worst_seams(borders(LEFT_HALF, TOP_ROW), pairs((0, 1, "below")))
    np.testing.assert_array_equal(found, [0.5, 0.5])


def test_an_empty_label_below_a_full_row_is_policy_and_salt_elsewhere_is_not() -> None:
    by_policy = worst_seams(borders(BOTTOM_ROW, EMPTY), pairs((0, 1, "below")))
    np.testing.assert_array_equal(by_policy, [NAN, NAN])
    found = worst_seams(borders(BOTTOM_ROW, ONE_PIXEL), pairs((0, 1, "below")))
    np.testing.assert_array_equal(found, [1.0, 1.0])


def test_tiles_without_a_mask_are_not_compared() -> None:
    seen = replace(borders(RIGHT_HALF, EMPTY, EMPTY), known=np.array([True, False, True]))
    found = worst_seams(seen, pairs((0, 1, "right"), (1, 2, "right")))
    np.testing.assert_array_equal(found, [NAN, NAN, NAN])


def test_masks_may_be_read_in_parts() -> None:
    seen = Borders.unknown(3, (2, 2))
    seen.read(np.array([2]), np.ones((1, 2, 2), np.uint8).__getitem__)
    seen.read(np.array([0]), np.zeros((1, 2, 2), np.uint8).__getitem__)
    assert seen.salty.tolist() == [False, False, True]
    assert seen.known.tolist() == [True, False, True]
