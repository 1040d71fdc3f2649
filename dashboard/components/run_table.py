"""All trainings as a table; a click opens one, a question deletes it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core import actions
from core.workspace import RunFolder, Workspace
from dashboard import state

MOST = 200


def show(workspace: Workspace, chosen: RunFolder | None) -> None:
    """The newest runs, their state, settings that matter and best score."""
    rows = [actions.run_facts(run) for run in workspace.all_runs()[:MOST]]
    frame = pd.DataFrame(
        {
            "run": [row["run"] for row in rows],
            "state": [row["state"] for row in rows],
            "epochs": [f"{row['epoch'] or 0} of {row['epochs'] or '–'}" for row in rows],
            "best score": [(row["best"] or {}).get("map") for row in rows],
            "minutes": [row["seconds"] / 60 if row["seconds"] else None for row in rows],
            "device": [row["device"] for row in rows],
        }
    )
    key = f"run_table_{len(rows)}"
    st.dataframe(
        frame,
        key=key,
        hide_index=True,
        on_select=lambda: _pick(frame, key),
        selection_mode="single-row",
        column_config={
            "best score": st.column_config.NumberColumn(format="%.3f"),
            "minutes": st.column_config.NumberColumn(format="%.1f"),
        },
    )
    if chosen is not None:
        with st.popover("Delete this run", icon=":material/delete:"):
            st.write(f"Delete **{chosen.id}** with its checkpoints, predictions and its part of the review queue?")
            if st.button("Delete it", type="primary", key="delete_run"):
                actions.delete_run(workspace, chosen.id)
                state.select(run=None)
                st.rerun()


def _pick(frame: pd.DataFrame, key: str) -> None:
    rows = st.session_state[key]["selection"]["rows"]
    if rows:
        state.select(run=str(frame["run"].iloc[rows[0]]))
