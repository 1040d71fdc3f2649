"""All caching: thin wrappers around core, keyed by what is on disk."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import streamlit as st

from core.dataset.tiles import TileStore
from core.errors import NotFound
from core.explore.filters import TileFilter
from core.review.store import ReviewStore
from core.segment.predictions import Predictions, load_predictions
from core.tail import JsonLinesTail
from core.workspace import RunFolder, Workspace

if TYPE_CHECKING:
    from core.explore.statistics import Correlation


@st.cache_resource
def workspace() -> Workspace:
    """The workspace that this server shows."""
    return Workspace.open()


def store(name: str) -> TileStore:
    """Data set `name`, opened once for everybody. Raises `NotFound` or `BadName`."""
    root = workspace().existing_dataset(name)
    return _store(root, (root / "index.parquet").stat().st_mtime_ns)


@st.cache_resource(max_entries=4)
def _store(root: Path, version: int) -> TileStore:
    return TileStore.open(root)


def summary(name: str) -> dict[str, Any]:
    """The figures of data set `name`, as `core.explore.statistics.summary` gives them."""
    opened = store(name)
    return _summary(opened, opened.source["checksum"])


@st.cache_data(max_entries=16)
def _summary(_store: TileStore, checksum: str) -> dict[str, Any]:
    from core.explore.statistics import summary as summarise

    return summarise(_store)


def joined(opened: TileStore, chosen: TileFilter) -> pd.DataFrame:
    """The labelled tiles that `chosen` leaves, as `core.explore.statistics.joined` gives them."""
    return _joined(opened, opened.source["checksum"], chosen)


@st.cache_data(max_entries=8)
def _joined(_store: TileStore, checksum: str, chosen: TileFilter) -> pd.DataFrame:
    from core.explore import statistics

    return statistics.joined(_store, chosen.apply(_store.index))


def depth_relation(opened: TileStore, chosen: TileFilter) -> tuple[Correlation, pd.DataFrame]:
    """Correlation and trend of depth and salt proportion over the tiles that `chosen` leaves."""
    return _depth_relation(opened, opened.source["checksum"], chosen)


@st.cache_data(max_entries=32)
def _depth_relation(_store: TileStore, checksum: str, chosen: TileFilter) -> tuple[Correlation, pd.DataFrame]:
    from core.explore import statistics

    index = _store.index.iloc[chosen.apply(_store.index)]
    depth, salt = index["z"].to_numpy(), index["salt_proportion"].to_numpy()
    return statistics.correlation(depth, salt), statistics.depth_trend(depth, salt)


@st.cache_resource
def review_store() -> ReviewStore:
    """The review store of the workspace."""
    return ReviewStore(workspace().database_url)


def predictions(folder: Path) -> Predictions:
    """The predictions in `folder`, opened once for everybody. Raises `NotFound` or `BadInput`."""
    return _predictions(folder, _changed(folder / "predictions.parquet"))


@st.cache_resource(max_entries=8)
def _predictions(folder: Path, version: int) -> Predictions:
    return load_predictions(folder)


def predicted(run: RunFolder, dataset: str) -> pd.DataFrame:
    """The figures of all that a run predicted on `dataset`. Raises `NotFound`."""
    versions = tuple(_changed(folder / "predictions.parquet") for folder in run.all_predictions())
    return _predicted(run, dataset, versions)


@st.cache_resource(max_entries=8)
def _predicted(run: RunFolder, dataset: str, versions: tuple[int, ...]) -> pd.DataFrame:
    from core.review.flagging import predicted as gather

    return gather(run, dataset)


def probability(run: RunFolder, dataset: str, tile: str) -> np.ndarray:
    """The newest probability map of a tile: (H, W) uint8, 255 is 1. Raises `NotFound`."""
    for folder in run.predictions_of(dataset):
        opened = predictions(folder)
        if opened.has(tile):
            return np.asarray(opened.probabilities[opened.position(tile)])
    raise NotFound(f"run {run.id} has no prediction for tile {tile!r} of data set {dataset}; predict it first")


@st.cache_resource(max_entries=32)
def metrics_tail(path: Path) -> JsonLinesTail:
    """The one reader of a growing metrics.jsonl."""
    return JsonLinesTail(path)


def showcase(name: str, count: int = 12) -> np.ndarray:
    """Rows (k,) of a few tiles that show what a data set is like: labelled ones from little salt to much."""
    index = store(name).index
    salty = index["salt_proportion"].between(0.05, 0.95)
    rows = np.flatnonzero(salty if salty.any() else index["std"] > 0)
    order = rows[index["salt_proportion"].iloc[rows].argsort(kind="stable")]
    return order[np.linspace(0, len(order) - 1, min(count, len(order))).astype(int)] if len(order) else order


def _changed(path: Path) -> int:
    return path.stat().st_mtime_ns if path.exists() else 0
