"""Masks and probability maps that were made elsewhere: read, and held against the tiles of a data set.

    a csv file      id,rle_mask, as Kaggle takes it
    a folder or zip one grey picture a tile, <id>.png (also TIFF, JPEG, BMP), right in it or in its masks/

Pictures of two levels in all (0 and one more) are masks; with more levels they are maps of probability: 0…255 of 8
bits, 0…65535 of 16, 0…1 of float. Everything is looked at before the first pixel is handed out, so that whoever takes
it in takes all or nothing. Memory: the pixels of a few batches, and the text of a csv file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from core.dataset import layouts, rle, tables
from core.dataset.archives import Folder
from core.dataset.decoding import in_batches
from core.dataset.layouts import Member
from core.dataset.pictures import decode_image
from core.dataset.tiles import TileStore
from core.errors import BadInput
from core.progress import Progress, silent

AT_ONCE = 256  # maps that are handed out at once
HIGHEST = {np.dtype(np.uint8): 255, np.dtype(np.uint16): 65535}  # level of probability 1, by type of pixels
SHOWN = 40  # characters of an id in a message


class _Reader(Protocol):
    """Where maps lie. ids: of their tiles · where: the source in a message · are_masks: nothing but 0 and 255."""

    ids: list[str]
    where: str
    are_masks: bool = True

    def check(self, shape: tuple[int, int], progress: Progress) -> None:
        """Look at all of it. Raises `BadInput`."""

    def read(self, ids: Sequence[str], shape: tuple[int, int]) -> npt.NDArray[np.uint8]:
        """(k, H, W) uint8 0…255."""


@dataclass(frozen=True, eq=False)
class Maps:
    """What a source holds for the tiles in `rows` (k,) int64 of a data set, ascending; are_masks: no probabilities."""

    store: TileStore
    rows: npt.NDArray[np.int64]
    are_masks: bool
    _reader: _Reader

    def blocks(self, progress: Progress = silent, what: str = "Reading masks") -> Iterator[tuple[slice, np.ndarray]]:
        """Places in `rows` and their maps, some at a time: (n, H, W) uint8, 255 is probability 1 or salt."""
        ids = self.store.index["id"].iloc[self.rows].tolist()
        for first in range(0, len(ids), AT_ONCE):
            progress(first, len(ids), what)
            some = slice(first, min(first + AT_ONCE, len(ids)))
            yield some, self._reader.read(ids[some], self.store.tile_shape)
        progress(len(ids), len(ids), what)


@contextmanager
def opened(source: Path, store: TileStore, progress: Progress = silent) -> Iterator[Maps]:
    """The maps in `source`, all of them sound and of tiles of `store`; not every tile needs one.

    Raises `BadInput` that names the first file, id or code which is not.
    """
    source = Path(source).expanduser().absolute()
    with ExitStack() as stack:
        reader = _Codes.of(source, stack) if _is_table(source) else _Pictures.of(source, stack)
        rows = _rows(reader, store)
        reader.check(store.tile_shape, progress)
        yield Maps(store, rows, reader.are_masks, reader)


def _is_table(source: Path) -> bool:
    return source.is_file() and source.suffix.lower() != ".zip"


def _rows(reader: _Reader, store: TileStore) -> npt.NDArray[np.int64]:
    row_of = dict(zip(store.index["id"], range(len(store)), strict=True))
    strange = [tile for tile in reader.ids if tile not in row_of]
    if strange:
        some = ", ".join(repr(tile[:SHOWN]) for tile in strange[:5])
        more = f" and {len(strange) - 5:,} more" if len(strange) > 5 else ""
        raise BadInput(
            f"{reader.where}: {len(strange):,} of {len(reader.ids):,} ids are of no tile of data set "
            f"{store.name!r}: {some}{more}; remove them or choose the data set that they belong to"
        )
    return np.sort(np.array([row_of[tile] for tile in reader.ids], np.int64))


class _Codes(_Reader):
    """Run-length codes in a csv file."""

    def __init__(self, codes: dict[str, str], where: str) -> None:
        self.ids, self.where, self._codes = list(codes), where, codes

    @classmethod
    def of(cls, source: Path, stack: ExitStack) -> _Codes:
        return cls(tables.read_rows_of_codes(Member(Folder(source.parent, stack), source.name)), str(source))

    def check(self, shape: tuple[int, int], progress: Progress) -> None:
        rle.parse(list(self._codes.values()), shape, [f"{self.where}: mask of {tile!r}" for tile in self.ids])

    def read(self, ids: Sequence[str], shape: tuple[int, int]) -> npt.NDArray[np.uint8]:
        masks: npt.NDArray[np.uint8] = rle.decode_many([self._codes[tile] for tile in ids], shape) * np.uint8(255)
        return masks


class _Pictures(_Reader):
    """Pictures in a folder or zip file."""

    def __init__(self, members: dict[str, Member], where: str) -> None:
        self.ids, self.where, self._members = list(members), where, members

    @classmethod
    def of(cls, source: Path, stack: ExitStack) -> _Pictures:
        return cls(layouts.bare_pictures(source, stack), str(source))

    def check(self, shape: tuple[int, int], progress: Progress) -> None:
        def levels(rows: slice) -> set[float]:
            return set(chain(*(_levels(self._members[tile], shape) for tile in self.ids[rows])))

        above = set().union(*in_batches(levels, len(self.ids), "Looking at the pictures", progress)) - {0}
        self.are_masks = len(above) <= 1 or above == {255, 65535}  # Kaggle's own have 8 or 16 bits

    def read(self, ids: Sequence[str], shape: tuple[int, int]) -> npt.NDArray[np.uint8]:
        return np.stack([self._map(_picture(self._members[tile], shape)) for tile in ids])

    def _map(self, picture: np.ndarray) -> npt.NDArray[np.uint8]:
        if self.are_masks:
            return np.where(picture > 0, np.uint8(255), np.uint8(0))
        return np.rint(picture * (255 / HIGHEST.get(picture.dtype, 1))).astype(np.uint8)


def _levels(member: Member, shape: tuple[int, int]) -> list[float]:
    """The levels of a picture; of a third one on, one is as good as all."""
    picture = _picture(member, shape)
    low, high = picture.min(), picture.max()
    between = picture[(picture != low) & (picture != high)]
    return [float(level) for level in (low, high, *between[:1])]


def _picture(member: Member, shape: tuple[int, int]) -> np.ndarray:
    picture = decode_image(member.read(), member.where)
    if picture.shape != shape:
        sizes = ["×".join(map(str, one)) for one in (picture.shape, shape)]
        raise BadInput(f"{member.where}: {sizes[0]} pixels, but the tiles of the data set have {sizes[1]}")
    if picture.dtype not in HIGHEST and not (picture.dtype.kind == "f" and _is_share(picture)):
        raise BadInput(f"{member.where}: {picture.dtype} pixels; expected 8 or 16 bits, or float from 0 to 1")
    return picture


def _is_share(picture: np.ndarray) -> bool:
    return bool(np.isfinite(picture).all() and picture.min() >= 0 and picture.max() <= 1)
