"""Probability maps of whole data sets, and the score of a run. Imports torch."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from torch import Tensor

from core import atomic
from core.dataset.tiles import TileStore
from core.errors import BadInput
from core.progress import Progress, silent
from core.segment import checkpoint, metrics
from core.segment.batches import DeviceTiles
from core.segment.confidence import confidence
from core.segment.device import resolve
from core.segment.engine import choose_precision, open_fabric
from core.segment.models import build
from core.segment.plan import load_config
from core.segment.predictions import SALT_LEVEL, THRESHOLD
from core.segment.settings import TrainSettings
from core.segment.validation import probability_maps
from core.workspace import JobFolder, RunFolder, Workspace

SPLITS = ("train", "test", "all")
BATCH = 64


def run(
    workspace: Workspace, folder: JobFolder, progress: Progress, run_id: str, dataset: str | None, split: str
) -> dict[str, Any]:
    """Job: `predict`."""
    return predict(workspace, run_id, dataset, split, progress=progress)


def predict(
    workspace: Workspace,
    run_id: str,
    dataset: str | None = None,
    split: str = "test",
    *,
    flip: bool = True,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Write the maps and figures of a split (train, test or all), whole or not at all.

    dataset: None is the run's own · flip: average with the prediction for the mirrored tile. Gives run, dataset,
    split, tiles, seconds and the rest of prediction.json; `core.segment.predictions` reads the folder.
    Raises `NotFound`, `BadInput`, and `Stopped` from `progress`.
    """
    begun = time.perf_counter()
    predictor = Predictor(workspace.existing_run(run_id), flip)
    store = TileStore.open(workspace.existing_dataset(dataset or predictor.dataset))
    rows = _rows(store, split)
    with atomic.replacing_folder(predictor.run.predictions(store.name, split)) as part:
        shape = (len(rows), *store.tile_shape)
        maps = np.lib.format.open_memmap(part / "probabilities.npy", mode="w+", dtype=np.uint8, shape=shape)
        figures = predictor.predict(store, rows, progress, maps)
        maps.flush()
        _frame(store, rows, figures, predictor.kept_aside(store)).to_parquet(part / "predictions.parquet", index=False)
        facts = {
            "run": run_id,
            "dataset": store.name,
            "checksum": store.source.get("checksum"),
            "split": split,
            "tiles": len(rows),
            "tile_shape": list(store.tile_shape),
            "threshold": THRESHOLD,
            "flip": flip,
            "epoch": predictor.epoch,
            "seconds": round(time.perf_counter() - begun, 2),
        }
        atomic.write_json(part / "prediction.json", facts)
    return facts


