"""The form that fetches a competition from Kaggle, and how the last download goes or went."""

from __future__ import annotations

import streamlit as st

from core import actions, jobs
from core.dataset.kaggle.download import TGS
from core.errors import SaltScopeError
from core.jobs import JobFolder, JobStatus, State
from core.workspace import Workspace
from dashboard import navigation
from dashboard.components import import_form, job_panel
from dashboard.guard import guarded, tell


def show(workspace: Workspace, *, signed_in: bool) -> None:
    """Draw the form; while a download works, its way instead."""
    last = next((job for job in workspace.all_jobs()[:20] if "-download-" in job.id), None)
    now = jobs.status(last) if last else None
    if last and now and now.state.active:
        st.fragment(guarded(_draw), run_every=1.0)(last)
        return
    _form(workspace, signed_in)
    if last and now:
        _ended(workspace, last, now)


def _form(workspace: Workspace, signed_in: bool) -> None:
    with st.form("kaggle_download"):
        competition = st.text_input("Competition", TGS, help="The last part of its address.")
        name = st.text_input("Name of the data set", "tgs", help="Letters, digits, '-', '_' and '.'")
        skip_bad = st.checkbox("Leave out damaged files", help="They are listed with their reasons.")
        if st.form_submit_button("Download", icon=":material/cloud_download:", type="primary", disabled=not signed_in):
            try:
                actions.start_download(workspace, competition.strip(), name.strip(), skip_bad=skip_bad)
                st.rerun()
            except SaltScopeError as error:
                tell(error)
    st.caption("You must have accepted the competition's rules at kaggle.com. What breaks off goes on where it was.")


def _draw(job: JobFolder) -> None:
    now = jobs.status(job)
    if not now.state.active:
        st.rerun()
    with st.container(border=True):
        st.markdown(f"**{now.title}**")
        st.progress(min(now.done / now.total, 1.0) if now.total else 0.0, text=job_panel.progress_text(now))
        if st.button("Cancel", icon=":material/stop:", key="download_cancel"):
            jobs.request_stop(job)


def _ended(workspace: Workspace, job: JobFolder, now: JobStatus) -> None:
    if now.state is State.FINISHED:
        result = now.result or {}
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{result['name']}** is here: {result['tiles']:,} tiles.", width="stretch")
            if result["name"] in workspace.dataset_names() and st.button("Explore it", type="primary"):
                navigation.open_page("explore", dataset=result["name"], run=None, tile=None)
        import_form.show_notes(result)
        return
    if now.state is State.STOPPED:
        st.info("The download was cancelled.")
    else:
        st.error(now.error or "The process is gone.")
    if st.button("Go on", icon=":material/play_arrow:", key="download_resume"):
        jobs.resume(workspace, job)
        st.rerun()
