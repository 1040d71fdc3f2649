"""Runs without a training: folders as a finished training and its predictions leave them."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd

from core.dataset.tiles import TileStore
from core.segment.predictions import SALT_LEVEL
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
