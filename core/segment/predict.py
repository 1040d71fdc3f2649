"""Probability maps of whole data sets, and the score of a run. Imports torch."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from torch import Tensor, nn

from core import atomic
from core.dataset.tiles import TileStore
from core.errors import BadInput
from core.progress import Progress, silent
from core.segment import checkpoint, foreign, metrics
from core.segment.batches import DeviceTiles
from core.segment.confidence import confidence
from core.segment.device import resolve
from core.segment.engine import open_fabric
from core.segment.models import build
from core.segment.partial import Partial
from core.segment.plan import load_config
from core.segment.predictions import SALT_LEVEL, THRESHOLD
from core.segment.settings import TrainSettings
from core.segment.trials import choose_precision
from core.segment.validation import probability_maps
from core.workspace import JobFolder, RunFolder, Workspace

SPLITS = ("train", "test", "all")
BATCH = 64
NEEDED = {"validation_ids": list, "device": dict, "precision": str, "micro_batch": int}  # of config.json


def run(
    workspace: Workspace,
    folder: JobFolder,
    progress: Progress,
    run_id: str,
    dataset: str | None,
    split: str,
    others: Sequence[str] = (),
) -> dict[str, Any]:
    """Job: `predict`."""
    return predict(workspace, run_id, dataset, split, others=others, progress=progress)


def predict(
    workspace: Workspace,
    run_id: str,
    dataset: str | None = None,
    split: str = "test",
    *,
    others: Sequence[str] = (),
    flip: bool = True,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Write the maps and figures of a split (train, test or all), whole or not at all.

    dataset: None is the run's own · others: runs whose probabilities are averaged with those of this run · flip:
    average with the prediction for the mirrored tile. Gives run, dataset, split, tiles, seconds and the rest of
    prediction.json; `core.segment.predictions` reads the folder. What was stopped or killed goes on where it was.
    Raises `NotFound`, `BadInput`, and `Stopped` from `progress`.
    """
    begun = time.perf_counter()
    runs = [workspace.existing_run(name) for name in (run_id, *others)]
    predictor = Predictor(runs, flip)
    store = TileStore.open(workspace.existing_dataset(dataset or predictor.dataset))
    rows = _rows(store, split)
    facts = {
        "run": run_id,
        "dataset": store.name,
        "checksum": store.source.get("checksum"),
        "split": split,
        "tiles": len(rows),
        "tile_shape": list(store.tile_shape),
        "threshold": THRESHOLD,
        "flip": flip,
        "runs": [run.id for run in runs],
        "epoch": predictor.epochs[0],
        "epochs": predictor.epochs,
    }
    with atomic.resuming_folder(runs[0].predictions(store.name, split)) as part:
        partial = Partial.open(part, len(rows), store.tile_shape, facts | {"weights": predictor.weights})
        predictor.predict(store, rows, progress, partial)
        frame = _frame(store, rows, partial.figures, predictor.kept_aside(store))
        partial.finish()
        facts["seconds"] = round(partial.seconds + time.perf_counter() - begun, 2)
        frame.to_parquet(part / "predictions.parquet", index=False)
        atomic.write_json(part / "prediction.json", facts)
    return facts


def evaluate(
    workspace: Workspace, run_id: str, dataset: str | None = None, *, flip: bool = True, progress: Progress = silent
) -> dict[str, Any]:
    """The scores of a run: map (the competition's), iou, dice, threshold, tiles, standard_error (of map).

    On the run's own data set over its validation tiles, elsewhere over all labelled ones. Raises `NotFound`,
    `BadInput`, and `Stopped` from `progress`.
    """
    run = workspace.existing_run(run_id)
    if foreign.is_foreign(run):
        return foreign.evaluate(workspace, run, dataset)
    predictor = Predictor([run], flip)
    store = TileStore.open(workspace.existing_dataset(dataset or predictor.dataset))
    labelled = store.index["has_mask"].to_numpy()
    rows = np.flatnonzero(predictor.kept_aside(store) if store.name == predictor.dataset else labelled)
    if not len(rows):
        raise BadInput(f"data set {store.name!r} has no labelled tiles to measure on")
    partial = Partial.in_memory(len(rows))
    predictor.predict(store, rows, progress, partial)
    counts = partial.figures[:, 2:].astype(np.int64).T
    scores = metrics.score(*counts)
    return {
        "run": run_id,
        "dataset": store.name,
        "map": float(scores.mean()),
        "iou": float(metrics.iou(*counts).mean()),
        "dice": float(metrics.dice(*counts).mean()),
        "threshold": THRESHOLD,
        "tiles": len(rows),
        "standard_error": float(scores.std(ddof=1) / np.sqrt(len(rows))) if len(rows) > 1 else None,
    }


