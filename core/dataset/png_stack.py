"""Many PNG files of one size decoded as one: what libpng does once for each is done once for all.

Each file is unpacked (by libdeflate, twice as fast as the zlib in libpng) to its filtered rows. Put below one
another, with a row of zeros between two, they are the rows of one tall grey PNG that is not compressed, and libpng
undoes their filters in one call: the first row of each finds the same zeros above it as in its own file. Threads
that decode like this hardly wait for one another, as they leave the interpreter seldom and for long.

Three equal colour channels are equal already in the filtered rows, since PNG predicts each channel from itself; then
one of them is enough.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from typing import Any

import imagecodecs
import numpy as np

_HEADER_END = 33  # of the signature and the IHDR chunk
_END = b"\0\0\0\0IEND\xaeB`\x82"
_LAST_FILTER = 4  # Paeth; libpng gives up the whole stack for a number that is none
_GREY, _RGB = 0, 2  # colour types
_RGB_AT_ONCE = 8  # files whose three channels are in memory: few enough to stay near the processor


def decode_stack(files: Sequence[bytes], shape: tuple[int, int], dtype: np.dtype[Any]) -> dict[int, np.ndarray]:
    """The pictures among `files` that can be decoded together: (H, W) uint8 or uint16 by position in `files`.

    Left out is what is not a sound PNG of this shape and type, grey or with three equal channels, not interlaced,
    without chunks that could change what its pixels mean. Every byte is checked: those of all chunks by their CRCs.
    """
    if dtype not in (np.uint8, np.uint16):
        return {}
    decoded: dict[int, np.ndarray] = {}
    for colour, fill in ((_GREY, _fill_grey), (_RGB, _fill_rgb)):
        start = _start(*shape, dtype.itemsize, colour)
        chosen = [position for position, file in enumerate(files) if file.startswith(start)]
        if chosen:
            stack = np.zeros((len(chosen), 1 + shape[0], 1 + shape[1] * dtype.itemsize), np.uint8)
            sound = fill(stack[:, 1:], [files[position] for position in chosen], dtype.itemsize)
            sound &= (stack[:, :, 0] <= _LAST_FILTER).all(axis=1)
            pictures = _without_filters(stack if sound.all() else stack[sound], shape, dtype)
            decoded |= zip(np.array(chosen)[sound].tolist(), pictures, strict=True)
    return decoded


def _fill_grey(rows: np.ndarray, files: list[bytes], size: int) -> np.ndarray:
    """Put filtered rows in their places, (n, H, 1 + bytes of a row); returns for which of the n that went well."""
    return np.array([_unpack(file, out.reshape(-1)) for file, out in zip(files, rows, strict=False)])


def _fill_rgb(rows: np.ndarray, files: list[bytes], size: int) -> np.ndarray:
    """The same of the first of three channels; it went well where the others are equal to it."""
    height, width = rows.shape[1:]
    raw = np.empty((_RGB_AT_ONCE, height, 3 * width - 2), np.uint8)
    channels = raw[:, :, 1:].reshape(len(raw), height, -1, 3, size)
    sound = []
    for first in range(0, len(files), len(raw)):
        part = rows[first : first + len(raw)]
        unpacked = _fill_grey(raw, files[first : first + len(raw)], size)
        red, green, blue = (channels[: len(part), :, :, number] for number in range(3))
        part[:, :, 0] = raw[: len(part), :, 0]
        part[:, :, 1:].reshape(red.shape)[:] = red
        sound.append(unpacked & _equal(red, green) & _equal(red, blue))
    return np.concatenate(sound)


def _equal(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """For which of n arrays all is equal: (n,) bool."""
    return (one == other).reshape(len(one), -1).all(axis=1)


def _unpack(file: bytes, out: np.ndarray) -> bool:
    """Put the filtered rows of a file into `out`; False if its chunks hold anything else, or not exactly them."""
    parts, at = [], _HEADER_END
    while file[at + 4 : at + 8] == b"IDAT":
        (length,) = struct.unpack_from(">I", file, at)
        body, crc = file[at + 4 : at + 8 + length], file[at + 8 + length : at + 12 + length]
        if struct.pack(">I", imagecodecs.deflate_crc32(body)) != crc:
            return False
        parts.append(body[4:])
        at += 12 + length
    try:
        sound = file[at : at + len(_END)] == _END
        return sound and len(imagecodecs.deflate_decode(b"".join(parts), out=out.data)) == len(out)
    except (imagecodecs.DeflateError, ValueError):
        return False


def _without_filters(stack: np.ndarray, shape: tuple[int, int], dtype: np.dtype[Any]) -> np.ndarray:
    """Pixels (n, H, W) of filtered rows (n, 1 + H, 1 + bytes of a row), the first of each n zeros."""
    if not len(stack):
        return np.empty((0, *shape), dtype)
    start = _start(stack.shape[0] * stack.shape[1], shape[1], dtype.itemsize, _GREY)
    tall = b"".join([start, *_chunk(b"IDAT", zlib.compress(stack.data, 0)), *_chunk(b"IEND", b"")])
    pixels: np.ndarray = imagecodecs.png_decode(tall)
    return pixels.reshape(-1, 1 + shape[0], shape[1])[:, 1:]


def _start(height: int, width: int, size: int, colour: int) -> bytes:
    """Signature and header of a PNG with `size` bytes a sample."""
    header = struct.pack(">IIBBBBB", width, height, 8 * size, colour, 0, 0, 0)
    return b"".join([b"\x89PNG\r\n\x1a\n", *_chunk(b"IHDR", header)])


def _chunk(kind: bytes, body: bytes) -> tuple[bytes, bytes, bytes, bytes]:
    crc = zlib.crc32(body, zlib.crc32(kind))
    return struct.pack(">I", len(body)), kind, body, struct.pack(">I", crc)
