"""The form that brings tiles in, and what became of the last try."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from core import actions, jobs
from core.errors import BadInput, SaltScopeError
from core.workspace import Workspace, check_name


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
                st.error(str(error))
    _last_import(workspace)


def _start(workspace: Workspace, source: str, name: str, skip_bad: bool) -> None:
    if not source:
        raise BadInput("no folder or zip was given; enter its path")
    path = Path(source).expanduser()
    if not path.exists():
        raise BadInput(f"{source}: there is no such file or folder on this machine; check the path")
    actions.start_import(workspace, path, check_name(name, "data set name") if name else None, skip_bad=skip_bad)
    st.rerun()


def _last_import(workspace: Workspace) -> None:
    last = next((job for job in workspace.all_jobs()[:20] if job.id.split("-")[2] == "import"), None)
    now = jobs.status(last) if last else None
    if now is None:
        return
    if now.state is jobs.State.FINISHED:
        result = now.result or {}
        st.caption(f"Last import: {result['name']}, {result['tiles']:,} tiles in {result['seconds']:.1f} s.")
        show_notes(result)
    elif now.state in (jobs.State.FAILED, jobs.State.LOST):
        st.error(f"{now.title}: {now.error or 'the process is gone; import again'}")


def show_notes(result: dict[str, Any]) -> None:
    """What people should know of a finished import, and what was left out of it."""
    for warning in result["warnings"]:
        st.warning(warning)
    if damaged := result.get("damaged"):
        with st.expander(f"{len(damaged):,} damaged files or labels were left out", icon=":material/broken_image:"):
            st.dataframe({"What was left out, and why": damaged})
