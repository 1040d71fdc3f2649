"""Run-length codes of masks, as the TGS competition writes them.

A code is pairs `start length`, 1-indexed and column-major: down a column first, then on at the top of
the next one to the right. A mask without salt is the empty string (an empty cell in train.csv). The
canonical code, the one written here, lists maximal runs in order; runs that touch are read as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.errors import BadInput

Rle = str | float | None  # an empty cell comes as "", as None or as pandas' NaN
_AT_ONCE = 1 << 24  # pixels that are encoded at once: bounds the memory, not the number of masks
_TOO_LARGE = 1 << 40  # no tile has so many pixels, and sums of smaller numbers can't overflow


@dataclass(frozen=True)
class Runs:
    """The runs of N codes: those of code i are `[bounds[i]:bounds[i + 1]]` of R runs in all.

    starts: (R,) int64, 0-indexed column-major · lengths: (R,) int64, at least 1 · bounds: (N + 1,) int64
    """

    starts: np.ndarray
    lengths: np.ndarray
    bounds: np.ndarray

    def __getitem__(self, i: int) -> list[tuple[int, int]]:
        """(start, length) of each run of code i."""
        part = slice(self.bounds[i], self.bounds[i + 1])
        return list(zip(self.starts[part].tolist(), self.lengths[part].tolist(), strict=True))

    @property
    def pixels(self) -> np.ndarray:
        """Salt pixels of each code: (N,) int64."""
        return np.diff(np.concatenate(([0], np.cumsum(self.lengths)))[self.bounds])

    def joined(self) -> Runs:
        """The same pixels in maximal runs: runs that touch become one."""
        ends = self.starts + self.lengths
        begins = np.ones(len(ends) + 1, bool)
        begins[1:-1] = self.starts[1:] != ends[:-1]
        begins[self.bounds] = True
        bounds = np.concatenate(([0], np.cumsum(begins[:-1])))[self.bounds]
        starts = self.starts[begins[:-1]]
        return Runs(starts, ends[begins[1:]] - starts, bounds)

    def agree(self, other: Runs) -> list[bool]:
        """For each code, whether it means the same pixels as the other's."""
        mine, theirs = self.joined(), other.joined()
        pairs = ((mine.starts, theirs.starts), (mine.lengths, theirs.lengths), (mine.bounds, theirs.bounds))
        if all(np.array_equal(a, b) for a, b in pairs):
            return [True] * (len(mine.bounds) - 1)
        return [mine[i] == theirs[i] for i in range(len(mine.bounds) - 1)]


