"""Tuning a run on what it predicted for tiles it did not learn from, and giving its predictions new figures.

    postprocess.json    treatment and calibration, and how they were chosen
    held-out.parquet    id, fold, score, confidence (by the other folds), expected_iou, certainty, salt of each tile

No map is predicted anew: masks and figures follow from the maps that are there. Torch-free.
"""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from core import atomic
from core.dataset.splits import folds
from core.dataset.tiles import TileStore
from core.errors import BadInput, NotFound
from core.progress import Progress, silent
from core.segment import asides, figures, grouping, metrics
from core.segment.calibration import Calibration, held_out
from core.segment.config import load_config
from core.segment.features import features
from core.segment.masking import Masking, chosen
from core.segment.predictions import is_of_now, load_predictions
from core.segment.reliability import judge
from core.segment.treatment import PLAIN, Treatment
from core.segment.tuning import Mean, Tuning, tune
from core.workspace import JobFolder, RunFolder, Workspace

FEWEST = 10  # tiles that can be tuned on
FOLDS = 5
AT_ONCE = 512


@dataclass(frozen=True, eq=False)
class OutOfFold:
    """Maps of labelled tiles by networks that did not learn them: rows (N,), maps, truth (N, H, W), fold (N,).

    store: the data set, with these tiles at `rows` · constant: (N,) bool, of one grey level · beside: what else was
    told of the tiles, see `asides`.
    """

    store: TileStore
    rows: np.ndarray
    maps: np.ndarray
    truth: np.ndarray
    constant: np.ndarray
    fold: np.ndarray
    beside: pd.DataFrame

    @property
    def any_salt(self) -> np.ndarray | None:
        """What salt heads say; None: there is none."""
        return asides.any_salt(self.beside)


def run(workspace: Workspace, folder: JobFolder, progress: Progress, run_id: str) -> dict[str, Any]:
    """Job: `tune_run`."""
    return tune_run(workspace, run_id, progress)


def tune_run(workspace: Workspace, run_id: str, progress: Progress = silent) -> dict[str, Any]:
    """Choose treatment and calibration of a run on its out-of-fold (or validation) predictions, and use them.

    A treatment that does not pay on tiles outside of its choice is shown, but not used.

    Gives run, tiles, map (after treatment, which was chosen on these very tiles: tuning.treated is the honest figure),
    standard_error, treatment, confidence (auroc and lost of each estimate), tuning. Raises `NotFound`, and `BadInput`
    where too few of these tiles were predicted.
    """
    run = workspace.existing_run(run_id)
    known = out_of_fold_of(workspace, run, progress)
    tuning = tune(known.maps, known.truth, known.constant, known.fold, progress, known.any_salt)
    return _settle(workspace, run, known, tuning.chosen if tuning.pays else PLAIN, tuning, progress)


def treat_run(workspace: Workspace, run_id: str, treatment: Treatment, progress: Progress = silent) -> dict[str, Any]:
    """Use a treatment that a person chose; the confidence is calibrated anew for its masks."""
    run = workspace.existing_run(run_id)
    known = out_of_fold_of(workspace, run, progress)
    if treatment.head and known.any_salt is None:
        raise BadInput(f"head={treatment.head}: run {run_id} has no salt head; train one with salt_head=true")
    return _settle(workspace, run, known, treatment, None, progress)


def out_of_fold_of(workspace: Workspace, run: RunFolder, progress: Progress = silent) -> OutOfFold:
    """What a run predicted of tiles it did not learn from, on its own data set. Raises `NotFound` or `BadInput`."""
    config = load_config(run)
    store = TileStore.open(workspace.existing_dataset(config["dataset"]))
    found: dict[int, np.ndarray] = {}
    told: list[pd.DataFrame] = []
    for folder in run.predictions_of(store.name):
        predictions = load_predictions(folder)
        facts = predictions.facts
        if facts.get("checksum") != store.source.get("checksum") or not is_of_now(run, facts):
            continue
        frame = predictions.frame
        places = np.flatnonzero(frame["validation"] & frame["map"].notna())
        told.append(asides.among(frame).set_index(frame["row"]).iloc[places])
        for row, place in zip(frame["row"].to_numpy()[places].tolist(), places.tolist(), strict=True):
            found.setdefault(row, predictions.probabilities[place])
    if len(found) < FEWEST:
        raise BadInput(
            f"run {run.id} has predicted {len(found)} tiles by itself, as it is now, that it did not learn from, "
            f"expected at least {FEWEST}; "
            f"predict them first: python -m core predict {run.id} --split train"
        )
    rows = np.array(sorted(found))
    maps = np.stack([found[row] for row in rows.tolist()])
    fold = _fold_of(workspace, store, run, config, rows, progress)
    constant = store.index["std"].to_numpy()[rows] == 0
    beside = pd.concat(told)
    beside = beside[~beside.index.duplicated()].loc[rows]
    return OutOfFold(store, rows, maps, np.array(store.masks[rows]), constant, fold, beside)


