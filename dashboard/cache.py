"""All caching: thin wrappers around core, keyed by what is on disk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from core.dataset.tiles import TileStore
from core.review.store import ReviewStore
from core.workspace import Workspace


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


@st.cache_resource
def review_store() -> ReviewStore:
    """The review store of the workspace."""
    return ReviewStore(workspace().database_url)
