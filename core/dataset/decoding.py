"""Pictures into packed arrays, by all cores at once: threads are enough, as the decoder leaves the interpreter free."""

from __future__ import annotations

import hashlib
import os
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from core.dataset import rle
from core.dataset.layouts import Member
from core.dataset.pictures import decode_image, decode_mask
from core.dataset.planning import Tile
from core.dataset.png_stack import decode_stack
from core.dataset.tiles import FIGURES, measure
from core.errors import BadInput
from core.progress import Progress

BATCH = 32  # tiles that a thread takes at once
_LARGE = 1_000_000  # bytes of a file that is decoded by itself
_SAMPLE = 4_000_000  # pixels that the percentiles of a data set are taken over, at most
_CLIP = (1.0, 99.0)  # percentiles

T = TypeVar("T")


@dataclass(frozen=True)
class Kind:
    """What all tiles of a data set have in common: the first one's shape and type of pixels, and where it lies."""

    shape: tuple[int, int]
    dtype: np.dtype[Any]
    where: str

    @classmethod
    def of(cls, tile: Tile) -> Kind:
        """The kind of one tile. Raises `BadInput` if its image can't be used."""
        image = _finite(tile.image.read(), tile)
        return cls((image.shape[0], image.shape[1]), image.dtype, tile.image.where)

    def check(self, other: Kind) -> None:
        """Raise `BadInput` for an image that is not of this kind."""
        if other.shape != self.shape:
            raise BadInput(
                f"{other.where}: {_size(other.shape)} pixels, but {self.where} has {_size(self.shape)};"
                " all tiles of a data set have one size"
            )
        if other.dtype != self.dtype:
            raise BadInput(
                f"{other.where}: {other.dtype} pixels, but {self.where} has {self.dtype};"
                " all tiles of a data set have one type, so that one scaling fits them"
            )

    def check_mask(self, shape: tuple[int, ...], where: str) -> None:
        """Raise `BadInput` for a mask that is not as large as the images."""
        if shape != self.shape:
            raise BadInput(f"{where}: {_size(shape)} pixels, but its image has {_size(self.shape)}")


@dataclass(frozen=True)
class Scaling:
    """Amplitudes to 0…255: `low` and below become 0, `high` and above 255, what lies between is linear, rounded.

    low, high: the percentiles `_CLIP` over the whole data set.
    """

    low: float
    high: float

    def apply(self, image: np.ndarray) -> np.ndarray:
        """(H, W) amplitudes as uint8."""
        share = (image.astype(np.float64) - self.low) / max(self.high - self.low, np.finfo(float).tiny)
        return np.rint(np.clip(share, 0, 1) * 255).astype(np.uint8)

    def __str__(self) -> str:
        low, high = _CLIP
        return f"percentiles {low:g} and {high:g} of the data set, {self.low:g} and {self.high:g}, become 0 and 255"

    def facts(self) -> dict[str, Any]:
        """The rule with its numbers, for source.json."""
        low, high = _CLIP
        return {"rule": "percentile clip", "percentiles": [low, high], "low": self.low, "high": self.high}


@dataclass(frozen=True)
class Decoded:
    """Of all tiles, in order: `core.dataset.tiles.FIGURES` (N,), SHA-1 of the image files, and the rows whose mask
    file is not what train.csv says."""

    figures: np.ndarray
    sha1: list[str]
    contradicting: list[int]


def fit_scaling(tiles: list[Tile], kind: Kind, progress: Progress) -> Scaling | None:
    """The scaling of a data set; None for 8-bit tiles, which stay as they are.

    Takes every k-th pixel of every tile, `_SAMPLE` in all at most. Raises `BadInput` for amplitudes that are not
    finite.
    """
    if kind.dtype == np.uint8:
        return None
    step = 1 + len(tiles) * kind.shape[0] * kind.shape[1] // _SAMPLE

    def sample(rows: slice) -> np.ndarray:
        pictures, _ = _images(tiles[rows], kind)
        return np.concatenate([picture.ravel()[::step] for picture in pictures])

    samples = in_batches(sample, len(tiles), "Reading amplitudes", progress)
    low, high = np.percentile(np.concatenate(samples), _CLIP)
    return Scaling(float(low), float(high))


def decode_all(
    tiles: list[Tile],
    out_tiles: np.ndarray,
    out_masks: np.ndarray,
    kind: Kind,
    scaling: Scaling | None,
    progress: Progress,
) -> Decoded:
    """Decode all images and masks into (N, H, W) uint8 arrays. Raises `BadInput` for the first bad file."""

    def work(rows: slice) -> Decoded:
        batch, images, masks = tiles[rows], np.asarray(out_tiles[rows]), np.asarray(out_masks[rows])
        pictures, sha1 = _images(batch, kind)
        np.stack([scaling.apply(picture) for picture in pictures] if scaling else pictures, out=images)
        contradicting = [rows.start + row for row in _masks_into(masks, batch, kind)]
        return Decoded(measure(images, masks), sha1, contradicting)

    done = in_batches(work, len(tiles), "Decoding tiles", progress)
    return Decoded(
        np.concatenate([part.figures for part in done] or [np.empty(0, FIGURES)]),
        [sha1 for part in done for sha1 in part.sha1],
        [row for part in done for row in part.contradicting],
    )


