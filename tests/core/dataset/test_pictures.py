"""Pictures: what the fast path gives is what imageio gives; damage is named."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import imageio.v3 as imageio
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from core.dataset import pictures
from core.errors import BadInput

rng = np.random.default_rng(0)
NOISE = rng.integers(0, 256, (13, 11), dtype=np.uint8)
SMOOTH = np.add.outer(np.arange(101) * 2 % 251, np.arange(101)).astype(np.uint8)


def encoded(image: np.ndarray, extension: str = ".png", **options: object) -> bytes:
    return imageio.imwrite("<bytes>", image, extension=extension, plugin="pillow", **options)


def rgb(image: np.ndarray) -> np.ndarray:
    return np.stack([image] * 3, axis=2)


@pytest.mark.parametrize(
    "image",
    [NOISE, SMOOTH, NOISE.astype(np.uint16) * 257, rgb(NOISE), rgb(SMOOTH), np.zeros((1, 1), np.uint8)],
    ids=["noise", "smooth", "16-bit", "rgb", "smooth rgb", "one pixel"],
)
def test_the_fast_path_reads_what_imageio_reads(image: np.ndarray) -> None:
    data = encoded(image)
    reference = imageio.imread(data)
    decoded = pictures.decode_image(data, "x.png")
    assert decoded.dtype == reference.dtype
    np.testing.assert_array_equal(decoded, reference if reference.ndim == 2 else reference[:, :, 0])


@pytest.mark.parametrize("image", [NOISE, rgb(NOISE), NOISE.astype(np.uint16) * 257], ids=["grey", "rgb", "16-bit"])
def test_png_round_trip_through_imageio(image: np.ndarray) -> None:
    np.testing.assert_array_equal(imageio.imread(pictures.png(image)), image)


def test_colours_become_luminance() -> None:
    colour = np.zeros((2, 2, 3), np.uint8)
    colour[0, 0], colour[0, 1], colour[1, 0] = (255, 0, 0), (0, 255, 0), (0, 0, 255)
    np.testing.assert_array_equal(pictures.decode_image(encoded(colour), "x"), [[76, 150], [29, 0]])


def test_alpha_is_dropped_from_images_and_masks() -> None:
    opaque = np.dstack([rgb(NOISE), np.full_like(NOISE, 255)])
    np.testing.assert_array_equal(pictures.decode_image(encoded(opaque), "x"), NOISE)
    assert (
        pictures.decode_mask(
            encoded(np.dstack([np.zeros((3, 3, 3), np.uint8), np.full((3, 3), 255, np.uint8)])), "x"
        ).sum()
        == 0
    )


@pytest.mark.parametrize(
    "mask", [np.uint8([[0, 1], [255, 0]]), np.uint16([[0, 65535], [1, 0]]), rgb(np.uint8([[0, 9], [9, 0]]))]
)
def test_masks_of_any_kind_become_zeros_and_ones(mask: np.ndarray) -> None:
    decoded = pictures.decode_mask(encoded(mask), "x.png")
    assert decoded.dtype == np.uint8
    assert decoded.tolist() == [[0, 1], [1, 0]]


def test_one_bit_and_palette_pictures() -> None:
    bits, buffer = np.array([[0, 1], [1, 0]], bool), io.BytesIO()
    Image.fromarray(bits).save(buffer, "PNG")
    assert pictures.decode_mask(buffer.getvalue(), "x").tolist() == [[0, 1], [1, 0]]
    assert pictures.decode_image(buffer.getvalue(), "x").tolist() == [[0, 255], [255, 0]]
    buffer = io.BytesIO()
    Image.fromarray(NOISE).convert("P").save(buffer, "PNG")
    np.testing.assert_array_equal(pictures.decode_image(buffer.getvalue(), "x"), NOISE)


def test_float_tiff_keeps_its_amplitudes() -> None:
    amplitudes = np.linspace(-2.5, 3.5, 12, dtype=np.float32).reshape(3, 4)
    decoded = pictures.decode_image(encoded(amplitudes, ".tiff"), "x.tif")
    assert decoded.dtype == np.float32
    np.testing.assert_array_equal(decoded, amplitudes)


def test_jpeg_is_close_and_smaller_than_png() -> None:
    data = pictures.jpeg(SMOOTH, quality=90)
    assert np.abs(imageio.imread(data).astype(int) - SMOOTH).mean() < 5
    np.testing.assert_array_equal(pictures.decode_image(data, "x.jpg"), imageio.imread(data))


def test_files_are_read_and_written_by_suffix(tmp_path: Path) -> None:
    for name in ("x.png", "x.tif", "x.bmp"):
        pictures.write(tmp_path / name, NOISE)
        np.testing.assert_array_equal(pictures.read(tmp_path / name), NOISE)
    assert (tmp_path / "x.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(BadInput, match=r"nothing\.png"):
        pictures.read(tmp_path / "nothing.png")


@pytest.mark.parametrize("image", [SMOOTH, rgb(SMOOTH)], ids=["grey", "rgb"])
@pytest.mark.parametrize("kept", [0.1, 0.5, 0.95, -4, -12, -20])
def test_a_png_that_is_cut_short_is_named(image: np.ndarray, kept: float) -> None:
    data = encoded(image)
    with pytest.raises(BadInput, match=r"^b/x\.png: the PNG file is (cut short|damaged)"):
        pictures.decode_image(data[: int(kept * len(data)) if kept > 0 else int(kept)], "b/x.png")


@pytest.mark.parametrize(
    "data", [b"", b"hello, I am no picture\n" * 9, b"\x89PNG\r\n\x1a\n", b"II*\0garbage", b"\xff\xd8\xff\xe0broken"]
)
def test_what_is_no_picture_is_named(data: bytes) -> None:
    with pytest.raises(BadInput, match=r"^x\.png: "):
        pictures.decode_image(data, "x.png")


def test_a_picture_that_would_fill_the_memory_is_refused() -> None:
    header = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    crc = struct.pack(">I", zlib.crc32(b"IHDR" + header))
    data = encoded(rgb(NOISE))
    with pytest.raises(BadInput, match="100000×100000 pixels are too many"):
        pictures.decode_image(data[:16] + header + crc + data[33:], "x.png")


@given(st.data())
@settings(deadline=None, max_examples=150)
def test_one_wrong_byte_is_found_or_changes_nothing(data: st.DataObject) -> None:
    sound = encoded(rgb(SMOOTH[:30, :20]))
    broken = bytearray(sound)
    broken[data.draw(st.integers(0, len(sound) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        decoded = pictures.decode_image(bytes(broken), "x.png")
    except BadInput as error:
        assert str(error).startswith("x.png: ")
    else:
        np.testing.assert_array_equal(decoded, SMOOTH[:30, :20])
