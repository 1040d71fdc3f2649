"""Pictures of sections, and one brightness for tiles that were stretched one by one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.dataset.tiles import TileStore, write_store
from core.explore.mosaic import Mosaic, assemble, match_brightness, section_picture
from core.explore.mosaic.picture import toned, toned_picture

#   0 1
#   2 .      and 3 alone
KNOWN = [(0, 1, "right", 0.9, False), (0, 2, "below", 0.8, False)]


@pytest.fixture
def cut(tmp_path: Path) -> TileStore:
    """Four tiles of 2×3 of one brightness each."""
    folder = tmp_path / "cut"
    folder.mkdir()
    tiles = np.broadcast_to(np.array([10, 20, 30, 40], np.uint8)[:, None, None], (4, 2, 3)).copy()
    masks = np.zeros((4, 2, 3), np.uint8)
    masks[1, :, 0] = 1
    write_store(folder, pd.DataFrame({"id": list("abcd"), "split": "train"}), tiles, masks)
    return TileStore.open(folder)


@pytest.fixture
def mosaic() -> Mosaic:
    return assemble(pd.DataFrame(KNOWN, columns=["first", "second", "where", "strength", "square"]), 4)


def test_tiles_lie_in_their_places(cut: TileStore, mosaic: Mosaic) -> None:
    picture = section_picture(cut, mosaic, 0)
    assert picture.dtype == np.uint8
    np.testing.assert_array_equal(
        picture,
        [
            [10, 10, 10, 20, 20, 20],
            [10, 10, 10, 20, 20, 20],
            [30, 30, 30, 0, 0, 0],
            [30, 30, 30, 0, 0, 0],
        ],
    )
    mask = section_picture(cut, mosaic, 0, "mask")
    assert mask.sum() == 2
    np.testing.assert_array_equal(np.argwhere(mask), [[0, 3], [1, 3]])


def test_anything_per_tile_can_be_laid_out(cut: TileStore, mosaic: Mosaic) -> None:
    probability = np.linspace(0, 1, 4 * 6, dtype=np.float32).reshape(4, 2, 3)
    picture = section_picture(cut, mosaic, 0, probability)
    assert picture.dtype == np.float32
    np.testing.assert_array_equal(picture[2:, :3], probability[2])


def section(rows: int, columns: int, side: int) -> tuple[np.ndarray, np.ndarray]:
    """A smooth section (grey levels) and its tiles, each stretched to 0…255 on its own."""
    rng = np.random.default_rng(3)
    down, across = np.mgrid[: rows * side, : columns * side]
    waves = (rng.normal(size=5), rng.normal(0, 0.15, 5), rng.normal(0, 0.15, 5), rng.uniform(0, 6, 5))
    whole = sum(size * np.sin(a * down + b * across + phase) for size, a, b, phase in zip(*waves, strict=True))
    whole = whole * (0.3 + across / across.max())  # tiles on the right have more contrast, so another stretch
    tiles = whole.reshape(rows, side, columns, side).swapaxes(1, 2).reshape(-1, side, side)
    low, high = tiles.min((1, 2), keepdims=True), tiles.max((1, 2), keepdims=True)
    return whole, ((tiles - low) / (high - low) * 255).round().astype(np.uint8)


def laid_out(tiles: np.ndarray, rows: int, columns: int) -> np.ndarray:
    side = tiles.shape[1]
    return tiles.reshape(rows, columns, side, side).swapaxes(1, 2).reshape(rows * side, columns * side)


def test_one_brightness_gives_the_section_back() -> None:
    whole, tiles = section(3, 4, 40)
    matched = match_brightness(tiles, np.arange(12).reshape(3, 4))
    assert matched.dtype == np.uint8
    assert matched.min() == 0
    assert matched.max() == 255
    before = np.corrcoef(whole.ravel(), laid_out(tiles, 3, 4).ravel())[0, 1]
    after = np.corrcoef(whole.ravel(), laid_out(matched, 3, 4).ravel())[0, 1]
    assert before < 0.97
    assert after > 0.995


def test_a_section_with_holes_is_matched_too() -> None:
    whole, tiles = section(3, 4, 40)
    here = np.ones((3, 4), bool)
    here[0, 0] = here[1, 2] = False
    grid = np.where(here, np.arange(12).reshape(3, 4), -1)
    matched = match_brightness(tiles[here.ravel()], grid)
    filled = np.zeros_like(tiles)
    filled[here.ravel()] = matched
    known = np.repeat(np.repeat(here, 40, axis=0), 40, axis=1)
    assert np.corrcoef(whole[known], laid_out(filled, 3, 4)[known])[0, 1] > 0.99


def test_tiles_without_change_at_their_edges_keep_a_gain_of_one() -> None:
    tiles = np.full((2, 16, 16), 100, np.uint8)
    tiles[1] += 40
    tiles[:, 6:9, 6:9] = 255
    matched = match_brightness(tiles, np.array([[0, 1]]))
    assert matched[0, 0, 0] == pytest.approx(matched[1, 0, 0], abs=1)


def test_matching_works_on_the_picture(cut: TileStore, mosaic: Mosaic) -> None:
    picture = section_picture(cut, mosaic, 0, matched=True)
    assert picture.shape == (4, 6)
    assert len(np.unique(picture[:2])) == 1


def test_a_picture_is_toned_as_its_tiles_are() -> None:
    tiles = np.random.default_rng(0).integers(0, 256, (3, 4, 6)).astype(np.uint8)
    grid = np.array([[0, -1], [1, 2]])
    gain, offset = np.array([0.5, 1, 2], np.float32), np.array([10, 0, -50], np.float32)
    picture = np.zeros((8, 12), np.uint8)
    picture[:4, :6], picture[4:, :6], picture[4:, 6:] = tiles
    even = toned_picture(picture, grid, gain, offset)
    expected = toned(tiles, gain, offset)
    for part, tile in zip((even[:4, :6], even[4:, :6], even[4:, 6:]), expected, strict=True):
        np.testing.assert_array_equal(part, tile)
    assert not even[:4, 6:].any()
