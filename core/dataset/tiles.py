"""An imported data set: packed tiles and masks, read through a memory map, and an index with one row a tile.

tiles.npy, masks.npy · index.parquet · source.json (what it was made from) · submission_order.txt, where there was a
sample submission. Whoever writes one does it
in `core.atomic.replacing_folder`, so that a data set is whole or not there.
"""

from __future__ import annotations

import mmap
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow
import pyarrow.parquet

from core import atomic
from core.errors import BadInput, NotFound

VERSION = 1  # of the files of a data set; another one can't be opened
LONGEST_ID = 255  # characters of a tile's id
ORDER = "submission_order.txt"  # ids of the sample submission, one a line
_CHUNK = 256  # tiles that are measured at once


def __getattr__(name: str) -> Any:
    """`TGSSaltDataset` is here too, but torch is only imported by whoever asks for it."""
    if name == "TGSSaltDataset":
        from core.dataset.salt_dataset import TGSSaltDataset

        return TGSSaltDataset
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def salt_proportion(mask: npt.ArrayLike) -> float:
    """Share of salt in a mask: (H, W), everything above 0 is salt; 0…1."""
    array = np.asarray(mask)
    return float(np.count_nonzero(array > 0) / array.size)


@dataclass(frozen=True, eq=False)
class TileStore:
    """One data set, open for reading.

    tiles: (N, H, W) uint8, memory-mapped · masks: (N, H, W) uint8 in {0, 1}, memory-mapped, zeros where there
    is no label · index: N rows, row i describes tiles[i]: train first, then test, each sorted by id, with

        id (str) · split ("train" or "test") · z (depth; NaN: none) · has_mask (bool)
        salt_pixels, salt_proportion (float64; NaN: no label) · mean, std (float32, of the tile; std 0: constant)
        source_sha1 (of the picture file) · and with a sections.csv: section, row, col (nullable)

    source: what source.json holds.
    """

    root: Path
    tiles: np.ndarray
    masks: np.ndarray
    index: pd.DataFrame
    source: dict[str, Any]

    @classmethod
    def open(cls, root: str | Path) -> TileStore:
        """The data set in folder `root`; no pixel is read yet. Raises `NotFound` or `BadInput`."""
        root = Path(root)
        try:
            before = root.stat().st_ino
            source = atomic.read_object(root / "source.json")
            if source["version"] != VERSION:
                raise BadInput(f"{root}: data set of version {source['version']}, expected {VERSION}; import it again")
            arrays = [np.load(root / name, mmap_mode="r") for name in ("tiles.npy", "masks.npy")]
            index = _read_index(root / "index.parquet")
            if root.stat().st_ino != before:  # replaced meanwhile: these files may be of two data sets
                return cls.open(root)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise NotFound(f"{root} is not an imported data set: {Path(error.filename).name} is missing") from error
        except (ValueError, KeyError, EOFError) as error:
            raise BadInput(f"{root}: the data set is damaged ({error}); import it again") from error
        if not len(arrays[0]) == len(arrays[1]) == len(index):
            raise BadInput(f"{root}: tiles, masks and index differ in length; import the data set again")
        return cls(root, arrays[0], arrays[1], index, source)

    def __len__(self) -> int:
        return len(self.index)

    @property
    def name(self) -> str:
        return self.root.name

    @property
    def tile_shape(self) -> tuple[int, int]:
        """(height, width) in pixels."""
        return self.tiles.shape[1], self.tiles.shape[2]

    @cached_property
    def _row_of(self) -> pd.Index:
        return pd.Index(self.index["id"])

    def submission_order(self) -> list[str]:
        """Ids of the test tiles as a submission lists them: as the sample submission did if there was one, else sorted.

        Test tiles that the sample did not name come last.
        """
        tests = self.index.loc[self.index["split"] == "test", "id"].tolist()
        try:
            sample = (self.root / ORDER).read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return tests
        place = {tile: number for number, tile in enumerate(sample)}
        return sorted(tests, key=lambda tile: place.get(tile, len(place)))

    def rows(self, ids: Sequence[str]) -> npt.NDArray[np.int64]:
        """Row numbers of `ids`, in their order: (k,) int64. Raises `NotFound` for ids that are not here."""
        rows = self._row_of.get_indexer(pd.Index(list(ids), dtype=self._row_of.dtype))
        unknown = [tile for tile, row in zip(ids, rows, strict=True) if row < 0]
        if unknown:
            more = f" and {len(unknown) - 3} more" if len(unknown) > 3 else ""
            raise NotFound(f"data set {self.name!r} has no tile {', '.join(map(repr, unknown[:3]))}{more}")
        return rows.astype(np.int64)

    def row(self, id: str) -> int:
        """Row number of tile `id`. Raises `NotFound`."""
        return int(self.rows([id])[0])

    def release(self) -> None:
        """Let the system take back the memory of all pixels that were read; they are read again when asked for.

        Without this, a server that shows one page after the other ends with all of them in its memory.
        """
        for array in (self.tiles, self.masks):
            mapped = getattr(array, "_mmap", None)
            if mapped is not None and hasattr(mmap, "MADV_DONTNEED"):
                mapped.madvise(mmap.MADV_DONTNEED)


def made_from(folder: Path) -> Path | None:
    """The source that the data set in `folder` was imported from; None where that is not known, or there is none."""
    try:
        return _workspace(folder) / atomic.read_object(folder / "source.json", source=str)["source"]
    except (OSError, ValueError):
        return None


def named_source(folder: Path, source: Path) -> str:
    """How source.json of the data set in `folder` names its source: within the workspace, so that this may be moved."""
    root = _workspace(folder)
    return str(source.relative_to(root) if source.is_relative_to(root) else source)


