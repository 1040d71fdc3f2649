"""The form that brings tiles in, and what became of the last try."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from core import actions, jobs
from core.errors import BadInput, SaltScopeError
from core.workspace import Workspace, check_name
from dashboard.components import job_panel
from dashboard.guard import tell


def show(workspace: Workspace) -> None:
    """A path, a name, a button; below them the last import's result in words."""
    with st.form("import", border=True):
        source = st.text_input(
            "Folder or zip on this machine",
            placeholder="~/Downloads/tgs-salt-identification-challenge.zip",
            help="Kaggle's folder as it comes, the same unpacked, its outer zip, images/ + masks/, or images alone.",
        )
        name = st.text_input("Name", placeholder="as the source", help="Letters, digits, '-', '_' and '.'")
        skip_bad = st.checkbox(
            "Leave out damaged files",
            help="They are listed with their reasons. Without this, one damaged file is enough to import nothing.",
        )
        if st.form_submit_button("Import", icon=":material/download:", type="primary"):
            try:
                _start(workspace, source.strip(), name.strip(), skip_bad)
            except SaltScopeError as error:
                tell(error)
    _last_import()


def _start(workspace: Workspace, source: str, name: str, skip_bad: bool) -> None:
    if not source:
        raise BadInput("no folder or zip was given; enter its path")
    path = Path(source).expanduser()
    if not path.exists():
        raise BadInput(f"{source}: there is no such file or folder on this machine; check the path")
    actions.start_import(workspace, path, check_name(name, "data set name") if name else None, skip_bad=skip_bad)
    st.rerun()


def _last_import() -> None:
    job_panel.show_failure("import")
    now = job_panel.last_of("import")
    if now and now.state is jobs.State.FINISHED:
        result = now.result or {}
        st.caption(f"Last import: {result['name']}, {result['tiles']:,} tiles in {result['seconds']:.1f} s.")
        show_notes(result)


def show_notes(result: dict[str, Any]) -> None:
    """What people should know of a finished import, and what was left out of it."""
    for warning in result["warnings"]:
        st.warning(warning)
    if damaged := result.get("damaged"):
        with st.expander(f"{len(damaged):,} damaged files or labels were left out", icon=":material/broken_image:"):
            st.dataframe({"What was left out, and why": damaged})
