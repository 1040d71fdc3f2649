"""Parts of a section as pictures: where tiles lie, what is averaged, what is asked for; and the table of sections."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.dataset.tiles import TileStore, write_store
from core.explore.mosaic import Link, assemble
from core.explore.mosaic.report import section_table
from core.explore.mosaic.window import Window, longest_side, picture

TILES = np.stack([np.full((4, 6), 10 * number, np.uint8) for number in range(1, 6)])
GRID = np.array([[0, 1, -1], [-1, 3, 4]])


def read(rows: np.ndarray) -> np.ndarray:
    return TILES[rows]


def test_tiles_stand_in_their_places() -> None:
    whole = picture(GRID, (4, 6), 6, read)
    assert whole.shape == (8, 18) and whole.dtype == np.uint8
    corners = whole[::4, ::6]
    np.testing.assert_array_equal(corners, [[10, 20, 0], [0, 40, 50]])


def test_large_tiles_are_averaged_down() -> None:
    tile = np.zeros((1, 4, 6), np.uint8)
    tile[:, :, ::2] = 100
    small = picture(np.array([[0]]), (4, 6), 3, lambda rows: tile[rows])
    np.testing.assert_array_equal(small, np.full((2, 3), 50))


def test_one_row_of_the_grid_is_read_at_a_time() -> None:
    asked: list[list[int]] = []

    def watched(rows: np.ndarray) -> np.ndarray:
        asked.append(rows.tolist())
        return read(rows)

    picture(GRID, (4, 6), 6, watched)
    assert asked == [[0, 1], [3, 4]]


def test_a_part_without_tiles_is_empty() -> None:
    nothing = picture(np.array([[-1, -1]]), (4, 6), 6, read)
    assert nothing.shape == (4, 12) and not nothing.any()


@pytest.mark.parametrize(
    ("tiles", "expected"), [(1, 101), (290, 101), (300, 51), (1200, 34)], ids=["one", "all fit", "half", "third"]
)
def test_pixels_of_a_picture_are_bounded(tiles: int, expected: int) -> None:
    side = longest_side(np.zeros((1, tiles), np.int64), (101, 101))
    assert side == expected
    assert tiles * side**2 < 3.2e6


def test_a_window_is_cut_to_the_grid_and_never_empty() -> None:
    assert Window.whole(GRID) == (0, 0, 2, 3)
    assert Window(-3, 1, 9, 2).within(GRID) == (0, 1, 2, 2)
    assert Window(7, 7, 9, 9).within(GRID) == (1, 2, 2, 3)
    np.testing.assert_array_equal(Window(0, 1, 2, 3).of(GRID), [[1, -1], [3, 4]])


def test_the_table_of_sections(tmp_path: Path) -> None:
    masks = np.zeros((6, 8, 8), np.uint8)
    masks[0] = 1
    index = pd.DataFrame({"id": list("abcdef"), "split": "train", "has_mask": [True, True, False, True, True, False]})
    write_store(tmp_path, index, np.zeros((6, 8, 8), np.uint8), masks)
    pairs = pd.DataFrame([(0, 1, "right"), (1, 2, "below"), (3, 4, "below")], columns=Link._fields)
    mosaic = assemble(pairs.assign(strength=0.5, square=False), 6)
    table = section_table(TileStore.open(tmp_path), mosaic)
    assert table.index.tolist() == [0, 1]
    assert table[["tiles", "rows", "columns"]].to_numpy().tolist() == [[3, 2, 2], [2, 2, 1]]
    assert table["labelled"].tolist() == [pytest.approx(2 / 3), 1]
    assert table["salt"].tolist() == [0.5, 0]
