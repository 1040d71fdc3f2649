"""What can be done with the chosen runs: open, stop, resume, delete."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core import actions, jobs
from core.jobs import State
from core.workspace import Workspace
from dashboard import chosen_runs, navigation, state
from dashboard.run_rows import Row

ACTIVE = (State.QUEUED, State.RUNNING)
RESUMABLE = (State.STOPPED, State.LOST, State.FAILED)


def show(workspace: Workspace, chosen: Sequence[Row]) -> None:
    """A button for each thing that applies; they stand in the container around."""
    if len(chosen) == 1 and st.button("Open in Train", icon=":material/model_training:"):
        navigation.open_page("train", run=chosen[0].folder.id)
    active = [row for row in chosen if row.facts.get("state") in ACTIVE]
    if active and st.button("Stop", icon=":material/stop:", key="runs_stop"):
        for row in active:
            jobs.request_stop(row.folder)
        st.toast("Stopping within a batch; what is stopped can be resumed")
    resumable = [row for row in chosen if row.facts.get("state") in RESUMABLE]
    if resumable and st.button("Resume", icon=":material/play_arrow:", key="runs_resume"):
        for row in resumable:
            actions.resume_training(workspace, row.folder)
        st.rerun()
    if chosen and not active:
        _delete(workspace, [row.folder.id for row in chosen])


def _delete(workspace: Workspace, runs: list[str]) -> None:
    what = "this run" if len(runs) == 1 else f"these {len(runs)} runs"
    with st.popover("Delete", icon=":material/delete:"):
        st.write(f"Delete {what} with checkpoints, predictions and their part of the review queue?")
        st.caption(", ".join(runs))
        if st.button("Delete for good", type="primary", key="delete_runs"):
            for run in runs:
                actions.delete_run(workspace, run)
            if state.selection().run in runs:
                state.select(run=None)
            chosen_runs.choose([])
            st.rerun()
