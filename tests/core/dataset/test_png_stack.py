"""PNG files decoded together: what comes out is what imageio reads, and what is unusual is left out."""

from __future__ import annotations

import io
import struct
import zlib

import imageio.v3 as imageio
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image

from core.dataset.png_stack import decode_stack

U8, U16 = np.dtype(np.uint8), np.dtype(np.uint16)
SHAPE = (23, 17)
rng = np.random.default_rng(0)
NOISE = rng.integers(0, 256, SHAPE, dtype=np.uint8)
SMOOTH = np.add.outer(np.arange(23) * 7, np.arange(17) * 3).astype(np.uint8)
DEEP = NOISE.astype(np.uint16) * 256 + SMOOTH


def encoded(image: np.ndarray, **options: object) -> bytes:
    return imageio.imwrite("<bytes>", image, extension=".png", plugin="pillow", **options)


def rgb(image: np.ndarray) -> np.ndarray:
    return np.stack([image] * 3, axis=2)


def test_grey_and_colour_files_side_by_side() -> None:
    images = [NOISE, SMOOTH, np.zeros(SHAPE, np.uint8), 255 - NOISE] * 6
    files = [encoded(image if number % 3 else rgb(image)) for number, image in enumerate(images)]
    decoded = decode_stack(files, SHAPE, U8)
    assert sorted(decoded) == list(range(24))
    for number, image in enumerate(images):
        np.testing.assert_array_equal(decoded[number], image)
        assert decoded[number].dtype == np.uint8


def test_16_bits() -> None:
    files = [encoded(DEEP), encoded(NOISE), encoded(DEEP[::-1])]
    decoded = decode_stack(files, SHAPE, U16)
    assert sorted(decoded) == [0, 2]
    np.testing.assert_array_equal(decoded[2], DEEP[::-1])
    np.testing.assert_array_equal(decoded[0], imageio.imread(files[0]))
    assert list(decode_stack(files, SHAPE, U8)) == [1]


def colour() -> bytes:
    image = rgb(NOISE)
    image[5, 5, 2] ^= 1
    return encoded(image)


def interlaced() -> bytes:
    data = bytearray(encoded(NOISE))
    data[28] = 1
    data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))
    return bytes(data)


def palette() -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(NOISE).convert("P").save(buffer, "PNG")
    return buffer.getvalue()


def transparent() -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(rgb(NOISE)).save(buffer, "PNG", transparency=(0, 0, 0))
    return buffer.getvalue()


def more_rows_than_the_header_says() -> bytes:
    """The pixels of a taller picture under the header of this size."""
    return encoded(NOISE)[:33] + encoded(np.concatenate([NOISE, NOISE]))[33:]


UNUSUAL = {
    "another size": encoded(NOISE[:-1]),
    "colours": colour(),
    "alpha": encoded(np.dstack([rgb(NOISE), NOISE])),
    "grey with alpha": encoded(np.dstack([NOISE, NOISE])),
    "palette": palette(),
    "interlaced": interlaced(),
    "transparent colour": transparent(),
    "too many rows": more_rows_than_the_header_says(),
    "no picture": b"hello",
    "nothing": b"",
    "header only": encoded(NOISE)[:33],
    "cut short": encoded(NOISE)[:-40],
    "without end": encoded(NOISE)[:-12],
}


@pytest.mark.parametrize("kind", UNUSUAL)
def test_what_is_unusual_is_left_out_and_spoils_nothing(kind: str) -> None:
    decoded = decode_stack([encoded(rgb(NOISE)), UNUSUAL[kind], encoded(SMOOTH)], SHAPE, U8)
    assert sorted(decoded) == [0, 2]
    np.testing.assert_array_equal(decoded[0], NOISE)
    np.testing.assert_array_equal(decoded[2], SMOOTH)


def test_nothing_to_decode() -> None:
    assert decode_stack([], SHAPE, U8) == {}
    assert decode_stack([b""], SHAPE, U8) == {}
    assert decode_stack([encoded(NOISE)], SHAPE, np.dtype(np.float32)) == {}


@given(
    images=st.lists(arrays.arrays(np.uint8, (5, 4)), min_size=1, max_size=20),
    colours=st.booleans(),
    level=st.sampled_from([0, 1, 9]),
)
@settings(deadline=None, max_examples=60)
def test_any_tiles_one_above_another(images: list[np.ndarray], colours: bool, level: int) -> None:
    files = [encoded(rgb(image) if colours else image, compress_level=level) for image in images]
    decoded = decode_stack(files, (5, 4), U8)
    np.testing.assert_array_equal(np.stack([decoded[number] for number in range(len(images))]), np.stack(images))


@given(st.data())
@settings(deadline=None, max_examples=150)
def test_one_wrong_byte_is_left_out_or_changes_nothing(data: st.DataObject) -> None:
    sound = encoded(rgb(NOISE))
    broken = bytearray(sound)
    broken[data.draw(st.integers(0, len(sound) - 1))] ^= data.draw(st.integers(1, 255))
    decoded = decode_stack([sound, bytes(broken), sound], SHAPE, U8)
    assert {0, 2} <= set(decoded)
    for picture in decoded.values():
        np.testing.assert_array_equal(picture, NOISE)