def _images(batch: list[Tile], kind: Kind) -> tuple[list[np.ndarray], list[str]]:
    """The images of a batch, (H, W) each, and the SHA-1 of their files."""

    def one(number: int, file: bytes) -> np.ndarray:
        return _image(batch[number], file, kind)

    return _decoded([tile.image for tile in batch], kind.shape, (kind.dtype,), one)


def _decoded(
    members: list[Member],
    shape: tuple[int, int],
    dtypes: Sequence[np.dtype[Any]],
    one: Callable[[int, bytes], np.ndarray],
) -> tuple[list[np.ndarray], list[str]]:
    """The pictures of some files and the SHA-1 of these: together where they can be, else each by `one`.

    one: takes a place in `members` and the file · A large one does not wait for the others, as a small archive can hold
    many.
    """
    found, files, sha1 = {}, [], []
    for number, member in enumerate(members):
        file = member.read()
        sha1.append(hashlib.sha1(file, usedforsecurity=False).hexdigest())
        if len(file) > _LARGE:
            found[number], file = one(number, file), b""
        files.append(file)
    for dtype in dtypes:
        found |= decode_stack(files, shape, dtype)
    return [found[number] if number in found else one(number, file) for number, file in enumerate(files)], sha1


def _image(tile: Tile, file: bytes, kind: Kind) -> np.ndarray:
    image = _finite(file, tile)
    kind.check(Kind((image.shape[0], image.shape[1]), image.dtype, tile.image.where))
    return image


def _finite(file: bytes, tile: Tile) -> np.ndarray:
    """The image in a file, (H, W) of finite numbers. Raises `BadInput`."""
    image = decode_image(file, tile.image.where)
    if image.dtype.kind == "f" and not np.isfinite(image).all():
        raise BadInput(f"{tile.image.where}: holds amplitudes that are no finite numbers; replace them, then import")
    return image


def _masks_into(out: np.ndarray, batch: list[Tile], kind: Kind) -> list[int]:
    """Put the masks of a batch in their places; returns the rows where file and code contradict each other."""
    drawn = [(row, tile.mask) for row, tile in enumerate(batch) if tile.mask is not None]
    for (row, _), mask in zip(drawn, _masks([member for _, member in drawn], kind), strict=True):
        np.greater(mask, 0, out=out[row])
    for row, tile in enumerate(batch):
        if tile.mask is None and tile.code is not None:
            out[row] = rle.decode(tile.code, kind.shape)
    coded = [row for row, tile in enumerate(batch) if tile.code is not None]
    found = rle.runs_of(out if len(coded) == len(batch) else out[coded])
    agree = found.agree(rle.parse([batch[row].code for row in coded], kind.shape))
    return [row for row, same in zip(coded, agree, strict=True) if not same]


def _masks(members: list[Member], kind: Kind) -> list[np.ndarray]:
    """The pictures of masks, (H, W) each, above 0 is salt; those with salt often have 16 bits, the others 8."""

    def one(number: int, file: bytes) -> np.ndarray:
        return _mask(members[number], file, kind)

    pictures, _ = _decoded(members, kind.shape, (np.dtype(np.uint8), np.dtype(np.uint16)), one)
    return pictures


def _mask(member: Member, file: bytes, kind: Kind) -> np.ndarray:
    mask = decode_mask(file, member.where)
    kind.check_mask(mask.shape, member.where)
    return mask


def in_batches(work: Callable[[slice], T], count: int, what: str, progress: Progress) -> list[T]:
    """`work` on all rows, a batch at a time on every core; results in order.

    The first error in the order of the rows is raised, and a `progress` that stops is heard between two batches.
    """
    threads = min(os.cpu_count() or 1, 32)
    waiting: deque[Future[T]] = deque()
    results: list[T] = []
    pool = ThreadPoolExecutor(threads, thread_name_prefix="decode")

    def take() -> None:
        results.append(waiting.popleft().result())
        progress(min(len(results) * BATCH, count), count, what)

    progress(0, count, what)
    try:
        for first in range(0, count, BATCH):
            waiting.append(pool.submit(work, slice(first, min(first + BATCH, count))))
            if len(waiting) > 4 * threads:
                take()
        while waiting:
            take()
    finally:
        pool.shutdown(cancel_futures=True)
    return results


def _size(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape))
