import base64

import numpy as np

from core.dataset import pictures
from core.explore import thumbnails


def pixels(url: str, kind: str) -> np.ndarray:
    head, _, data = url.partition(",")
    assert head == f"data:image/{kind};base64"
    return pictures.decode_image(base64.b64decode(data), "thumbnail")


def waves(tiles: int, height: int, width: int) -> np.ndarray:
    rows = np.arange(tiles * height * width).reshape(tiles, height, width)
    return (127 + 120 * np.sin(rows / 40)).astype(np.uint8)


def test_jpeg_keeps_grey_levels_almost() -> None:
    tiles = waves(3, 101, 101)
    for tile, url in zip(tiles, thumbnails.jpeg_urls(tiles), strict=True):
        shown = pixels(url, "jpeg")
        assert shown.shape == tile.shape
        assert np.abs(shown.astype(int) - tile).mean() < 1


def test_png_keeps_every_pixel() -> None:
    tile = waves(1, 17, 30)[0]
    assert np.array_equal(pixels(thumbnails.png_url(tile), "png"), tile)


def test_tiles_that_fit_are_not_touched() -> None:
    tiles = waves(2, 100, 256)
    assert thumbnails.shrunk(tiles, 256) is tiles


def test_large_tiles_are_averaged_down() -> None:
    tiles = np.array([[[0, 10, 100, 100, 7], [20, 10, 100, 100, 7], [1, 3, 5, 5, 9]]], dtype=np.uint8)
    shown = thumbnails.shrunk(tiles, longest_side=3)
    assert np.array_equal(shown, [[[10, 100, 7], [2, 5, 9]]])
    assert shown.dtype == np.uint8
    assert max(thumbnails.shrunk(waves(1, 513, 300), 256).shape[1:]) <= 256
