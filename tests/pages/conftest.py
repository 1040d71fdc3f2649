"""The whole dashboard over a small data set, without a browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.dataset.importing import import_source
from core.workspace import Workspace

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def opened(kaggle_folder: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """Opens a page by name with query parameters, over 32 synthetic tiles called small."""
    import_source(kaggle_folder, workspace, "small")
    monkeypatch.setenv("SALTSCOPE_WORKSPACE", str(workspace.root))
    monkeypatch.setattr("streamlit.runtime.context.ContextProxy.cookies", {})  # the test's own are mocks
    st.cache_resource.clear()
    st.cache_data.clear()

    def open_page(name: str, **query: str) -> AppTest:
        app = AppTest.from_file(str(ROOT / "dashboard" / "app.py"), default_timeout=60)
        for parameter, value in query.items():
            app.query_params[parameter] = value
        app.switch_page(str(ROOT / "pages" / f"{name}.py"))
        return app.run()

    return open_page
