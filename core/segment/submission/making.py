"""From predictions to a submission: one canonical run-length code for every test tile, in the order that is wanted."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from core import atomic
from core.dataset import rle
from core.dataset.tiles import TileStore
from core.errors import BadInput
from core.progress import Progress, silent
from core.segment import asides
from core.segment.foreign import is_foreign
from core.segment.predictions import Predictions, is_of_now, load_predictions
from core.workspace import RunFolder

AT_ONCE = 512  # tiles whose maps are in memory at the same time


def make(store: TileStore, runs: Sequence[RunFolder], progress: Progress = silent) -> pd.DataFrame:
    """The submission of one run, or of the mean probability of several: id, rle_mask ("" without salt).

    Masks are made of it as was chosen for the first run.
    One row for each test tile of `store`, in the order of `submission_order`. Raises `BadInput` for a data set
    without test tiles, and for a run that has not predicted all of them as they are now.
    """
    ids = store.submission_order()
    if not ids:
        raise BadInput(f"data set {store.name!r} has no test tiles to submit; import a source with some")
    if not runs:
        raise BadInput("no run was given to make a submission from; choose at least one")
    found = [_predictions(store, run, ids, alone=len(runs) > 1) for run in runs]
    treatment, constant = found[0].treatment, store.index["std"].to_numpy()[store.rows(ids)] == 0
    codes: list[str] = []
    for first in range(0, len(ids), AT_ONCE):
        progress(first, len(ids), "Encoding masks")
        some = ids[first : first + AT_ONCE]
        mean = np.rint(np.mean([_maps(one, some) for one in found], axis=0)).astype(np.uint8)
        codes += rle.encode_many(treatment.masks(mean, constant[first : first + AT_ONCE], _any_salt(found, some)))
    progress(len(ids), len(ids), "Encoding masks")
    return pd.DataFrame({"id": ids, "rle_mask": codes})


def write(path: Path, submission: pd.DataFrame) -> None:
    """Write the csv file that Kaggle takes, whole or not at all; the cell of a mask without salt is empty."""
    atomic.write_bytes(path, submission.to_csv(index=False, lineterminator="\n").encode())


def _maps(predictions: Predictions, ids: list[str]) -> np.ndarray:
    """Probabilities of some tiles, (k, H, W) uint8."""
    return np.asarray(predictions.probabilities[[predictions.position(tile) for tile in ids]])


def _any_salt(found: list[Predictions], ids: list[str]) -> np.ndarray | None:
    """The mean of what salt heads say of some tiles, (k,); None: no run has one."""
    said = [asides.any_salt(one.frame.iloc[[one.position(tile) for tile in ids]]) for one in found]
    heads = [one for one in said if one is not None]
    return np.mean(heads, axis=0) if heads else None


def _predictions(store: TileStore, run: RunFolder, ids: list[str], alone: bool) -> Predictions:
    """The newest predictions of a run that hold all `ids`; alone: by its own best networks, to be averaged here."""
    most = 0
    for folder in run.predictions_of(store.name):
        predictions = load_predictions(folder)
        if alone and not is_of_now(run, predictions.facts):
            continue
        held = sum(map(predictions.has, ids))
        if held == len(ids) and predictions.facts.get("checksum") == store.source.get("checksum"):
            return predictions
        most = max(most, held)
    words = "before it was imported anew" if most == len(ids) else f"{most:,} of {len(ids):,}{' by itself' * alone}"
    remedy = f"predict them all: python -m core predict {run.id} --dataset {store.name} --split test"
    if is_foreign(run):
        remedy = "it was made elsewhere, so import predictions for all of them as one run"
    raise BadInput(f"run {run.id} has predicted the test tiles of {store.name}: {words}; {remedy}")
