"""Run-length codes: the facts of the domain, errors in words, and a round trip for any mask."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from core.dataset import rle
from core.errors import BadInput

TILE = (101, 101)
MASKS = arrays.arrays(np.uint8, arrays.array_shapes(min_dims=2, max_dims=2, max_side=12), elements=st.integers(0, 1))


def box(top: int, bottom: int, left: int, right: int, shape: tuple[int, int] = TILE) -> np.ndarray:
    mask = np.zeros(shape, np.uint8)
    mask[top:bottom, left:right] = 1
    return mask


@pytest.mark.parametrize(
    ("mask", "code"),
    [
        (box(0, 0, 0, 0), ""),
        (box(0, 101, 0, 101), "1 10201"),
        (box(0, 101, 0, 1), "1 101"),
        (box(1, 2, 2, 3), "204 1"),
        (box(100, 101, 100, 101), "10201 1"),
        (box(100, 101, 0, 1) + box(0, 1, 1, 2), "101 2"),
        (box(0, 101, 50, 101), "5051 5151"),
        (box(1, 3, 1, 2, (3, 3)) + box(0, 1, 2, 3, (3, 3)), "5 3"),
        (box(0, 4, 0, 1, (4, 2)) + box(1, 2, 1, 2, (4, 2)), "1 4 6 1"),
    ],
)
def test_known_codes_both_ways(mask: np.ndarray, code: str) -> None:
    assert rle.encode(mask) == code
    np.testing.assert_array_equal(rle.decode(code, mask.shape), mask)
    assert rle.salt_pixels([code]).tolist() == [mask.sum()]


@pytest.mark.parametrize("empty", ["", " ", None, float("nan")])
def test_an_empty_cell_is_a_mask_without_salt(empty: rle.Rle) -> None:
    mask = rle.decode(empty, (2, 3))
    assert (mask.shape, mask.dtype, mask.sum()) == ((2, 3), np.uint8, 0)
    assert rle.salt_pixels([empty, "2 3", empty]).tolist() == [0, 3, 0]


def test_any_value_above_zero_is_salt() -> None:
    assert rle.encode(np.array([[0, 65535], [255, 0]], np.uint16)) == "2 2"
    assert rle.encode(np.array([[False, True], [True, False]])) == "2 2"


def test_runs_that_touch_are_read() -> None:
    assert rle.encode(rle.decode("1 5 6 4", (3, 3))) == "1 9"


def test_no_codes_at_all() -> None:
    assert rle.salt_pixels([]).tolist() == []
    assert rle.decode_many([], (4, 5)).shape == (0, 4, 5)
    assert rle.encode_many(np.zeros((0, 4, 5), np.uint8)) == []


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("1", "odd count"),
        ("1 2 3", "odd count"),
        ("0 1", "'0 1': start and length are at least 1"),
        ("-1 2", "'-1 2': start and length are at least 1"),
        ("3 -2", "'3 -2': start and length are at least 1"),
        ("3 0", "'3 0': start and length are at least 1"),
        ("0", "odd count"),
        ("10 1", "ends at pixel 10, outside the tile of 9 pixels"),
        ("8 3", "ends at pixel 10, outside the tile of 9 pixels"),
        ("1 99999999999999999999999", "outside the tile of 9 pixels"),
        ("1 3 3 1", "'3 1' overlaps or comes before the run that ends at pixel 3"),
        ("5 1 1 1", "'1 1' overlaps or comes before the run that ends at pixel 5"),
        ("one 2", "'one' is not a whole number"),
        ("1.0 2", "'1.0' is not a whole number"),
        ("1,2", "'1,2' is not a whole number"),
        ("1 ２", "is not a whole number"),
        (7.0, "text or an empty cell, not 7.0"),
    ],
)
def test_a_code_that_is_not_valid_is_named_and_explained(code: rle.Rle, fault: str) -> None:
    with pytest.raises(BadInput, match=fault):
        rle.decode(code, (3, 3))
    with pytest.raises(BadInput, match=fault):
        rle.salt_pixels(["1 1", code, None], (3, 3))


def test_the_first_code_at_fault_is_named() -> None:
    with pytest.raises(BadInput, match=r"^mask of b: an odd count"):
        rle.parse(["1 2", "5", "1 1"], names=["mask of a", "mask of b", "mask of c"])


def test_the_last_run_of_one_code_does_not_clash_with_the_next_code() -> None:
    assert rle.salt_pixels(["", "9 1", "1 1", "", "1 2"], (3, 3)).tolist() == [0, 1, 1, 0, 2]


def test_masks_have_the_right_number_of_dimensions() -> None:
    with pytest.raises(BadInput, match="two dimensions"):
        rle.encode(np.zeros((2, 2, 3), np.uint8))
    with pytest.raises(BadInput, match="three dimensions"):
        rle.encode_many(np.zeros((2, 2), np.uint8))


@given(MASKS)
@settings(deadline=None)
def test_round_trip(mask: np.ndarray) -> None:
    code = rle.encode(mask)
    np.testing.assert_array_equal(rle.decode(code, mask.shape), mask)
    assert rle.encode(rle.decode(code, mask.shape)) == code
    assert rle.salt_pixels([code], mask.shape).tolist() == [mask.sum()]


@given(st.data())
@settings(deadline=None)
def test_many_at_once_are_the_same_as_each_alone(data: st.DataObject) -> None:
    shape = data.draw(arrays.array_shapes(min_dims=3, max_dims=3, max_side=6))
    masks = data.draw(arrays.arrays(np.uint8, shape, elements=st.integers(0, 1)))
    codes = rle.encode_many(masks)
    assert codes == [rle.encode(mask) for mask in masks]
    np.testing.assert_array_equal(rle.decode_many(codes, masks.shape[1:]), masks)
    assert rle.salt_pixels(codes).tolist() == masks.sum(axis=(1, 2)).tolist()


@given(st.text("0123456789 +-.x", max_size=20))
@settings(deadline=None)
def test_any_text_is_read_or_refused_the_same_way_alone_and_in_a_column(text: str) -> None:
    try:
        mask = rle.decode(text, (4, 4))
    except BadInput:
        with pytest.raises(BadInput):
            rle.salt_pixels(["1 2", text], (4, 4))
    else:
        assert rle.salt_pixels(["1 2", text], (4, 4)).tolist() == [2, mask.sum()]
        canonical = rle.encode(mask)
        np.testing.assert_array_equal(rle.decode(canonical, (4, 4)), mask)