def evaluate(
    workspace: Workspace, run_id: str, dataset: str | None = None, *, flip: bool = True, progress: Progress = silent
) -> dict[str, Any]:
    """The scores of a run: map (the competition's), iou, dice, threshold, tiles, standard_error (of map).

    On the run's own data set over its validation tiles, elsewhere over all labelled ones. Raises `NotFound`,
    `BadInput`, and `Stopped` from `progress`.
    """
    predictor = Predictor(workspace.existing_run(run_id), flip)
    store = TileStore.open(workspace.existing_dataset(dataset or predictor.dataset))
    labelled = store.index["has_mask"].to_numpy()
    rows = np.flatnonzero(predictor.kept_aside(store) if store.name == predictor.dataset else labelled)
    if not len(rows):
        raise BadInput(f"data set {store.name!r} has no labelled tiles to measure on")
    counts = predictor.predict(store, rows, progress)[["intersection", "union"]].to_numpy(np.int64).T
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
    """The best network of a run, ready to predict. Raises `NotFound` or `BadInput`."""

    def __init__(self, run: RunFolder, flip: bool = True) -> None:
        self.run, self.flip = run, flip
        self._config = load_config(run)
        self.dataset: str = self._config["dataset"]
        facts = checkpoint.load_facts(run.best)
        self.epoch: int = facts["epoch"]
        settings = _for_this_machine(TrainSettings.from_dict(facts["settings"]), self._config)
        precision, _ = choose_precision(settings, tuple(facts["tile_shape"]))
        model = build(settings)
        checkpoint.restore(run.best, checkpoint.load(run.best), model=model)
        self._fabric = open_fabric(settings.device, precision)
        self._model = self._fabric.setup_module(model)

    def kept_aside(self, store: TileStore) -> npt.NDArray[np.bool_]:
        """Which tiles of `store` this run measured itself on: (N,); none in another data set than its own."""
        ids = self._config["validation_ids"] if store.name == self.dataset else []
        return store.index["id"].isin(ids).to_numpy(np.bool_)

    def predict(
        self, store: TileStore, rows: npt.NDArray[np.int64], progress: Progress, maps: np.ndarray | None = None
    ) -> pd.DataFrame:
        """Figures of `rows` (k,) of `store`: salt (pixels), confidence, intersection, union (with the label).

        maps: (k, H, W) uint8, filled with the probabilities 0…255 if given.
        """
        figures = np.empty((len(rows), 4), np.float32)
        done = 0
        for probabilities, measured in self._batches(store, rows):
            progress(done, len(rows), f"predicting {store.name}")
            place = slice(done, done + len(measured))
            figures[place] = measured.cpu().numpy()
            if maps is not None:
                maps[place] = probabilities.cpu().numpy()
            done = place.stop
        progress(done, len(rows), f"predicting {store.name}")
        return pd.DataFrame(figures, columns=["salt", "confidence", "intersection", "union"])

    def _batches(self, store: TileStore, rows: npt.NDArray[np.int64]) -> Iterator[tuple[Tensor, Tensor]]:
        tiles = DeviceTiles.load(store, self._fabric.device)
        for chosen in torch.from_numpy(rows).to(self._fabric.device).split(BATCH):
            maps = probability_maps(self._model, tiles.images(chosen), self.flip)
            salt = maps >= SALT_LEVEL
            counts = metrics.device_counts(tiles.masks.index_select(0, chosen) > 0, salt)
            yield maps, torch.stack([salt.flatten(1).sum(dim=1), confidence(maps), *counts], dim=1)


def _for_this_machine(settings: TrainSettings, config: dict[str, Any]) -> TrainSettings:
    """The settings with the number format that the run chose, as far as the device is still of that kind."""
    kind = config["device"]["device"]
    try:
        resolve(kind)
    except BadInput:
        return replace(settings, device="auto", precision="auto")
    return replace(settings, device=kind, precision=config["precision"])


def _rows(store: TileStore, split: str) -> npt.NDArray[np.int64]:
    if split not in SPLITS:
        raise BadInput(f"split={split}: expected {', '.join(SPLITS)}")
    rows = np.flatnonzero((store.index["split"] == split).to_numpy() | (split == "all"))
    if not len(rows):
        raise BadInput(f"data set {store.name!r} has no {split} tiles to predict; choose another split")
    return rows


def _frame(
    store: TileStore, rows: npt.NDArray[np.int64], figures: pd.DataFrame, kept_aside: npt.NDArray[np.bool_]
) -> pd.DataFrame:
    index = store.index.iloc[rows]
    labelled = index["has_mask"].to_numpy()
    counts = figures[["intersection", "union"]].to_numpy(np.int64).T
    return pd.DataFrame(
        {
            "id": index["id"].to_numpy(),
            "row": rows,
            "salt_proportion": figures["salt"].to_numpy(np.float64) / np.prod(store.tile_shape),
            "confidence": figures["confidence"].to_numpy(np.float64),
            "map": np.where(labelled, metrics.score(*counts), np.nan),
            "iou": np.where(labelled, metrics.iou(*counts), np.nan),
            "constant": index["std"].to_numpy() == 0,
            "validation": kept_aside[rows],
        }
    )
