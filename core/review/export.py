"""Out again: labels, predictions and decisions as files that other programs read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from core import atomic
from core.dataset import pictures, rle
from core.dataset.tiles import TileStore
from core.errors import BadInput
from core.explore.spreadsheet import as_csv
from core.progress import Progress, silent
from core.review.choices import MaskFormat, TableFormat
from core.review.masks import MaskStore
from core.review.reviewed import reviewed_masks
from core.segment.predictions import load_predictions
from core.workspace import RunFolder

AT_ONCE = 512  # masks
SALT_GREY = 255  # of a mask as a picture

Masks = Iterator[tuple[list[str], np.ndarray]]  # ids (k) and masks (k, H, W) uint8, some at a time


def export_labels(
    store: TileStore,
    masks: MaskStore,
    out: Path,
    form: MaskFormat,
    only_reviewed: bool = False,
    progress: Progress = silent,
) -> dict[str, int]:
    """Write the labels as reviewers left them. Gives tiles and reviewed, how many of them people made.

    only_reviewed: nothing else. Raises `BadInput` when `out` is taken or there is nothing to write.
    """
    made = reviewed_masks(store, masks)
    labelled = np.flatnonzero(store.index["has_mask"])
    rows = made.rows if only_reviewed else np.union1d(labelled, made.rows)
    if not len(rows):
        raise BadInput(f"data set {store.name!r} has no {'reviewed ' * only_reviewed}masks yet, so none were written")

    def blocks() -> Masks:
        for start in range(0, len(rows), AT_ONCE):
            some = rows[start : start + AT_ONCE]
            stored = np.array(store.masks[some])
            mine = np.isin(some, made.rows)
            stored[mine] = made.masks[np.searchsorted(made.rows, some[mine])]
            yield store.index["id"].iloc[some].tolist(), stored

    _write_masks(out, form, blocks(), len(rows), progress)
    return {"tiles": len(rows), "reviewed": len(made.rows)}


def export_predicted_masks(
    run: RunFolder, dataset: str, out: Path, form: MaskFormat, progress: Progress = silent
) -> dict[str, int]:
    """Write the masks that a run predicted on `dataset`; of a tile predicted twice the newer. Gives tiles."""
    folders = [load_predictions(folder) for folder in run.predictions_of(dataset)]
    seen: set[str] = set()
    places = []
    for one in folders:
        fresh = np.flatnonzero(~one.frame["id"].isin(seen))
        seen |= set(one.frame["id"])
        places.append(fresh)
    if not seen:
        raise BadInput(f"run {run.id} has predicted nothing on {dataset!r}; predict first")

    def blocks() -> Masks:
        for one, rows in zip(folders, places, strict=True):
            for start in range(0, len(rows), AT_ONCE):
                some = rows[start : start + AT_ONCE]
                yield one.frame["id"].iloc[some].tolist(), one.masks(some)

    _write_masks(out, form, blocks(), len(seen), progress)
    return {"tiles": len(seen)}


def write_table(out: Path, form: TableFormat, table: pd.DataFrame) -> dict[str, int]:
    """Write a table; `out` is replaced as a whole. Gives rows."""
    with atomic.replacing(out) as part:
        if form is TableFormat.CSV:
            part.write_text(as_csv(table), encoding="utf-8")
        else:
            table.to_parquet(part, index=False)
    return {"rows": len(table)}


def _write_masks(out: Path, form: MaskFormat, blocks: Masks, total: int, progress: Progress) -> None:
    if form is MaskFormat.RLE:
        _write_codes(out, blocks, total, progress)
    else:
        _write_pictures(out, blocks, total, progress)


def _write_codes(out: Path, blocks: Masks, total: int, progress: Progress) -> None:
    if out.is_dir():
        raise BadInput(f"{out} is a folder; expected the name of a csv file to write")
    rows = []
    for ids, masks in blocks:
        rows.append(pd.DataFrame({"id": ids, "rle_mask": rle.encode_many(masks)}))
        progress(sum(map(len, rows)), total, "masks")
    atomic.write_bytes(out, pd.concat(rows).to_csv(index=False).encode())


def _write_pictures(out: Path, blocks: Masks, total: int, progress: Progress) -> None:
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise BadInput(f"{out} is there already; expected the name of a new or empty folder for the pictures")
    done = 0
    with atomic.replacing_folder(out) as part:
        for ids, masks in blocks:
            for name, mask in zip(ids, masks, strict=True):
                (part / f"{name}.png").write_bytes(pictures.png(mask * np.uint8(SALT_GREY)))
            progress(done := done + len(ids), total, "masks")
