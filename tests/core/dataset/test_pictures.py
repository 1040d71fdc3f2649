"""The fast path decodes what the reference library decodes."""

from __future__ import annotations

import io

import imageio.v3 as iio
import numpy as np
import pytest

from core.dataset.pictures import decode_image, decode_mask, jpeg, png
from core.errors import BadInput

RNG = np.random.default_rng(0)
GREY = RNG.integers(0, 256, (9, 13), dtype=np.uint8)


def reference(data: bytes) -> np.ndarray:
    return iio.imread(io.BytesIO(data))


def encoded(pixels: np.ndarray, extension: str = ".png") -> bytes:
    return iio.imwrite("<bytes>", pixels, extension=extension)


@pytest.mark.parametrize(
    "pixels",
    [GREY, RNG.integers(0, 65536, (9, 13), dtype=np.uint16), np.zeros((3, 4), np.uint8)],
    ids=["8-bit", "16-bit", "black"],
)
def test_grey_pictures(pixels: np.ndarray) -> None:
    data = encoded(pixels)
    decoded = decode_image(data, "tile.png")
    np.testing.assert_array_equal(decoded, reference(data))
    assert decoded.dtype == pixels.dtype


def test_three_equal_channels_are_one() -> None:
    data = encoded(np.repeat(GREY[:, :, None], 3, axis=2))
    np.testing.assert_array_equal(decode_image(data, "tile.png"), reference(data)[:, :, 0])


def test_colour_becomes_its_luminance() -> None:
    colour = RNG.integers(0, 256, (9, 13, 3), dtype=np.uint8)
    grey = decode_image(encoded(colour), "tile.png")
    np.testing.assert_allclose(grey, colour @ [0.299, 0.587, 0.114], atol=9)


def test_float_amplitudes_stay_float() -> None:
    amplitudes = RNG.normal(size=(9, 13)).astype(np.float32)
    np.testing.assert_array_equal(decode_image(encoded(amplitudes, ".tiff"), "tile.tiff"), amplitudes)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_masks_are_salt_above_zero(dtype: type) -> None:
    mask = (GREY > 128).astype(dtype)
    for scale in (1, np.iinfo(dtype).max):
        decoded = decode_mask(encoded(mask * dtype(scale)), "mask.png")
        assert decoded.dtype == np.uint8
        np.testing.assert_array_equal(decoded, mask)


def test_what_is_written_is_read_by_the_reference() -> None:
    np.testing.assert_array_equal(reference(png(GREY)), GREY)
    smooth = np.add.outer(np.arange(40), np.arange(40)).astype(np.uint8)
    assert np.abs(reference(jpeg(smooth, 95)).astype(int) - smooth).mean() < 2


@pytest.mark.parametrize("data", [b"", b"text", png(GREY)[:50], png(GREY)[:-20]], ids=["empty", "text", "half", "cut"])
def test_damaged_pictures_are_named(data: bytes) -> None:
    with pytest.raises(BadInput, match=r"tile\.png"):
        decode_image(data, "tile.png")
