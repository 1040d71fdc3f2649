"""Pictures into packed arrays, by all cores at once: threads are enough, as the decoder leaves the interpreter free."""

from __future__ import annotations

import hashlib
import os
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from core.dataset import rle
from core.dataset.layouts import Member
from core.dataset.pictures import decode_image, decode_mask
from core.dataset.planning import Tile
from core.dataset.tiles import FIGURES, measure
from core.errors import BadInput
from core.progress import Progress

BATCH = 64  # tiles that a thread takes at once
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
        """The kind of one tile. Raises `BadInput`."""
        image = decode_image(tile.image.read(), tile.image.where)
        return cls((image.shape[0], image.shape[1]), image.dtype, tile.image.where)

    def check(self, image: np.ndarray, where: str) -> None:
        """Raise `BadInput` for an image that is not of this kind."""
        if image.shape != self.shape:
            raise BadInput(
                f"{where}: {_size(image.shape)} pixels, but {self.where} has {_size(self.shape)};"
                " all tiles of a data set have one size"
            )
        if image.dtype != self.dtype:
            raise BadInput(
                f"{where}: {image.dtype} pixels, but {self.where} has {self.dtype};"
                " all tiles of a data set have one type, so that one scaling fits them"
            )


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
    if kind.dtype in (np.uint8, np.bool_):
        return None
    step = 1 + len(tiles) * kind.shape[0] * kind.shape[1] // _SAMPLE

    def sample(rows: slice) -> np.ndarray:
        return np.concatenate([_amplitudes(tile, kind).ravel()[::step] for tile in tiles[rows]])

    samples = _in_batches(sample, len(tiles), "Reading amplitudes", progress)
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
        sha1 = [_image_into(image, tile, kind, scaling) for tile, image in zip(batch, images, strict=True)]
        contradicting = [rows.start + row for row in _masks_into(masks, batch, kind)]
        return Decoded(measure(images, masks), sha1, contradicting)

    done = _in_batches(work, len(tiles), "Decoding tiles", progress)
    return Decoded(
        np.concatenate([part.figures for part in done] or [np.empty(0, FIGURES)]),
        [sha1 for part in done for sha1 in part.sha1],
        [row for part in done for row in part.contradicting],
    )


def _amplitudes(tile: Tile, kind: Kind, data: bytes | None = None) -> np.ndarray:
    image = decode_image(tile.image.read() if data is None else data, tile.image.where)
    kind.check(image, tile.image.where)
    if image.dtype.kind == "f" and not np.isfinite(image).all():
        raise BadInput(f"{tile.image.where}: holds amplitudes that are no finite numbers; replace them, then import")
    return image


def _image_into(out: np.ndarray, tile: Tile, kind: Kind, scaling: Scaling | None) -> str:
    """Decode one image into its place; returns the SHA-1 of the file."""
    data = tile.image.read()
    image = _amplitudes(tile, kind, data)
    out[:] = scaling.apply(image) if scaling else image
    return hashlib.sha1(data, usedforsecurity=False).hexdigest()


def _masks_into(out: np.ndarray, batch: list[Tile], kind: Kind) -> list[int]:
    """Put the masks of a batch in their places; returns the rows where file and code contradict each other."""
    for mask, tile in zip(out, batch, strict=True):
        if tile.mask is not None:
            mask[:] = _mask(tile.mask, kind)
        elif tile.code is not None:
            mask[:] = rle.decode(tile.code, kind.shape)
    coded = [row for row, tile in enumerate(batch) if tile.code is not None]
    drawn = out if len(coded) == len(batch) else out[coded]
    agree = rle.runs_of(drawn).agree(rle.parse([batch[row].code for row in coded], kind.shape))
    return [row for row, same in zip(coded, agree, strict=True) if not same]


def _mask(member: Member, kind: Kind) -> np.ndarray:
    mask = decode_mask(member.read(), member.where)
    if mask.shape != kind.shape:
        raise BadInput(f"{member.where}: {_size(mask.shape)} pixels, but its image has {_size(kind.shape)}")
    return mask


def _in_batches(work: Callable[[slice], T], count: int, what: str, progress: Progress) -> list[T]:
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
