"""From runs to a file for Kaggle."""

from __future__ import annotations

import streamlit as st

from core.dataset.tiles import TileStore
from core.errors import SaltScopeError
from core.segment.submission import keep
from core.workspace import RunFolder, Workspace
from dashboard import navigation
from dashboard.components import submission_report
from dashboard.guard import tell


def show(workspace: Workspace, tiles: TileStore, run: RunFolder) -> None:
    """Choose runs that have predicted these tiles, and make their submission."""
    able = [one.id for one in workspace.all_runs() if one.predictions_of(tiles.name)]
    if not able:
        st.info("No run has predicted the test tiles of this data set yet.")
        if st.button("Predict", icon=":material/arrow_forward:", key="submit_predict"):
            navigation.open_page("predictions")
        return
    runs = st.multiselect(
        "Runs",
        able,
        default=[run.id] if run.id in able else able[:1],
        help="The mean of their probabilities, where there are several.",
    )
    if st.button("Make the file", type="primary", icon=":material/note_add:", disabled=not runs):
        try:
            with st.spinner("Encoding the masks…"):
                st.session_state[submission_report.FILE] = keep(workspace, tiles, runs)  # the file that is looked at
            st.rerun()
        except SaltScopeError as error:
            tell(error)
