"""A survey as files, exactly as Kaggle delivers the TGS salt data, and sections.csv, which Kaggle does not."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import imagecodecs
import numpy as np
import pandas as pd

from core import atomic
from core.dataset import rle
from core.dataset.synthetic.survey import Survey
from core.progress import Progress, silent

AT_ONCE = 512  # tiles whose files are in memory at the same time
COMPRESSION = 1  # of PNG files: larger ones take several times as long and save a few percent


def write_kaggle(survey: Survey, folder: Path, progress: Progress = silent) -> None:
    """Write train.zip, test.zip, train.csv, depths.csv, sample_submission.csv and sections.csv into `folder`.

    Images are RGB of 8 bits with equal channels; masks grey, 0 | 65535 in 16 bits where there is salt, else 8 bits.
    """
    folder.mkdir(parents=True, exist_ok=True)
    train, test = (np.flatnonzero(survey.split == split) for split in ("train", "test"))
    progress(0, len(survey), "Writing pictures")
    _zip(folder / "train.zip", {"images": (survey.images, _image), "masks": (survey.masks, _mask)}, survey.ids, train)
    progress(len(train), len(survey), "Writing pictures")
    _zip(folder / "test.zip", {"images": (survey.images, _image)}, survey.ids, test)
    progress(len(survey), len(survey), "Writing pictures")
    codes = [code or None for code in rle.encode_many(survey.masks[train])]
    _csv(folder / "train.csv", pd.DataFrame({"id": survey.ids[train], "rle_mask": codes}))
    _csv(folder / "depths.csv", pd.DataFrame({"id": survey.ids, "z": survey.depths.astype(int)}))
    _csv(folder / "sample_submission.csv", pd.DataFrame({"id": survey.ids[test], "rle_mask": "1 1"}))
    _csv(folder / "sections.csv", survey.sections)


def _image(image: np.ndarray) -> bytes:
    return bytes(imagecodecs.png_encode(np.repeat(image[:, :, None], 3, axis=2), level=COMPRESSION))


def _mask(mask: np.ndarray) -> bytes:
    pixels = mask.astype(np.uint16) * np.uint16(65535) if mask.any() else mask
    return bytes(imagecodecs.png_encode(pixels, level=COMPRESSION))


def _zip(
    path: Path, folders: dict[str, tuple[np.ndarray, Callable[[np.ndarray], bytes]]], ids: np.ndarray, rows: np.ndarray
) -> None:
    """A zip file with `<folder>/<id>.png` for each folder and row; PNG files are stored as they are."""
    with atomic.replacing(path) as part, zipfile.ZipFile(part, "w") as archive:
        for name, (tiles, encode) in folders.items():
            for row, data in _encoded(tiles, encode, rows):
                archive.writestr(zipfile.ZipInfo(f"{name}/{ids[row]}.png"), data)


def _encoded(tiles: np.ndarray, encode: Callable[[np.ndarray], bytes], rows: np.ndarray) -> Iterator[tuple[int, bytes]]:
    with ThreadPoolExecutor(min(os.cpu_count() or 1, 16)) as pool:
        for first in range(0, len(rows), AT_ONCE):
            some = rows[first : first + AT_ONCE]
            yield from zip(some.tolist(), pool.map(lambda row: encode(tiles[row]), some), strict=True)


def _csv(path: Path, table: pd.DataFrame) -> None:
    atomic.write_bytes(path, table.to_csv(index=False, lineterminator="\n").encode())