def _fold_of(
    workspace: Workspace, store: TileStore, run: RunFolder, config: dict[str, Any], rows: np.ndarray, progress: Progress
) -> np.ndarray:
    """Numbers (N,) that tiles share whose scores hang together: a cross-validation's folds, else folds of groups."""
    if run.all_folds():
        kept = [set(load_config(fold)["validation_ids"]) for fold in run.all_folds()]
        ids = store.index["id"].iloc[rows]
        return np.array([next((k for k, some in enumerate(kept) if tile in some), len(kept)) for tile in ids])
    groups = grouping.grouping(workspace, store, config["settings"].get("groups", "none"), progress).among(rows)
    count = len(rows) if groups is None else len(np.unique(groups))
    salt = store.index["salt_proportion"].to_numpy()[rows]
    return folds(salt, groups, min(FOLDS, count))


def _settle(
    workspace: Workspace,
    run: RunFolder,
    known: OutOfFold,
    treatment: Treatment,
    tuning: Tuning | None,
    progress: Progress,
) -> dict[str, Any]:
    progress(0, None, "calibrating the confidence")
    told, scores = _told(known, treatment)
    calibration = Calibration.fit(told, scores)
    table = pd.DataFrame(
        {
            "row": known.rows,
            "fold": known.fold,
            "score": scores,
            "confidence": held_out(told, scores, known.fold),
            **{name: told[name] for name in ("expected_iou", "certainty", "salt")},
        }
    )
    with atomic.replacing(run.held_out) as part:
        table.to_parquet(part, index=False)
    kept = {
        "treatment": treatment.to_dict(),
        "calibration": calibration.to_dict() if calibration else None,
        "tuning": tuning.to_dict() if tuning else chosen(run).get("tuning"),
    }
    atomic.write_json(run.postprocess, kept)
    refresh(workspace, run, progress)
    mean = Mean.of(scores)
    return {
        "run": run.id,
        "tiles": len(scores),
        "map": mean.value,
        "standard_error": mean.error,
        "treatment": kept["treatment"],
        "confidence": judge(table),
        "tuning": kept["tuning"],
    }


def _told(known: OutOfFold, treatment: Treatment) -> tuple[pd.DataFrame, np.ndarray]:
    """The features of each tile's mask and its score."""
    told, scores = [], []
    for first in range(0, len(known.rows), AT_ONCE):
        some = slice(first, first + AT_ONCE)
        any_salt = known.any_salt[some] if known.any_salt is not None else None
        masks = treatment.masks(known.maps[some], known.constant[some], any_salt)
        told.append(features(known.maps[some], masks, known.store.tiles[known.rows[some]]))
        scores.append(metrics.competition_score(known.truth[some], masks))
    return pd.concat(told, ignore_index=True), np.concatenate(scores)


def refresh(workspace: Workspace, run: RunFolder, progress: Progress = silent) -> None:
    """Give all predictions of a run the figures that follow from its postprocess.json.

    Those for a data set that is gone or was replaced stay as they are.
    """
    for folder in run.all_predictions():
        while True:
            with suppress(atomic.Replaced):  # by a prediction that has ended in the meantime
                _refresh(workspace, Masking.of(run), folder, progress)
                break


def _refresh(workspace: Workspace, masking: Masking, folder: Path, progress: Progress) -> None:
    made = folder.stat()
    predictions = load_predictions(folder)
    try:
        store = TileStore.open(workspace.existing_dataset(str(predictions.facts["dataset"])))
    except NotFound:
        return
    if predictions.facts.get("checksum") != store.source.get("checksum"):
        return
    progress(0, None, f"figures of {folder.name}")
    rows = predictions.frame["row"].to_numpy(np.int64)
    kept_aside = predictions.frame["validation"].to_numpy(bool)
    beside = asides.among(predictions.frame)
    frame = figures.figures(store, rows, predictions.probabilities, beside, kept_aside, masking)
    with atomic.replacing_folder(folder, made) as part:
        _link(folder / "probabilities.npy", part / "probabilities.npy")
        figures.write(part, frame, predictions.facts | masking.facts)
        os.utime(part, ns=(made.st_atime_ns, made.st_mtime_ns))  # its maps are no newer than they were


def _link(path: Path, beside: Path) -> None:
    """The same file under a second name, or a copy where the file system can't."""
    try:
        os.link(path, beside)
    except OSError:
        shutil.copyfile(path, beside)
