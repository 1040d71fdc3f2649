"""Rules on masks: each has masks that it must find, with the numbers it tells, and masks that it must not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from core.explore.quality import masks as rules
from core.explore.quality.reasons import DEFAULT

SIDE = 40


def draw(*boxes: tuple[int, int, int, int], side: int = SIDE) -> np.ndarray:
    """A mask with boxes of salt: top, left, bottom, right, the last two excluded; a hole where two overlap."""
    mask = np.zeros((side, side), np.uint8)
    for top, left, bottom, right in boxes:
        mask[top:bottom, left:right] ^= 1
    return mask


def text(*lines: str) -> np.ndarray:
    """A mask from lines of # and dots."""
    return np.array([[pixel == "#" for pixel in line] for line in lines], np.uint8)


def slope(side: int = SIDE) -> np.ndarray:
    """Salt below a diagonal: nothing about it is straight along a row or column."""
    return np.tri(side, dtype=np.uint8)


EMPTY, FULL = draw(), draw((0, 0, SIDE, SIDE))


def box(found: pd.DataFrame) -> list[int]:
    return found[["top", "left", "bottom", "right"]].iloc[0].tolist()


def test_vertical_stripes() -> None:
    two = draw((0, 0, SIDE, 5), (0, 20, SIDE, 30))
    almost = two.copy()
    almost[17, 25] = 0
    found = rules.vertical_stripes(np.stack([EMPTY, two, FULL, almost, two.T]))
    assert found["row"].tolist() == [1]
    assert found["value"].tolist() == [2]
    assert found["details"].tolist() == ["the mask is 2 vertical stripes: columns 0–4, 20–29"]
    assert box(found) == [0, 0, SIDE, 30]


def test_horizontal_stripes() -> None:
    one = draw((3, 0, 9, SIDE))
    almost = one.copy()
    almost[3, SIDE - 1] = 0
    found = rules.horizontal_stripes(np.stack([EMPTY, one, FULL, almost, one.T]))
    assert found["row"].tolist() == [1]
    assert found["details"].tolist() == ["the mask is 1 horizontal stripe: rows 3–8"]
    assert box(found) == [3, 0, 9, SIDE]


def test_vertical_edges() -> None:
    long = draw((4, 7, 36, 20))  # 32 px at columns 7 and 20
    short = draw((4, 7, 33, 20))  # 29 px
    parted = draw((0, 7, 20, 20), (22, 7, SIDE, 20))  # 20 and 18 px at one column
    turned = draw((0, 7, 20, 20), (20, 20, SIDE, 33))  # at column 20 salt ends, then begins
    found = rules.vertical_edges(np.stack([long, short, parted, turned, slope(), EMPTY, FULL]), 30)
    assert found["row"].tolist() == [0]
    assert found["value"].tolist() == [32]
    assert found["details"].tolist() == ["straight vertical edge of 32 px at column 7, the longest of 2"]
    assert box(found) == [4, 6, 36, 8]
    assert found["severity"].tolist() == [pytest.approx(0.7 * 32 / SIDE)]


def test_the_longest_edge_is_told() -> None:
    mask = draw((0, 0, SIDE, 10), (5, 10, 35, 25))  # column 10 in parts of 5 px; column 25 over 30 px
    assert rules.vertical_edges(mask[None], 30)["details"].tolist() == ["straight vertical edge of 30 px at column 25"]


def test_horizontal_edges() -> None:
    long, short = draw((7, 4, 20, 34)), draw((7, 4, 20, 33))
    lying = np.stack([short, EMPTY, long, slope(), draw((0, 7, SIDE, 20))])
    found = rules.horizontal_edges(lying, 30)
    assert found["row"].tolist() == [2]
    assert found["details"].tolist() == ["straight horizontal edge of 30 px at row 7, the longest of 2"]
    assert box(found) == [6, 4, 8, 34]


def test_edges_do_not_go_on_in_the_next_tile() -> None:
    halves = np.stack([draw((SIDE - 20, 7, SIDE, 20)), draw((0, 7, 20, 20))])
    assert rules.vertical_edges(halves, 30).empty
    assert rules.horizontal_edges(halves.transpose(0, 2, 1), 30).empty


