"""The check of labels: the button that starts it, what it could not look at, and whether it is still true."""

from __future__ import annotations

import streamlit as st

from core import actions
from core.dataset.tiles import TileStore
from core.explore.quality import Checked
from core.workspace import Workspace
from dashboard import cache, navigation
from dashboard.components import job_panel

KIND = "check"  # as the id of such a job names it


def show(workspace: Workspace, tiles: TileStore) -> Checked:
    """What the last check found, after what it lacks; without one, the way to it, and the page ends."""
    checked = cache.checked(tiles)
    checking = any(f"-{KIND}-" in folder.id for folder, _ in job_panel.active())
    if checked is None:
        _first_check(workspace, tiles, checking)
        st.stop()
    assert checked is not None
    _state(workspace, tiles, checked, checking)
    return checked


def _first_check(workspace: Workspace, tiles: TileStore, checking: bool) -> None:
    with st.container(border=True):
        st.subheader("These tiles and labels were not checked yet.", anchor=False)
        st.write(
            "A check looks for constant and doubled tiles, and for labels that follow a ruler, have holes or "
            "fragments, or contradict their neighbours or what a model predicts. It takes seconds."
        )
        _start_button("Check the labels", workspace, tiles, checking)
    job_panel.show_failure(KIND)


def _state(workspace: Workspace, tiles: TileStore, checked: Checked, checking: bool) -> None:
    changes = checked.outdated(workspace, tiles, cache.out_of_fold(tiles))
    if changes or checking:
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key="quality_state"):
            st.caption(" ".join(changes), width="stretch")
            _start_button("Check again", workspace, tiles, checking)
    job_panel.show_failure(KIND)


def left_out(sentences: list[str]) -> None:
    """What could not be checked, and the way to what it needs."""
    if not sentences:
        return
    with st.popover("What was not checked", icon=":material/info:"):
        for sentence in sentences:
            st.write(sentence)
        if any("predict" in sentence for sentence in sentences):
            st.page_link(navigation.page("train"), label="Train", icon=":material/arrow_forward:")
            st.page_link(navigation.page("predictions"), label="Predictions", icon=":material/arrow_forward:")


def _start_button(label: str, workspace: Workspace, tiles: TileStore, checking: bool) -> None:
    words = "Checking: see the side" if checking else label
    if st.button(words, type="primary", icon=":material/rule:", disabled=checking, key="check_labels"):
        actions.start_check(workspace, tiles.name)
        st.rerun()
