"""The figures of predicted tiles: how much salt, how sure, how well; they follow from the maps. Torch-free."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from core import atomic
from core.dataset.tiles import TileStore
from core.segment import asides, metrics
from core.segment.features import features
from core.segment.masking import Masking

AT_ONCE = 256  # tiles

Rows = npt.NDArray[np.int64]


def figures(
    store: TileStore,
    rows: Rows,
    maps: np.ndarray,
    beside: pd.DataFrame,
    kept_aside: npt.NDArray[np.bool_],
    masking: Masking,
) -> pd.DataFrame:
    """A row for each of `rows` (k,) of `store`, as `core.segment.predictions` describes it.

    maps: (k, H, W) uint8 · beside: what is told of the k tiles, see `asides` · kept_aside: (k,),
    predicted by networks that did not learn the tile, though labelled.
    """
    parts = []
    for first in range(0, len(rows), AT_ONCE):
        some = slice(first, first + AT_ONCE)
        parts.append(_figures(store, rows[some], np.asarray(maps[some]), beside.iloc[some], masking))
    return pd.concat(parts, ignore_index=True).assign(validation=kept_aside)


def write(folder: Path, frame: pd.DataFrame, facts: dict[str, Any]) -> None:
    """Write what belongs beside the maps in `folder`."""
    frame.to_parquet(folder / "predictions.parquet", index=False)
    atomic.write_json(folder / "prediction.json", facts)


def _figures(store: TileStore, rows: Rows, maps: np.ndarray, beside: pd.DataFrame, masking: Masking) -> pd.DataFrame:
    index = store.index.iloc[rows]
    constant, labelled = index["std"].to_numpy() == 0, index["has_mask"].to_numpy(bool)
    masks = masking.treatment.masks(maps, constant, asides.any_salt(beside))
    # Grey levels mean the same only where they were learned: elsewhere they may have been processed otherwise.
    known = features(maps, masks, store.tiles[rows] if store.name == masking.dataset else None)
    counts = metrics.counts(store.masks[rows], masks)
    sure = masking.calibration.estimate(known) if masking.calibration else known["expected_iou"]
    return pd.DataFrame(
        {
            "id": index["id"].to_numpy(),
            "row": rows,
            "salt_proportion": known["salt"],
            "confidence": sure,
            "map": np.where(labelled, metrics.score(*counts), np.nan),
            "iou": np.where(labelled, metrics.iou(*counts), np.nan),
            "constant": constant,
            **{name: beside[name].to_numpy() for name in beside},
        }
    )
