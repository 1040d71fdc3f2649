"""All caching: thin wrappers around core, keyed by what is on disk."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import streamlit as st

from core.dataset.tiles import TileStore
from core.explore.tile_table import TileTable
from core.segment.curves import CurvesTail
from core.segment.predictions import Predictions, load_predictions
from core.workspace import RunFolder, Workspace

if TYPE_CHECKING:
    from core.explore.grey import GreyLevels
    from core.explore.mean_tile import MeanTile
    from core.explore.mosaic import Mosaic
    from core.explore.quality import Checked
    from core.explore.quality import Predictions as OutOfFold
    from core.explore.quantities import Quantity
    from core.explore.relation import Relation
    from core.review.evidence import Evidence
    from core.review.masks import MaskStore
    from core.review.notes import NoteStore
    from core.review.store import ReviewStore
    from core.segment.profile import Profile
    from core.segment.submission import Check


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


def counts(name: str) -> dict[str, Any]:
    """How many tiles data set `name` has of which kind, as `core.explore.statistics.counts` gives it."""
    opened = store(name)
    return _counts(opened, opened.source["checksum"])


@st.cache_data(max_entries=16)
def _counts(_store: TileStore, checksum: str) -> dict[str, Any]:
    from core.explore import statistics

    return statistics.counts(_store)


def measured(opened: TileStore, run: RunFolder | None) -> pd.DataFrame:
    """The index of a data set, with what `run` predicted on it, if it did, as columns beside."""
    from core.explore.quantities import measured as beside

    return beside(table(opened, run))


def relation(opened: TileStore, run: RunFolder | None, rows: np.ndarray, x: Quantity, y: Quantity) -> Relation:
    """How y hangs together with x over the tiles `rows`, as `core.explore.relation` gives it."""
    versions = tuple(_changed(folder / "predictions.parquet") for folder in run.all_predictions()) if run else ()
    key = (opened.source["checksum"], run.id if run else "", versions)
    return _relation(opened, run, rows, x.column, y.column, key)


@st.cache_data(max_entries=32, show_spinner="Correlating …")
def _relation(
    _store: TileStore, _run: RunFolder | None, rows: np.ndarray, x: str, y: str, key: tuple[object, ...]
) -> Relation:
    from core.explore.quantities import BY_COLUMN
    from core.explore.relation import relation as relate

    return relate(measured(_store, _run).iloc[rows], BY_COLUMN[x], BY_COLUMN[y])


def grey_levels(opened: TileStore, rows: np.ndarray) -> GreyLevels:
    """The grey levels of `rows`: counted once for a data set, or of a sample where it is too large for that."""
    from core.explore.grey import MOST_TILES, sample

    everything = np.arange(len(opened))
    if len(opened) <= MOST_TILES:
        return _grey_levels(opened, opened.source["checksum"], everything).among(rows)
    return _grey_levels(opened, opened.source["checksum"], sample(rows))


@st.cache_resource(max_entries=4, show_spinner="Counting the grey levels of all tiles; this is done once …")
def _grey_levels(_store: TileStore, checksum: str, rows: np.ndarray) -> GreyLevels:
    from core.explore.grey import grey_levels as count

    return count(_store, rows)


def mean_tile(opened: TileStore, rows: np.ndarray) -> MeanTile:
    """The mean of the tiles `rows` and of their masks."""
    return _mean_tile(opened, opened.source["checksum"], rows)


@st.cache_data(max_entries=16, show_spinner="Laying all tiles on each other …")
def _mean_tile(_store: TileStore, checksum: str, rows: np.ndarray) -> MeanTile:
    from core.explore.mean_tile import mean_tile as add_up

    return add_up(_store, rows)


def checked(opened: TileStore) -> Checked | None:
    """What the last check of a data set found, as `core.explore.quality.load` gives it."""
    return _checked(opened, opened.source["checksum"], _changed(workspace().quality(opened.name) / "findings.parquet"))


@st.cache_resource(max_entries=4)
def _checked(_store: TileStore, checksum: str, version: int) -> Checked | None:
    from core.explore.quality import load

    return load(workspace(), _store)


def out_of_fold(opened: TileStore) -> list[OutOfFold]:
    """What labels may be held against, as `core.segment.out_of_fold` gives it."""
    folders = [folder for run in workspace().all_runs() for folder in run.predictions_of(opened.name)]
    versions = tuple((folder, _changed(folder / "predictions.parquet")) for folder in folders)
    return _out_of_fold(opened, opened.source["checksum"], versions)


@st.cache_resource(max_entries=4)
def _out_of_fold(_store: TileStore, checksum: str, versions: tuple[tuple[Path, int], ...]) -> list[OutOfFold]:
    from core.segment.out_of_fold import out_of_fold as gather

    return gather(workspace(), _store)


def mosaic(opened: TileStore) -> Mosaic | None:
    """Which tiles touch; None before somebody has asked for it to be found. Raises `BadInput`."""
    from core.explore.mosaic import saved

    return _mosaic(opened, opened.root, saved.version(workspace(), opened))


@st.cache_resource(max_entries=2)
def _mosaic(_store: TileStore, root: Path, version: tuple[object, ...]) -> Mosaic | None:
    from core.explore.mosaic import kept_mosaic

    return kept_mosaic(workspace(), _store)


@st.cache_resource
def review_store() -> ReviewStore:
    """The review store of the workspace."""
    from core.review.store import ReviewStore

    return ReviewStore(workspace().database_url)


@st.cache_resource
def mask_store() -> MaskStore:
    """The masks that people made, in the same database."""
    from core.review.masks import MaskStore

    return MaskStore(workspace().database_url)


@st.cache_resource(max_entries=4)
def corrections(dataset: str, version: tuple[int, int] | None) -> dict[str, str]:
    """Run-length codes of the reviewed masks of a data set by tile. version: as `dashboard.corrected` gives it."""
    if version is None:
        return {}
    reviewed = mask_store().reviewed(dataset)
    return dict(zip(reviewed["tile"], reviewed["mask"], strict=True))


@st.cache_resource
def note_store() -> NoteStore:
    """What people wrote about tiles, in the same database."""
    from core.review.notes import NoteStore

    return NoteStore(workspace().database_url)


def predictions(folder: Path) -> Predictions:
    """The predictions in `folder`, opened once for everybody. Raises `NotFound` or `BadInput`."""
    return _predictions(folder, _changed(folder / "predictions.parquet"))


@st.cache_resource(max_entries=8)
def _predictions(folder: Path, version: int) -> Predictions:
    return load_predictions(folder)


def held_out(run: RunFolder) -> pd.DataFrame | None:
    """The table that the confidence of a run was judged on, as `core.segment.postprocess` keeps it."""
    return _held_out(run, _changed(run.held_out))


@st.cache_resource(max_entries=8)
def _held_out(run: RunFolder, version: int) -> pd.DataFrame | None:
    return pd.read_parquet(run.held_out) if version else None


def predicted(run: RunFolder, dataset: str) -> pd.DataFrame:
    """The figures of all that a run predicted on `dataset`. Raises `NotFound`."""
    versions = tuple(_changed(folder / "predictions.parquet") for folder in run.all_predictions())
    return _predicted(run, dataset, versions)


@st.cache_resource(max_entries=8)
def _predicted(run: RunFolder, dataset: str, versions: tuple[int, ...]) -> pd.DataFrame:
    from core.review.flagging import predicted as gather

    return gather(run, dataset)


def evidence(opened: TileStore, run: RunFolder) -> Evidence:
    """What the rules of the review queue are asked about, as `core.review.evidence` gathers it. Raises `NotFound`."""
    from core.explore.mosaic import saved

    predicted_at = tuple(_changed(folder / "predictions.parquet") for folder in run.all_predictions())
    checked_at = _changed(workspace().quality(opened.name) / "findings.parquet")
    return _evidence(opened, run, (opened.root, predicted_at, checked_at, saved.version(workspace(), opened)))


@st.cache_resource(max_entries=4, show_spinner="Looking across the edges of tiles …")
def _evidence(_store: TileStore, run: RunFolder, key: tuple[object, ...]) -> Evidence:
    from core.review.evidence import gather

    return gather(workspace(), run, _store, predicted(run, _store.name))


def profile(run: RunFolder) -> Profile:
    """What is known of a run, as `core.segment.profile` gives it."""
    written = (
        run.config,
        *(path.with_suffix(".json") for one in run.all_folds() or [run] for path in (one.last, one.best)),
        *(one / "predictions.parquet" for one in run.all_predictions()),
    )
    return _profile(run, tuple(map(_changed, written)))


@st.cache_resource(max_entries=512)
def _profile(run: RunFolder, versions: tuple[int, ...]) -> Profile:
    from core.segment.profile import Profile

    return Profile.of(run)


def submission(tiles: TileStore, path: Path) -> tuple[dict[str, str], Check]:
    """Codes of the submission in `path`, and how it stands the check. Raises `BadInput`."""
    return _submission(tiles, tiles.source.get("checksum"), path, _changed(path))


@st.cache_resource(max_entries=4)
def _submission(_store: TileStore, checksum: str, path: Path, version: int) -> tuple[dict[str, str], Check]:
    from core.segment.submission import check, read

    codes = read(path)
    return codes, check(_store, codes)


@st.cache_resource(max_entries=32)
def curves(path: Path) -> CurvesTail:
    """The one reader of a growing metrics.jsonl."""
    return CurvesTail(path)


def table(opened: TileStore, run: RunFolder | None) -> TileTable:
    """All that is known of the tiles of a data set, and of them by `run`; nothing is read before it is asked for."""
    return TileTable(
        opened.index,
        lambda: predicted(run, opened.name) if run and run.predictions_of(opened.name) else None,
        lambda: _findings(opened),
        lambda: found.section if (found := mosaic(opened)) else None,
        lambda: _figures(opened, opened.source["checksum"]),
    )


def _findings(opened: TileStore) -> pd.DataFrame | None:
    found = checked(opened)
    return found.findings if found else None


@st.cache_resource(max_entries=2, show_spinner="Measuring how tiles look, once …")
def _figures(_store: TileStore, checksum: str) -> np.ndarray:
    from core.explore.likeness import likeness

    return likeness(workspace(), _store)


def showcase(name: str, count: int = 12) -> np.ndarray:
    """Rows (k,) of a few tiles that show what a data set is like: labelled ones from little salt to much."""
    index = store(name).index
    salty = index["salt_proportion"].between(0.05, 0.95)
    rows = np.flatnonzero(salty if salty.any() else index["std"] > 0)
    order = rows[index["salt_proportion"].iloc[rows].argsort(kind="stable")]
    return order[np.linspace(0, len(order) - 1, min(count, len(order))).astype(int)] if len(order) else order


def _changed(path: Path) -> int:
    return path.stat().st_mtime_ns if path.exists() else 0
