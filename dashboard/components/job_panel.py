"""Long work at the side of every page: what, how far, how fast, until when, and Stop."""

from __future__ import annotations

from contextlib import suppress

import streamlit as st

from core.errors import SaltScopeError
from core.explore.numbers import duration
from core.jobs import JobFolder, JobStatus, State, request_stop, status
from core.meter import rate_in_words
from dashboard import cache
from dashboard.guard import guarded
from dashboard.plain import plain

SECONDS = 1.0


def active() -> list[tuple[JobFolder, JobStatus]]:
    """Jobs and trainings that wait or work, the newest first."""
    workspace = cache.workspace()
    recent = [*workspace.all_runs()[:20], *workspace.all_jobs()[:20]]
    found = []
    for folder in recent:
        with suppress(SaltScopeError):  # a damaged one is named where it is looked at, and in nobody else's way
            found.append((folder, status(folder)))
    return [(folder, now) for folder, now in found if now.state.active]


def last_of(kind: str) -> JobStatus | None:
    """The newest job of a kind, as its id names it."""
    found = next((job for job in cache.workspace().all_jobs()[:20] if f"-{kind}-" in job.id), None)
    return status(found) if found else None


def show_failure(kind: str) -> None:
    """Say why the newest job of a kind failed, if it did."""
    now = last_of(kind)
    if now and now.state in (State.FAILED, State.LOST):
        st.error(plain(f"{now.title}: {now.error}"))


def show() -> None:
    """Announce what ended since the last look, and draw what is going on."""
    watched: dict[str, str] = st.session_state.setdefault("watched_jobs", {})
    jobs = active()
    _announce(watched, {folder.id for folder, _ in jobs})
    watched.update({folder.id: str(folder.root) for folder, _ in jobs})
    if jobs:
        with st.sidebar:
            st.fragment(guarded(_draw), run_every=SECONDS)()


def _draw() -> None:
    jobs = active()
    if set(st.session_state["watched_jobs"]) - {folder.id for folder, _ in jobs}:
        st.rerun()
    for folder, now in jobs:
        with st.container(border=True, key=f"job_{folder.id}"):
            st.markdown(f"**{now.title}**")
            st.progress(min(now.done / now.total, 1.0) if now.total else 0.0, text=progress_text(now))
            if st.button("Stop", key=f"stop_{folder.id}", icon=":material/stop:"):
                request_stop(folder)
                st.toast(f"Stopping: {now.title}")


def progress_text(now: JobStatus) -> str:
    """'epoch 3 of 50 · 160 tiles/s · 3 min left'; of other work than trainings the steps a second."""
    parts = [now.what or now.state.value]
    if rate := rate_in_words(now.rate, now.facts.get("tiles_per_second")):
        parts.append(rate)
    if now.eta_seconds is not None:
        parts.append(f"{duration(now.eta_seconds)} left")
    return " · ".join(parts)


def _announce(watched: dict[str, str], going_on: set[str]) -> None:
    from pathlib import Path

    for job_id in set(watched) - going_on:
        ended = status(JobFolder(Path(watched.pop(job_id))))
        if ended.state is State.FINISHED:
            st.toast(f"Done: {ended.title}", icon=":material/check_circle:")
        elif ended.state is State.STOPPED:
            st.toast(f"Stopped: {ended.title}", icon=":material/stop_circle:")
        else:
            st.toast(f"{ended.state.value.capitalize()}: {ended.title}. {ended.error or ''}", icon=":material/error:")
