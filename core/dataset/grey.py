"""RGB PNG files whose three channels are equal, made grey before their pixels are decoded.

PNG predicts each channel from the same channel's neighbours, so equal channels are equal already in the filtered
bytes. One of them, wrapped as a grey PNG, leaves libpng a third of the work, and libdeflate unpacks faster than the
zlib that libpng uses: three fifths of the time in all. What is not of this kind is left to libpng as it is.
"""

from __future__ import annotations

import struct
import zlib
from functools import lru_cache

import imagecodecs
import numpy as np

_BLOCK = 65_535  # bytes that one stored block of a deflate stream can hold
_HEADER_END = 33  # of the signature and the IHDR chunk
_RGB = bytes((8, 2, 0, 0, 0))  # bits, colour type, compression, filter method, not interlaced
_GREY = bytes((8, 0, 0, 0, 0))


def one_channel(data: bytes) -> bytes | None:
    """A grey PNG with the same pixels; None if `data` is not a sound RGB PNG of 8 bits with equal channels.

    Nothing but IHDR, IDAT and IEND may be in it: other chunks can change what the pixels mean.
    """
    if data[24:29] != _RGB or zlib.crc32(data[12:29]) != _number(data, 29):
        return None
    packed = _packed(data)
    width, height = _number(data, 16), _number(data, 20)
    rows = None if packed is None else _unpacked(packed, height, 1 + 3 * width)
    return None if rows is None else _wrapped(rows, width, height)


def _packed(data: bytes) -> bytes | None:
    """The content of all IDAT chunks; None if there is any other chunk between header and end."""
    parts, at, kind = [], _HEADER_END, b""
    while at + 12 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        if kind != b"IDAT":
            break
        parts.append(data[at + 8 : at + 8 + length])
        at += 12 + length
    return b"".join(parts) if kind == b"IEND" else None


def _unpacked(packed: bytes, height: int, row: int) -> np.ndarray | None:
    """The filtered bytes, (height, row) uint8. The stream's own checksum stands for the chunks' CRCs."""
    if height * row > 1 << 26:
        return None
    try:
        raw = imagecodecs.deflate_decode(packed, out=height * row)
    except imagecodecs.DeflateError:
        return None
    return np.frombuffer(raw, np.uint8).reshape(height, row) if len(raw) == height * row else None


def _wrapped(rows: np.ndarray, width: int, height: int) -> bytes | None:
    """The first channel of filtered rows as a grey PNG that is not compressed; None if another channel differs."""
    pixels = rows[:, 1:].reshape(height, width, 3)
    grey = np.empty((height, 1 + width), np.uint8)
    grey[:, 0] = rows[:, 0]
    grey[:, 1:] = pixels[:, :, 0]
    if (pixels[:, :, 1] != grey[:, 1:]).any() or (pixels[:, :, 2] != grey[:, 1:]).any():
        return None
    return _frame(width, height) + _chunk(b"IDAT", _stored(grey.tobytes())) + _END


@lru_cache(maxsize=1)
def _frame(width: int, height: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", struct.pack(">II", width, height) + _GREY)


def _stored(raw: bytes) -> bytes:
    """A zlib stream of stored blocks."""
    blocks = [b"\x78\x01"]
    for first in range(0, len(raw), _BLOCK):
        block = raw[first : first + _BLOCK]
        blocks += [struct.pack("<BHH", first + _BLOCK >= len(raw), len(block), len(block) ^ 0xFFFF), block]
    return b"".join([*blocks, struct.pack(">I", zlib.adler32(raw))])


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(body, zlib.crc32(kind)))


_END = _chunk(b"IEND", b"")


def _number(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 4], "big")
