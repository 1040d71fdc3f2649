"""Predictions that were made elsewhere, kept as those of a run that was never trained here. Torch-free until they come.

config.json of such a run: dataset, checksum, tile_shape, imported {source, maps: "masks" or "probabilities"}.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from core import atomic
from core.dataset.maps import Maps
from core.dataset.tiles import TileStore, new_array
from core.errors import BadInput, NotFound
from core.progress import Progress, silent
from core.segment import figures
from core.segment.masking import Masking
from core.segment.predictions import load_predictions
from core.segment.treatment import PLAIN
from core.workspace import RunFolder, Workspace


def keep(run: RunFolder, run_id: str, maps: Maps, source: Path, progress: Progress = silent) -> dict[str, Any]:
    """Write config.json and the predictions of a run. Gives run, dataset, split, tiles and maps, their kind.

    Whether a model elsewhere had learned a tile is not known, so none counts as kept aside. A mask says nothing of how
    sure it is: its confidence is NaN.
    """
    store, kind = maps.store, "masks" if maps.are_masks else "probabilities"
    about = {"dataset": store.name, "checksum": store.source.get("checksum"), "tile_shape": list(store.tile_shape)}
    atomic.write_json(run.config, about | {"imported": {"source": str(source), "maps": kind}})
    splits = store.index["split"].iloc[maps.rows].unique()
    split = str(splits[0]) if len(splits) == 1 else "all"
    folder = run.predictions(store.name, split)
    folder.mkdir(parents=True)
    _write_maps(folder, maps, progress)
    facts = {"run": run_id, "split": split, "tiles": len(maps.rows), "threshold": PLAIN.threshold, "runs": [run_id]}
    atomic.write_json(folder / "prediction.json", about | facts | {"imported": str(source)})
    return {"run": run_id, "dataset": store.name, "split": split, "tiles": len(maps.rows), "maps": kind}


def is_foreign(run: RunFolder) -> bool:
    """Whether its predictions were made elsewhere."""
    try:
        return "imported" in atomic.read_object(run.config)
    except (OSError, ValueError):  # not begun, or damaged: whoever needs it says so
        return False


def evaluate(workspace: Workspace, run: RunFolder, dataset: str | None) -> dict[str, Any]:
    """What `core.segment.predict.evaluate` gives, over all labelled tiles that were predicted. Raises `NotFound`."""
    name = dataset or str(atomic.read_object(run.config)["dataset"])
    checksum = TileStore.open(workspace.existing_dataset(name)).source.get("checksum")
    found = [load_predictions(folder) for folder in run.predictions_of(name)]
    frames = [one.frame for one in found if one.facts.get("checksum") == checksum]
    if not frames:
        raise NotFound(f"run {run.id} holds no predictions for data set {name} as it is now; import them for it")
    scored = frames[0].dropna(subset="map")
    if scored.empty:
        raise BadInput(f"run {run.id} has predicted no labelled tile of data set {name}, so there is nothing to score")
    scores, iou = scored["map"].to_numpy(), scored["iou"].to_numpy()
    return {
        "run": run.id,
        "dataset": name,
        "map": float(scores.mean()),
        "iou": float(iou.mean()),
        "dice": float((2 * iou / (1 + iou)).mean()),
        "threshold": PLAIN.threshold,
        "tiles": len(scores),
        "standard_error": float(scores.std(ddof=1) / np.sqrt(len(scores))) if len(scores) > 1 else None,
    }


def _write_maps(folder: Path, maps: Maps, progress: Progress) -> None:
    kept = new_array(folder / "probabilities.npy", np.uint8, (len(maps.rows), *maps.store.tile_shape))
    frames = []
    for place, block in maps.blocks(progress, "Taking in predictions"):
        kept[place] = block
        frames.append(_figures(maps, maps.rows[place], block))
    kept.flush()
    pd.concat(frames, ignore_index=True).to_parquet(folder / "predictions.parquet", index=False)


def _figures(maps: Maps, rows: np.ndarray, block: np.ndarray) -> pd.DataFrame:
    """A row for each map, as `core.segment.predictions` describes it."""
    found = figures.figures(maps.store, rows, block, pd.DataFrame(index=rows), np.zeros(len(rows), bool), Masking())
    return found.assign(confidence=np.nan) if maps.are_masks else found
