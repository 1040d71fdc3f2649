"""All caching: thin wrappers around core, keyed by what is on disk."""

from __future__ import annotations

from pathlib import Path

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


@st.cache_resource
def review_store() -> ReviewStore:
    """The review store of the workspace."""
    return ReviewStore(workspace().database_url)
