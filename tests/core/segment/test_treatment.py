"""From maps to masks, on pictures drawn by hand."""

from __future__ import annotations

import numpy as np
import pytest

from core.errors import BadInput
from core.segment.treatment import PLAIN, Treatment

NOT_CONSTANT = np.zeros(1, bool)


def levels(*rows: str) -> np.ndarray:
    """A map: '#' is 255, '+' 150, '.' 0."""
    return np.array([[{"#": 255, "+": 150, ".": 0}[mark] for mark in row] for row in rows], np.uint8)[None]


def drawn(masks: np.ndarray) -> list[str]:
    return ["".join(".#"[pixel] for pixel in row) for row in masks[0]]


def test_without_treatment_salt_is_half_and_above() -> None:
    found = PLAIN.masks(np.array([[[127, 128, 255, 0]]], np.uint8), NOT_CONSTANT)
    assert found.tolist() == [[[0, 1, 1, 0]]] and found.dtype == np.uint8
    assert PLAIN.threshold == 0.5


def test_holes_of_at_most_so_many_pixels_are_filled_but_bays_are_not() -> None:
    shape = levels("#######", "#.##..#", "####..#", "#######", "...#..#")
    assert drawn(Treatment(holes=1).masks(shape, NOT_CONSTANT))[:3] == ["#######", "####..#", "####..#"]
    assert drawn(Treatment(holes=4).masks(shape, NOT_CONSTANT))[:3] == ["#######"] * 3
    assert drawn(Treatment(holes=99).masks(shape, NOT_CONSTANT))[4] == "...#..#"


def test_a_hole_is_closed_by_corners() -> None:
    shape = levels(".#.", "#.#", ".#.")
    assert drawn(Treatment(holes=1).masks(shape, NOT_CONSTANT)) == [".#.", "###", ".#."]


def test_patches_of_fewer_pixels_are_removed_and_corners_connect() -> None:
    shape = levels("#....", ".#..#", "....#")
    assert drawn(Treatment(area=2).masks(shape, NOT_CONSTANT)) == drawn(PLAIN.masks(shape, NOT_CONSTANT))
    assert drawn(Treatment(area=3).masks(shape, NOT_CONSTANT)) == [".....", ".....", "....."]


def test_patches_of_two_tiles_never_meet() -> None:
    full = np.full((2, 2, 2), 255, np.uint8)
    assert not Treatment(area=5).masks(full, np.zeros(2, bool)).any()
    assert Treatment(area=4).masks(full, np.zeros(2, bool)).all()


def test_a_tile_that_is_nowhere_sure_is_empty() -> None:
    unsure = levels("++", "..")
    assert not Treatment(sure=151).masks(unsure, NOT_CONSTANT).any()
    assert Treatment(sure=150).masks(unsure, NOT_CONSTANT).sum() == 2


def test_a_mask_that_is_unsure_as_a_whole_is_emptied() -> None:
    mostly_unsure = levels("+++", "+#.")  # 171 on average, 255 at most
    assert not Treatment(inside=172).masks(mostly_unsure, NOT_CONSTANT).any()
    assert Treatment(inside=171).masks(mostly_unsure, NOT_CONSTANT).sum() == 5
    ring = levels("+++", "+.+", "+++")  # 133 with its hole filled
    assert not Treatment(level=150, holes=1, inside=140).masks(ring, NOT_CONSTANT).any()
    nothing = np.zeros((1, 2, 2), np.uint8)
    assert not Treatment(inside=200).masks(nothing, NOT_CONSTANT).any()


def test_black_tiles_are_empty_where_that_is_chosen() -> None:
    maps = np.full((2, 2, 2), 255, np.uint8)
    constant = np.array([True, False])
    assert Treatment(black=True).masks(maps, constant).any(axis=(1, 2)).tolist() == [False, True]
    assert Treatment().masks(maps, constant).all()


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"level": 256}, "level=256: expected a whole number from 0 to 255"),
        ({"area": -1}, "area=-1: expected a whole number from 0"),
        ({"holes": 1.5}, "holes=1.5: expected a whole number"),
        ({"black": 1}, "black=1: expected true or false"),
        ({"blur": 3}, "no after-treatment 'blur'"),
    ],
)
def test_what_can_not_be_is_named(values: dict[str, object], words: str) -> None:
    with pytest.raises(BadInput, match=words):
        Treatment.from_dict(values)