def _workspace(folder: Path) -> Path:
    return folder.absolute().parents[1]


def write_store(
    folder: Path,
    index: pd.DataFrame,
    tiles: np.ndarray,
    masks: np.ndarray | None = None,
    source: dict[str, Any] | None = None,
) -> None:
    """Write a data set into the empty `folder`, sorted as a `TileStore` is and with its figures.

    index: id, split and, where known, z, has_mask (missing: all if there are masks), source_sha1, section, row,
    col · tiles: (N, H, W) uint8 · masks: (N, H, W), above 0 is salt.
    """
    defaults: dict[str, Any] = {"z": np.nan, "has_mask": masks is not None, "source_sha1": ""}
    facts = index.reset_index(drop=True)
    facts = facts.assign(**{column: value for column, value in defaults.items() if column not in facts})
    order = facts.assign(split=facts["split"] == "test").sort_values(["split", "id"]).index.to_numpy()
    out_tiles, out_masks = new_arrays(folder, len(tiles), tiles.shape[1:])
    figures = []
    for first in range(0, len(order), _CHUNK):
        chosen, rows = order[first : first + _CHUNK], slice(first, first + _CHUNK)
        out_tiles[rows] = tiles[chosen]
        if masks is not None:
            labelled = facts["has_mask"].to_numpy()[chosen]
            out_masks[rows] = (masks[chosen] > 0) & labelled[:, None, None]
        figures.append(measure(out_tiles[rows], out_masks[rows]))
    finish_store(folder, facts.loc[order], np.concatenate(figures), source or {})


def new_arrays(folder: Path, count: int, tile_shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Make tiles.npy and masks.npy in `folder`: two `new_array` (count, H, W) uint8."""
    shape = (count, *tile_shape)
    return new_array(folder / "tiles.npy", np.uint8, shape), new_array(folder / "masks.npy", np.uint8, shape)


def new_array(path: Path, dtype: npt.DTypeLike, shape: tuple[int, ...]) -> np.memmap[Any, np.dtype[Any]]:
    """Make an array of zeros in the file `path`, memory-mapped for writing.

    The space on disk is taken at once: a full disk is an `OSError` here, which leaves no file, not a crash in the
    middle of the work.
    """
    array = np.lib.format.open_memmap(path, mode="w+", dtype=np.dtype(dtype), shape=shape)
    if hasattr(os, "posix_fallocate"):  # not on macOS
        try:
            with path.open("r+b") as file:
                os.posix_fallocate(file.fileno(), 0, os.fstat(file.fileno()).st_size)
        except OSError:
            path.unlink()
            raise
    return array


FIGURES = np.dtype([("salt_pixels", np.int64), ("mean", np.float32), ("std", np.float32)])


def measure(tiles: np.ndarray, masks: np.ndarray) -> np.ndarray:
    """Figures of k tiles (k, H, W) uint8 and their masks in {0, 1}: (k,) records of `FIGURES`.

    The sums are exact in whole numbers, so a constant tile has exactly std 0.
    """
    count, pixels = len(tiles), tiles[0].size if len(tiles) else 1
    flat = tiles.reshape(count, -1)
    total = flat.sum(axis=1, dtype=np.int64)
    squares = np.multiply(flat, flat, dtype=np.uint16).sum(axis=1, dtype=np.int64)
    figures = np.empty(count, FIGURES)
    figures["salt_pixels"] = [np.count_nonzero(mask) for mask in masks.view(bool)]
    figures["mean"] = total / pixels
    figures["std"] = np.sqrt((pixels * squares - total**2).astype(np.float64)) / pixels
    return figures


def finish_store(folder: Path, facts: pd.DataFrame, figures: np.ndarray, source: dict[str, Any]) -> dict[str, Any]:
    """Write index.parquet and source.json beside the filled arrays; returns what source.json holds.

    facts: id, split, z, has_mask, source_sha1 and, if known, section, row, col, already in the arrays' order ·
    figures: what `measure` gave for the same rows.
    """
    shape = np.load(folder / "tiles.npy", mmap_mode="r").shape
    facts = facts.reset_index(drop=True)
    has_mask = facts["has_mask"].astype(bool)
    salt = figures["salt_pixels"].astype(np.float64)
    columns = {
        "id": facts["id"].astype("str"),
        "split": facts["split"].astype("str"),
        "z": facts["z"].astype(np.float64),
        "has_mask": has_mask,
        "salt_pixels": np.where(has_mask, salt, np.nan),
        "salt_proportion": np.where(has_mask, salt / (shape[1] * shape[2]), np.nan),
        "mean": figures["mean"],
        "std": figures["std"],
        "source_sha1": facts["source_sha1"].astype("str"),
    }
    if "section" in facts:
        columns["section"] = facts["section"].astype("str")
        columns |= {name: facts[name].astype("Int32") for name in ("row", "col")}
    pd.DataFrame(columns).to_parquet(folder / "index.parquet", index=False)
    train = int((facts["split"] == "train").sum())
    counts = {"tiles": len(facts), "train": train, "test": len(facts) - train, "tile_shape": list(shape[1:])}
    about = {"version": VERSION, **counts, **source}
    atomic.write_json(folder / "source.json", about)
    return about


def _read_index(path: Path) -> pd.DataFrame:
    data = path.read_bytes()
    try:
        # One thread: starting a pool costs more than it gives for a table of this size.
        return pyarrow.parquet.ParquetFile(pyarrow.BufferReader(data)).read(use_threads=False).to_pandas()
    except OSError as error:  # arrow's word for a file that is cut short in the middle
        raise ValueError(error) from error
