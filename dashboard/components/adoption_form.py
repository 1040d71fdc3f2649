"""The forms that take in predictions and masks from elsewhere, and what became of the last try."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from core import adoption
from core.errors import BadInput, SaltScopeError
from core.workspace import Workspace
from dashboard import state
from dashboard.components import job_panel
from dashboard.guard import tell

KINDS = "A csv file id,rle_mask as Kaggle takes it, or a folder or zip with a picture <id>.png for each tile."


def show_predictions(workspace: Workspace, dataset: str) -> None:
    """Masks or probability maps become a run on `dataset`."""
    with st.form("take_in_predictions", border=False):
        source = st.text_input("csv, folder or zip on this machine", help=f"{KINDS} Grey pictures are probabilities.")
        name = st.text_input("Name of the run", placeholder="by the time", help="Letters, digits, '-', '_' and '.'")
        if st.form_submit_button("Import predictions", icon=":material/download:", type="primary"):
            _attempt(lambda: adoption.start_predictions(workspace, _path(source), dataset, name.strip() or None))
    if result := _last("predictions", dataset):
        run = result["run"]
        st.caption(f"Last: {result['tiles']:,} {result['maps']} of {result['split']} tiles, as run {run}.")
        if run != state.selection().run and workspace.run(run).job.exists():
            st.button("Open it", icon=":material/arrow_forward:", on_click=state.select, kwargs={"run": run})


def show_masks(workspace: Workspace, dataset: str) -> None:
    """Masks become revisions of tiles of `dataset`, in the name of the reviewer."""
    with st.form("take_in_masks", border=False):
        source = st.text_input("csv, folder or zip on this machine", help=f"{KINDS} Two grey levels, 0 is no salt.")
        note = st.text_input("Note", placeholder="where they came from", help="Stands beside each of them")
        who = state.reviewer()
        if st.form_submit_button(f"Import masks as {who}", icon=":material/download:", type="primary"):
            _attempt(lambda: adoption.start_masks(workspace, _path(source), dataset, who, note.strip()))
    st.caption("Each becomes the label of its tile as a new revision; none is overwritten, any can be restored.")
    if result := _last("masks", dataset):
        words = f"Last: {result['revisions']:,} of {result['tiles']:,} masks said something new"
        st.caption(f"{words}, {result['corrected']:,} of them over a mask that somebody had made.")


def _path(source: str) -> Path:
    if not source.strip():
        raise BadInput("no file or folder was given; enter its path")
    path = Path(source.strip()).expanduser().absolute()
    if not path.exists():
        raise BadInput(f"{source}: there is no such file or folder on this machine; check the path")
    return path


def _attempt(start: Callable[[], object]) -> None:
    try:
        start()
    except SaltScopeError as error:
        tell(error)
    else:
        st.rerun()


def _last(kind: str, dataset: str) -> dict[str, Any] | None:
    """The result of the last import, if it was into this data set; why it failed is said here."""
    job_panel.show_failure(f"take-in-{kind}")
    now = job_panel.last_of(f"take-in-{kind}")
    result = now.result if now else None
    return result if result and result["dataset"] == dataset else None