class Predictor:
    """The best networks of some runs, ready to predict together. Raises `NotFound` or `BadInput`.

    The first run says where and in which number format.
    """

    def __init__(self, runs: Sequence[RunFolder], flip: bool = True) -> None:
        self.flip = flip
        self._configs = [load_config(run, **NEEDED) for run in runs]
        self.dataset: str = self._configs[0]["dataset"]
        facts = [checkpoint.load_facts(run.best, epoch=int, settings=dict, tile_shape=list) for run in runs]
        self.epochs: list[int] = [one["epoch"] for one in facts]
        self.weights = [_mark(run.best) for run in runs]
        every = [_settings(run, one["settings"]) for run, one in zip(runs, facts, strict=True)]
        settings = _for_this_machine(runs[0], every[0], self._configs[0])
        precision, _ = choose_precision(settings, _shape(runs[0], facts[0]["tile_shape"]))
        self._fabric = open_fabric(settings.device, precision, settings.deterministic)
        self._models = [self._fabric.setup_module(_best(run, one)) for run, one in zip(runs, every, strict=True)]
        self._batch = min(BATCH, 2 * self._configs[0]["micro_batch"])

    def kept_aside(self, store: TileStore) -> npt.NDArray[np.bool_]:
        """Which tiles of `store` none of the runs learned from, though it has their labels: (N,)."""
        theirs = [config["validation_ids"] if store.name == config["dataset"] else [] for config in self._configs]
        return np.logical_and.reduce([store.index["id"].isin(ids).to_numpy(np.bool_) for ids in theirs])

    def predict(self, store: TileStore, rows: npt.NDArray[np.int64], progress: Progress, partial: Partial) -> None:
        """Fill `partial` with the maps and figures of `rows` (k,) of `store`, from where it stands."""
        tiles = DeviceTiles.load(store, self._fabric.device)
        left = tiles.rows(rows[partial.done :])
        for chosen in left.split(self._batch):
            progress(partial.done, len(rows), f"predicting {store.name}")
            maps = probability_maps(self._models, tiles.images(chosen), self.flip)
            partial.add(maps.cpu().numpy(), self._figures(maps, tiles.chosen(tiles.masks, chosen)).cpu().numpy())
        progress(partial.done, len(rows), f"predicting {store.name}")

    def _figures(self, maps: Tensor, masks: Tensor) -> Tensor:
        """Of maps and masks (k, H, W): salt (pixels), confidence, intersection, union (with the label), (k, 4)."""
        salt = maps >= SALT_LEVEL
        counts = metrics.device_counts(masks > 0, salt)
        return torch.stack([salt.flatten(1).sum(dim=1), confidence(maps), *counts], dim=1)


def _settings(run: RunFolder, values: dict[str, Any]) -> TrainSettings:
    with _damaged(run.best.with_suffix(".json")):
        return TrainSettings.from_dict(values)


def _shape(run: RunFolder, sides: list[Any]) -> tuple[int, int]:
    with _damaged(run.best.with_suffix(".json")):
        if len(sides) != 2 or not all(isinstance(side, int) and side > 0 for side in sides):
            raise BadInput(f"tile_shape={sides}: expected two numbers of pixels")
    return sides[0], sides[1]


@contextmanager
def _damaged(path: Path) -> Iterator[None]:
    """Say of what is wrong inside that it stands in `path`."""
    try:
        yield
    except BadInput as error:
        raise BadInput(f"{path} is damaged ({error}); restore it from a backup or train again") from error


def _best(run: RunFolder, settings: TrainSettings) -> nn.Module:
    model = build(settings)
    checkpoint.restore(run.best, checkpoint.load(run.best), model=model)
    return model


def _mark(path: Path) -> list[int]:
    """What is different when `path` was written anew."""
    facts = path.stat()
    return [facts.st_size, facts.st_mtime_ns]


def _for_this_machine(run: RunFolder, settings: TrainSettings, config: dict[str, Any]) -> TrainSettings:
    """The settings with the number format that the run chose, as far as the device is still of that kind."""
    with _damaged(run.config):
        chosen = replace(settings, device=config["device"].get("device"), precision=config["precision"])
    try:
        resolve(chosen.device)
    except BadInput:
        return replace(settings, device="auto", precision="auto")
    return chosen


def _rows(store: TileStore, split: str) -> npt.NDArray[np.int64]:
    if split not in SPLITS:
        raise BadInput(f"split={split}: expected {', '.join(SPLITS)}")
    rows = np.flatnonzero((store.index["split"] == split).to_numpy() | (split == "all"))
    if not len(rows):
        raise BadInput(f"data set {store.name!r} has no {split} tiles to predict; choose another split")
    return rows


def _frame(
    store: TileStore, rows: npt.NDArray[np.int64], figures: np.ndarray, kept_aside: npt.NDArray[np.bool_]
) -> pd.DataFrame:
    index = store.index.iloc[rows]
    labelled = index["has_mask"].to_numpy()
    counts = figures[:, 2:].astype(np.int64).T
    return pd.DataFrame(
        {
            "id": index["id"].to_numpy(),
            "row": rows,
            "salt_proportion": figures[:, 0].astype(np.float64) / np.prod(store.tile_shape),
            "confidence": figures[:, 1].astype(np.float64),
            "map": np.where(labelled, metrics.score(*counts), np.nan),
            "iou": np.where(labelled, metrics.iou(*counts), np.nan),
            "constant": index["std"].to_numpy() == 0,
            "validation": kept_aside[rows],
        }
    )
