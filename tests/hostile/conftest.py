"""A sound source to spoil, and the dashboard over a sound data set."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.dataset.importing import import_source
from core.workspace import Workspace
from tests import sources

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Three train tiles aaa, bbb, ccc and two test tiles ddd, eee of 8×8, unpacked, with their csv files."""
    return sources.write(tmp_path / "source", sources.kaggle(), unpacked=True)


@pytest.fixture(scope="module")
def shown(kaggle_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """The workspace that the dashboard shows, with 32 synthetic tiles called small: one for all tests of a module."""
    workspace = Workspace.open(tmp_path_factory.mktemp("shown"))
    import_source(kaggle_folder, workspace, "small")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SALTSCOPE_WORKSPACE", str(workspace.root))
        patch.setattr("streamlit.runtime.context.ContextProxy.cookies", {})  # the test's own are mocks
        st.cache_resource.clear()
        st.cache_data.clear()
        yield workspace
    st.cache_resource.clear()
    st.cache_data.clear()


@pytest.fixture
def page(shown: Workspace) -> Callable[..., AppTest]:
    """Opens a page with query parameters, and sees that it shows no traceback and no error longer than a sentence."""

    def visit(name: str, **query: str) -> AppTest:
        app = AppTest.from_file(str(ROOT / "dashboard" / "app.py"), default_timeout=60)
        for parameter, value in query.items():
            app.query_params[parameter] = value
        app.switch_page(str(ROOT / "pages" / f"{name}.py"))
        app.run()
        assert not app.exception
        assert all("Traceback" not in words.value and len(words.value) < 500 for words in app.error)
        return app

    return visit
