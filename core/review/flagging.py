"""From a run's predictions to the review queue."""

from __future__ import annotations

from typing import Any

import pandas as pd

from core.dataset.tiles import TileStore
from core.errors import NotFound
from core.review.evidence import BEYOND_PREDICTIONS, Evidence, gather, require
from core.review.policy import FlagRules
from core.review.store import ReviewStore
from core.segment.config import dataset_of
from core.workspace import RunFolder, Workspace

SPLITS = ("all", "train", "test")


def flag_run(
    workspace: Workspace,
    store: ReviewStore,
    run_id: str,
    dataset: str | None = None,
    rules: FlagRules | None = None,
    split: str | None = None,
) -> dict[str, Any]:
    """Flag what a run predicted on `dataset` (None: its own), of `split` (None: all that was predicted).

    Returns run, dataset, tiles (predicted), flagged (tiles) and by_reason {reason: tiles}; a tile with
    two reasons counts for both. Raises `NotFound` if there is no such run or nothing was predicted, `BadInput` if
    a rule needs what is not known yet.
    """
    run, rules = workspace.existing_run(run_id), rules or FlagRules()
    dataset = dataset or dataset_of(run)
    predictions = predicted(run, dataset, (split,) if split else SPLITS)
    found = _evidence(workspace, run, dataset, predictions, rules).flags(rules)
    store.flag(run_id, dataset, found)
    return {
        "run": run_id,
        "dataset": dataset,
        "tiles": len(predictions),
        "flagged": found["id"].nunique(),
        "by_reason": found["reason"].value_counts().to_dict(),
    }


def _evidence(
    workspace: Workspace, run: RunFolder, dataset: str, predictions: pd.DataFrame, rules: FlagRules
) -> Evidence:
    beyond = [reason for reason in rules.limits if reason in BEYOND_PREDICTIONS]
    if not beyond:
        return Evidence(predictions)
    evidence = gather(workspace, run, TileStore.open(workspace.existing_dataset(dataset)), predictions)
    require(evidence, beyond, dataset)
    return evidence


def predicted(run: RunFolder, dataset: str, splits: tuple[str, ...] = SPLITS) -> pd.DataFrame:
    """The frame of all that a run predicted on `dataset`; of a tile predicted twice the newer. Raises `NotFound`."""
    from core.segment.predictions import load_predictions

    folders = [run.predictions(dataset, split) for split in splits]
    there = sorted((folder for folder in folders if folder.is_dir()), key=lambda folder: folder.stat().st_mtime)
    if not there:
        raise NotFound(
            f"run {run.id} has no predictions for data set {dataset}; make them first: "
            f"python -m core predict {run.id} --dataset {dataset}"
        )
    frames = [load_predictions(folder).frame for folder in there]
    return pd.concat(frames, ignore_index=True).drop_duplicates("id", keep="last", ignore_index=True)
