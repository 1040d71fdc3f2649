"""A workspace for tests of what the dashboard knows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st

from core.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """A workspace that the dashboard shows."""
    monkeypatch.setenv("SALTSCOPE_WORKSPACE", str(tmp_path))
    st.cache_resource.clear()
    yield Workspace.open(tmp_path)
    st.cache_resource.clear()
