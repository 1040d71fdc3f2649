"""Where no mosaic is there yet: what it is, and one button that finds it."""

from __future__ import annotations

import streamlit as st

from core import actions, jobs
from core.dataset.tiles import TileStore
from core.workspace import Workspace
from dashboard.components import job_panel


def show(workspace: Workspace, tiles: TileStore) -> None:
    """Offer to find the neighbours, or say that this is going on."""
    going_on = any(_is_of(job, tiles.name) for job, _ in job_panel.active())
    with st.container(border=True):
        st.subheader("Which tiles touch is not known yet.", anchor=False)
        st.write(
            "Tiles are cut from larger sections. Their edges tell which of them touch; put together, they show each "
            "section as one picture, and a training can keep its tiles on one side of the split."
        )
        label = "Finding neighbours…" if going_on else "Find neighbours"
        if st.button(label, type="primary", icon=":material/grid_on:", disabled=going_on):
            actions.start_mosaic(workspace, tiles.name)
            st.rerun()
        if not going_on:
            _last_failure(workspace, tiles.name)


def _is_of(job: jobs.JobFolder, dataset: str) -> bool:
    return "-mosaic-" in job.id and jobs.status(job).title.endswith(f" {dataset}")


def _last_failure(workspace: Workspace, dataset: str) -> None:
    last = next((job for job in workspace.all_jobs()[:20] if _is_of(job, dataset)), None)
    if last and (error := jobs.status(last).error):
        st.error(error)
