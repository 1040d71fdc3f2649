"""Runs without a training, as a finished one and its predictions leave them, and runs that were stopped."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from core.dataset.tiles import TileStore
from core.errors import Stopped
from core.segment.predictions import SALT_LEVEL
from core.segment.settings import TrainSettings
from core.workspace import RunFolder, Workspace


def write_run(
    workspace: Workspace, run_id: str, store: TileStore, rows: np.ndarray, maps: np.ndarray, split: str = "all"
) -> RunFolder:
    """A run that predicted `maps` (k, H, W) uint8 for the tiles in `rows` (k,) of a data set."""
    run = workspace.run(run_id)
    folder = run.predictions(store.name, split)
    folder.mkdir(parents=True)
    job = {"target": "core.segment.train:run", "title": run_id, "created": "2026-01-01T00:00:00+00:00"}
    run.job.write_text(json.dumps(job | {"arguments": {"settings": {"dataset": store.name}}}))
    run.config.write_text(json.dumps({"dataset": store.name}))
    run.status.write_text(json.dumps({"state": "finished"}))
    frame = pd.DataFrame(
        {
            "id": store.index["id"].iloc[rows].to_numpy(),
            "row": rows,
            "salt_proportion": (maps >= SALT_LEVEL).mean(axis=(1, 2)),
            "confidence": np.linspace(0.1, 0.9, len(rows)),
            "map": 0.5,
            "iou": 0.5,
            "constant": False,
            "validation": True,
        }
    )
    np.save(folder / "probabilities.npy", maps)
    (folder / "prediction.json").write_text(json.dumps({"run": run_id, "dataset": store.name, "split": split}))
    frame.to_parquet(folder / "predictions.parquet")
    return run


def train_and_stop(workspace: Workspace, run: RunFolder, settings: TrainSettings, step: int = 5) -> None:
    """Train until somebody stops it at `step`."""
    from core.segment.train import train

    def stop(done: int, total: int | None, what: str, **facts: object) -> None:
        if done == step:
            raise Stopped("asked")

    with pytest.raises(Stopped):
        train(workspace, run, settings, stop)
