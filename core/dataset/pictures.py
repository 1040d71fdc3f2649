"""Pictures as arrays: PNG through libpng with the interpreter lock released, everything else through imageio.

imageio is also the reference that both fast paths are tested against, this one and `core.dataset.png_stack`.
"""

from __future__ import annotations

import io
import struct
from pathlib import Path
from typing import Any

import imagecodecs
import imageio.v3 as imageio
import numpy as np
import numpy.typing as npt
from PIL import Image

from core import atomic
from core.errors import BadInput

SUFFIXES = (".png", ".tif", ".tiff", ".jpg", ".jpeg", ".bmp")  # of the files that count as pictures
_PNG = b"\x89PNG\r\n\x1a\n"
_LUMINANCE = (0.299, 0.587, 0.114)  # of red, green, blue: ITU-R BT.601
_MAX_PIXELS = 1 << 24  # of one picture; more is a mistake, or a small file that unpacks to fill the memory


def decode_image(data: bytes, name: str) -> npt.NDArray[Any]:
    """The grey picture in `data`: (H, W) in the file's own type (uint8, uint16, float32, …).

    Equal colour channels become one, others their luminance; alpha is dropped. Raises `BadInput` with `name`.
    """
    picture = _decode(data, name)
    return picture if picture.ndim == 2 else _grey(picture)


def decode_mask(data: bytes, name: str) -> npt.NDArray[np.uint8]:
    """The mask in `data`: (H, W) uint8 in {0, 1}, everything above 0 in any colour is salt. Raises `BadInput`."""
    picture = _decode(data, name)
    return np.greater(picture if picture.ndim == 2 else _colours(picture).max(axis=2), 0).astype(np.uint8)


def png(image: np.ndarray) -> bytes:
    """PNG file of an image: (H, W) or (H, W, 3), uint8 or uint16."""
    return bytes(imagecodecs.png_encode(np.ascontiguousarray(image)))


def jpeg(image: np.ndarray, quality: int = 85) -> bytes:
    """JPEG file of an image: (H, W) or (H, W, 3) uint8; quality 1…100."""
    return bytes(imagecodecs.jpeg8_encode(np.ascontiguousarray(image), level=quality))


def read(path: Path) -> npt.NDArray[Any]:
    """The picture in a file, as imageio gives it: (H, W) or (H, W, channels). Raises `BadInput`."""
    try:
        return _by_imageio(path.read_bytes(), str(path))
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror or error}") from error


def write(path: Path, image: np.ndarray) -> None:
    """Write a picture by imageio, in the format that the suffix names, whole or not at all."""
    atomic.write_bytes(path, imageio.imwrite("<bytes>", image, extension=path.suffix))


def _decode(data: bytes, name: str) -> npt.NDArray[Any]:
    picture = _by_libpng(data, name) if data.startswith(_PNG) else _by_imageio(data, name)
    channels = picture.shape[2] if picture.ndim == 3 else 1
    if picture.ndim not in (2, 3) or channels > 4 or picture.size == 0:
        raise BadInput(f"{name}: expected one grey or colour picture, found an array of shape {picture.shape}")
    return picture.astype(np.uint8) * 255 if picture.dtype == np.bool_ else picture


def _by_libpng(data: bytes, name: str) -> npt.NDArray[Any]:
    width, height = struct.unpack(">II", data[16:24].ljust(8, b"\0"))
    _check_size(width, height, name)
    _check_chunks(data, name)
    try:
        return np.asarray(imagecodecs.png_decode(data))
    except (imagecodecs.PngError, ValueError) as error:
        raise BadInput(f"{name}: the PNG file is damaged ({error}); copy or download it again") from error


def _check_size(width: int, height: int, name: str) -> None:
    if width * height > _MAX_PIXELS:
        raise BadInput(f"{name}: {width}×{height} pixels are too many for a tile (at most {_MAX_PIXELS:,} in all)")


def _check_chunks(data: bytes, name: str) -> None:
    """Raise `BadInput` if a chunk is cut short or its CRC is wrong, which libpng lets pass in some of them."""
    at, kind = len(_PNG), b""
    while kind != b"IEND":
        length, kind = struct.unpack(">I4s", data[at : at + 8].ljust(8, b"\0"))
        body, crc = data[at + 4 : at + 8 + length], data[at + 8 + length : at + 12 + length]
        if len(crc) < 4:
            raise BadInput(f"{name}: the PNG file is cut short; copy or download it again")
        if struct.pack(">I", imagecodecs.deflate_crc32(body)) != crc:
            raise BadInput(f"{name}: the PNG file is damaged in its chunk {kind!r}; copy or download it again")
        at += 12 + length


def _by_imageio(data: bytes, name: str) -> npt.NDArray[Any]:
    try:
        _check_header(data, name)
        return np.asarray(imageio.imread(data, plugin="pillow"))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise BadInput(f"{name}: too many pixels for a tile (at most {_MAX_PIXELS:,} in all)") from error
    # Pillow's own list: a broken file of some format ends in any of these, or in a warning where warnings are errors.
    except (
        OSError,
        ValueError,
        SyntaxError,
        IndexError,
        KeyError,
        TypeError,
        struct.error,
        EOFError,
        UserWarning,
    ) as error:
        raise BadInput(f"{name}: not a picture that can be read; expected PNG, TIFF, JPEG or BMP") from error


def _check_header(data: bytes, name: str) -> None:
    """Raise `BadInput` for a picture that would unpack to fill the memory; none of its pixels is unpacked here."""
    with Image.open(io.BytesIO(data)) as header:
        _check_size(header.width, header.height, name)
        if getattr(header, "is_animated", False):
            raise BadInput(f"{name}: holds several pictures; expected one")


def _colours(picture: np.ndarray) -> np.ndarray:
    """(H, W, 1…4) without the alpha channel: (H, W, 1 or 3)."""
    return picture[:, :, : picture.shape[2] - 1 + picture.shape[2] % 2]


def _grey(picture: np.ndarray) -> npt.NDArray[Any]:
    colours = _colours(picture)
    first = colours[:, :, 0]
    if all(np.array_equal(first, colours[:, :, channel]) for channel in range(1, colours.shape[2])):
        return np.ascontiguousarray(first)
    grey = colours @ np.array(_LUMINANCE)
    return grey.astype(picture.dtype) if picture.dtype.kind == "f" else np.rint(grey).astype(picture.dtype)
