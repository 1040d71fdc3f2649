"""Everything that is suspicious about the tiles and labels of a data set, in one table.

Severity is a judgement of 0…1 on how likely a finding is a fault and how much it matters; each rule's module states
its own. Here: a constant tile .2, or 1 if salt is labelled where nothing can be seen; two different labels 1.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from core.dataset.tiles import TileStore
from core.explore.quality.duplicates import duplicates
from core.explore.quality.hits import COLUMNS, hits
from core.explore.quality.masks import mask_findings
from core.explore.quality.neighbours import neighbour_findings
from core.explore.quality.predictions import Predictions, prediction_disagrees
from core.explore.quality.reasons import DEFAULT, Limits, Reason
from core.progress import Progress, silent

CHUNK = 512  # tiles that are looked at at once


def findings(
    store: TileStore,
    neighbours: pd.DataFrame | None = None,
    predictions: Sequence[Predictions] = (),
    limits: Limits = DEFAULT,
    progress: Progress = silent,
) -> pd.DataFrame:
    """What all rules find, the most severe first; at most one row for each tile and reason.

    neighbours: first, second (rows of the store), where (right, below) · predictions: out of fold, no tile twice;
    those of tiles without a label are passed over. Without either, the rules that need it are left out: `unchecked`
    says so.

    Columns: id, reason, severity (0…1), details (a sentence with its numbers), value (the rule's main number, NaN: it
    has none), other (id of a second tile that it is about, "" if none), top, left, bottom, right (the pixels to look
    at, bottom and right excluded), row, other_row (in the store; -1: none).
    """
    frames = [constant_tiles(store), two_labels(store), *duplicates(store, limits, progress)]
    frames += _of_masks(store, limits, progress)
    for some in predictions:
        frames += _of_predictions(store, some, limits, progress)
    if neighbours is not None:
        labelled = store.index["has_mask"].to_numpy(bool)
        frames += neighbour_findings(store.masks, neighbours, labelled, limits)
    return _table(store, frames)


def unchecked(
    neighbours: pd.DataFrame | None, predictions: Sequence[Predictions], problem: str = "that needs the mosaic's pairs"
) -> list[str]:
    """What `findings` leaves out when called like this, and what is needed for it, in sentences.

    problem: why there are no neighbours.
    """
    needs = []
    if not predictions:
        needs.append(
            "Labels are not held against predictions: no model has predicted tiles of this data set that it did not "
            "learn from. Train a run and predict the train split; its validation tiles are then compared."
        )
    if neighbours is None:
        needs.append(f"Labels are not held against neighbours: {problem}.")
    return needs


def constant_tiles(store: TileStore) -> pd.DataFrame:
    """Tiles of one grey level. value: the level, 0…255."""
    index = store.index
    rows = np.flatnonzero(index["std"].to_numpy() == 0)
    level, salt = index["mean"].to_numpy()[rows], index["salt_pixels"].fillna(0).to_numpy()[rows]
    details = [
        f"every pixel has grey level {grey:.0f}" + (f", yet {px:,.0f} px are labelled salt" if px else "")
        for grey, px in zip(level, salt, strict=True)
    ]
    return hits(Reason.CONSTANT, rows, np.where(salt > 0, 1.0, 0.2), level, details, (0, 0, *store.tile_shape))


def two_labels(store: TileStore) -> pd.DataFrame:
    """Tiles whose mask file and run-length code differed at the import. value: none."""
    rows = store.rows(store.source.get("contradicting", []))
    details = ["the mask file and train.csv hold different masks; the mask file is used"] * len(rows)
    return hits(Reason.TWO_LABELS, rows, 1.0, np.nan, details, (0, 0, *store.tile_shape))


def _of_masks(store: TileStore, limits: Limits, progress: Progress) -> list[pd.DataFrame]:
    labelled = np.flatnonzero(store.index["has_mask"].to_numpy(bool))
    frames = []
    for first in range(0, len(labelled), CHUNK):
        progress(first, len(labelled), "Looking at masks")
        rows = labelled[first : first + CHUNK]
        frames += _in_store(rows, mask_findings(store.masks[rows], limits))
    return frames


def _of_predictions(
    store: TileStore, predictions: Predictions, limits: Limits, progress: Progress
) -> list[pd.DataFrame]:
    labelled = np.flatnonzero(store.index["has_mask"].to_numpy(bool)[predictions.rows])
    frames = []
    for first in range(0, len(labelled), CHUNK):
        progress(first, len(labelled), "Comparing with predictions")
        chosen = labelled[first : first + CHUNK]
        rows = predictions.rows[chosen]
        found = prediction_disagrees(store.masks[rows], predictions.maps[predictions.places[chosen]], limits)
        frames += _in_store(rows, [found])
    return frames


def _in_store(rows: np.ndarray, frames: list[pd.DataFrame]) -> list[pd.DataFrame]:
    """Findings about the tiles of a chunk, with the rows that these have in the store."""
    return [frame.assign(row=rows[frame["row"].to_numpy()]) for frame in frames if len(frame)]


def _table(store: TileStore, frames: list[pd.DataFrame]) -> pd.DataFrame:
    found = pd.concat([frame for frame in frames if len(frame)] or frames[:1], ignore_index=True)
    ids = np.append(store.index["id"].to_numpy(object), "")  # -1 is the last, no tile
    found = found.assign(id=ids[found["row"]], other_row=found["other"], other=ids[found["other"]])
    found = found.astype({"id": "str", "other": "str"})
    found = found.sort_values(["severity", "reason", "id"], ascending=[False, True, True], ignore_index=True)
    return found[["id", *COLUMNS[1:], "row", "other_row"]]