def parse(rles: Sequence[Rle], shape: tuple[int, int] | None = None, names: Sequence[str] | None = None) -> Runs:
    """Read N codes at once, without a loop over them.

    shape: (height, width) of the tile that the runs must stay within; None does not look at that.
    names: what an error calls each code. Raises `BadInput` for the first code that is not valid.
    """
    texts = [rle if isinstance(rle, str) else _blank(rle) for rle in rles]
    limit = shape[0] * shape[1] if shape else _TOO_LARGE
    # 0 is neither a start nor a length, so it can part the codes within one long text.
    try:
        numbers = np.fromstring("0 " + " 0 ".join([*texts, ""]), dtype=np.int64, sep=" ")
    except ValueError:
        raise _first_fault(texts, limit, names) from None
    marks = np.flatnonzero(numbers == 0)
    counts = np.diff(marks) - 1
    if len(counts) != len(texts) or (counts % 2).any() or numbers.min() < 0 or numbers.max() > limit:
        raise _first_fault(texts, limit, names)
    pairs = numbers[numbers != 0]
    runs = Runs(pairs[::2] - 1, pairs[1::2], np.concatenate(([0], np.cumsum(counts // 2))))
    if not _in_order(runs, limit):
        raise _first_fault(texts, limit, names)
    return runs


def decode(rle: Rle, shape: tuple[int, int]) -> npt.NDArray[np.uint8]:
    """The mask of one code: (H, W) uint8 in {0, 1}, shape given as (H, W).

    Raises `BadInput` for an odd count, anything but numbers, a start or length below 1, a run that
    leaves the tile, and runs that overlap or are out of order.
    """
    mask: npt.NDArray[np.uint8] = decode_many([rle], shape)[0]
    return mask


def decode_many(rles: Sequence[Rle], shape: tuple[int, int], names: Sequence[str] | None = None) -> np.ndarray:
    """The masks of N codes: (N, H, W) uint8 in {0, 1}. Raises `BadInput` like `decode`."""
    runs = parse(rles, shape, names)
    height, width = shape
    tile_of_run = np.repeat(np.arange(len(rles)), np.diff(runs.bounds))
    edges = np.empty(2 * len(runs.starts) + 2, np.int64)
    edges[0], edges[-1] = 0, len(rles) * height * width
    edges[1:-1:2] = runs.starts + tile_of_run * (height * width)
    edges[2:-1:2] = edges[1:-1:2] + runs.lengths
    values = np.arange(len(edges) - 1, dtype=np.uint8) % 2  # background and salt take turns
    flat = np.repeat(values, np.diff(edges))
    return np.ascontiguousarray(flat.reshape(len(rles), width, height).transpose(0, 2, 1))


def encode(mask: npt.ArrayLike) -> str:
    """The canonical code of one mask: (H, W), everything above 0 is salt."""
    array = np.asarray(mask)
    if array.ndim != 2:
        raise BadInput(f"a mask has two dimensions (height, width), this one has {array.ndim}: {array.shape}")
    return encode_many(array[None])[0]


def encode_many(masks: np.ndarray) -> list[str]:
    """The canonical codes of N masks: (N, H, W), everything above 0 is salt."""
    if masks.ndim != 3:
        raise BadInput(f"masks have three dimensions (masks, height, width), these have {masks.ndim}: {masks.shape}")
    step = max(1, _AT_ONCE // max(1, masks[0].size)) if len(masks) else 1
    return [code for first in range(0, len(masks), step) for code in _encode(masks[first : first + step])]


def salt_pixels(rles: Sequence[Rle], shape: tuple[int, int] | None = None) -> np.ndarray:
    """Salt pixels of each of N codes, straight from the text: (N,) int64. Raises `BadInput`."""
    return parse(rles, shape).pixels


def runs_of(masks: np.ndarray) -> Runs:
    """The maximal runs of N masks: (N, H, W), everything above 0 is salt."""
    count, height, width = masks.shape
    # One background pixel before everything and after each mask: no run goes on in the next mask.
    line = np.zeros(1 + count * (height * width + 1), bool)
    padded = line[1:].reshape(count, height * width + 1)
    np.greater(masks.transpose(0, 2, 1), 0, out=padded[:, :-1].reshape(count, width, height))
    flips = np.flatnonzero(line[1:] != line[:-1])
    tile, starts = np.divmod(flips[::2], height * width + 1)
    bounds = np.concatenate(([0], np.cumsum(np.bincount(tile, minlength=count))))
    return Runs(starts, flips[1::2] - flips[::2], bounds)


def _encode(masks: np.ndarray) -> list[str]:
    runs = runs_of(masks)
    numbers = np.stack([runs.starts + 1, runs.lengths], axis=1)
    words = list(map(str, numbers.ravel().tolist()))
    return [" ".join(words[first:last]) for first, last in pairwise((2 * runs.bounds).tolist())]


def _in_order(runs: Runs, limit: int) -> bool:
    """Whether the runs of each code follow one another and end within `limit` pixels."""
    ends = runs.starts + runs.lengths
    after = runs.starts[1:] >= ends[:-1]
    inner = runs.bounds[(runs.bounds > 0) & (runs.bounds < len(ends))]
    after[inner - 1] = True  # the last run of one code and the first of the next need no order
    return bool(after.all() and (ends <= limit).all())


def _blank(rle: Any) -> str:
    if pd.isna(rle):
        return ""
    raise BadInput(f"a run-length code is text or an empty cell, not {rle!r}")


def _first_fault(texts: list[str], limit: int, names: Sequence[str] | None) -> BadInput:
    """The error that names the first code which is not valid, and what is wrong with it."""
    for number, text in enumerate(texts):
        fault = _fault(text, limit)
        if fault:
            shown = text if len(text) <= 40 else text[:37] + "..."
            name = names[number] if names is not None else f"run-length code {shown!r}"
            return BadInput(f"{name}: {fault}")
    raise AssertionError("no code is at fault")


def _fault(text: str, limit: int) -> str | None:
    """What is wrong with one code, in words; None when it is valid."""
    count = 0
    for word in _words(text):
        digits = word[1:] if word[0] in "+-" else word
        if not (digits.isascii() and digits.isdigit()):
            return f"{word[:20]!r} is not a whole number; expected pairs of start and length"
        count += 1
    if count % 2:
        return f"an odd count of numbers ({count}); expected pairs of start and length"
    numbers = (int(word[:30]) for word in _words(text))
    end = 1  # first pixel that the next run may use, 1-indexed
    for start, length in zip(numbers, numbers, strict=True):
        run = f"run '{start} {length}'"
        if start < 1 or length < 1:
            return f"{run}: start and length are at least 1"
        if start + length - 1 > limit:
            return f"{run} ends at pixel {start + length - 1}, outside the tile of {limit} pixels"
        if start < end:
            return f"{run} overlaps or comes before the run that ends at pixel {end - 1}"
        end = start + length
    return None


def _words(text: str) -> Iterator[str]:
    """What stands between blanks, one at a time: a code may be long. Other blanks of Unicode part no numbers."""
    return (found[0] for found in re.finditer(r"[^ \t\n\r\v\f]+", text))