def test_holes() -> None:
    ring = text("####", "#..#", "####", "....")
    two = text("#####", "#.#.#", "#####", "#####", "#####")
    found = rules.holes(ring[None])
    assert found["details"].tolist() == ["1 hole in the salt of 2 px"]
    assert box(found) == [1, 1, 2, 3]
    assert rules.holes(two[None])["details"].tolist() == ["2 holes in the salt, the largest of 1 px"]


def test_what_reaches_the_border_is_no_hole() -> None:
    bay = text("####", "#..#", "#..#", "#..#")
    assert rules.holes(np.stack([bay, 1 - bay, bay.T, bay[::-1], np.ones_like(bay), np.zeros_like(bay)])).empty


def test_a_bigger_hole_is_more_severe() -> None:
    small, large = draw((5, 5, 35, 35), (10, 10, 11, 11)), draw((5, 5, 35, 35), (10, 10, 25, 25))
    assert rules.holes(np.stack([small, large]))["severity"].tolist() == pytest.approx([0.1535, 0.5])


def test_fragments() -> None:
    body = (10, 10, 30, 30)
    masks = np.stack(
        [
            draw(body, (2, 2, 4, 4), (35, 35, 36, 38)),
            draw(body, (0, 2, 2, 4)),
            draw(body, (2, 2, 5, 6)),  # 12 px
            draw((2, 2, 4, 4)),  # all there is
            draw(body),
            EMPTY,
        ]
    )
    found = rules.fragments(masks, 12)
    assert found["row"].tolist() == [0, 1]
    assert found["value"].tolist() == [2, 1]
    assert found["details"].tolist() == [
        "2 fragments of salt apart from the rest, one of 4 px inside of the tile",
        "1 fragment of salt apart from the rest of 4 px at the border of the tile",
    ]
    assert box(found) == [2, 2, 4, 4]
    assert found["severity"].tolist() == pytest.approx([0.35, 0.15])


def test_pixels_that_only_touch_at_a_corner_are_fragments() -> None:
    assert rules.fragments(text("##..", "##..", "..#.", "....")[None], 12)["value"].tolist() == [1]
    assert rules.fragments(text("##..", "###.", "..#.", "....")[None], 12).empty


def test_few_pixels() -> None:
    masks = np.stack([EMPTY, draw((3, 3, 4, 4)), draw((0, 0, 2, 5)), draw((0, 0, 1, 11)), draw((5, 5, 15, 15)), FULL])
    found = rules.few_pixels(masks, tiny=10, small=100)
    assert found["row"].tolist() == [1, 2, 3, 4]
    assert found["reason"].tolist() == ["tiny_area", "tiny_area", "small_area", "small_area"]
    assert found["value"].tolist() == [1, 10, 11, 100]
    assert found["details"].tolist()[:2] == ["only 1 pixel of salt", "only 10 pixels of salt"]
    assert box(found) == [3, 3, 4, 4]
    assert rules.few_pixels(draw((5, 5, 15, 15), (20, 20, 21, 21))[None], 10, 100).empty  # 101 px


def test_almost_full() -> None:
    masks = np.stack([FULL, 1 - draw((0, 30, 3, 35)), 1 - draw((0, 0, 4, 4)), EMPTY])  # 15 and 16 of 1,600 px missing
    found = rules.almost_full(masks, 0.99)
    assert found["row"].tolist() == [1]
    assert found["value"].tolist() == [15]
    assert found["details"].tolist() == ["all of the tile is salt but 15 pixels (0.9 %)"]
    assert box(found) == [0, 30, 3, 35]


def test_no_masks_have_no_findings() -> None:
    assert all(found.empty for found in rules.mask_findings(np.zeros((0, 9, 9), np.uint8), DEFAULT))


def test_a_slope_is_not_suspicious() -> None:
    assert all(found.empty for found in rules.mask_findings(slope()[None], DEFAULT))


def test_severities_are_shares() -> None:
    masks = np.random.default_rng(0).integers(0, 2, (50, 9, 9)).astype(np.uint8)
    found = pd.concat(rules.mask_findings(masks, DEFAULT))
    assert len(found) > 50
    assert found["severity"].between(0, 1).all()
    assert not found.duplicated(["row", "reason"]).any()
