"""One training: its state, stop and resume, curves, and validation pictures as they improve."""

from __future__ import annotations

import streamlit as st

from core import jobs
from core.dataset.pictures import read as read_picture
from core.errors import SaltScopeError
from core.explore import numbers
from core.jobs import JobStatus, State
from core.segment import first_weights, grouping
from core.workspace import RunFolder, Workspace
from dashboard import cache, navigation
from dashboard.components import fold_scores, job_panel, training_charts
from dashboard.components.live_chart import live_chart
from dashboard.guard import guarded, tell
from dashboard.plain import plain

COLOURS = {
    State.QUEUED: "gray",
    State.RUNNING: "blue",
    State.FINISHED: "green",
    State.FAILED: "red",
    State.STOPPED: "orange",
    State.LOST: "red",
    State.IMPORTED: "violet",
}


def show(workspace: Workspace, run: RunFolder) -> None:
    """Draw the run; while it works, the panel alone is drawn again every second."""
    active = jobs.status(run).state.active
    st.fragment(guarded(_draw), run_every=1.0 if active else None)(workspace, run, active)


def _draw(workspace: Workspace, run: RunFolder, was_active: bool) -> None:
    now = jobs.status(run)
    if was_active and not now.state.active:
        st.rerun()
    _header(workspace, run, now)
    if now.state is State.IMPORTED:
        st.info("It was made elsewhere: there is no training here, so no curves and nothing to resume.")
        return
    if now.error:
        st.error(plain(str(now.error)))
    if split := grouping.in_words(run):
        st.caption(split)
    if words := first_weights.warning(run):
        st.caption(f":material/warning: First weights: {words}.")
    fold_scores.show(now.result)
    shown = fold_scores.choose(run)
    curves = cache.curves(shown.metrics).read()
    if not curves:
        st.info("The curves begin with the first batches." if now.state.active else "No batch was trained.")
        return
    steps_per_epoch = training_charts.steps_per_epoch(curves, now.facts.get("steps_per_epoch"))
    live_chart(training_charts.panels(curves, steps_per_epoch), key="curves", revision=f"{run.id}/{shown.id}")
    _pictures(shown)


def _header(workspace: Workspace, run: RunFolder, now: JobStatus) -> None:
    facts = now.facts | (now.result or {})
    best = facts.get("best") or {}
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="run_header"):
        words = [f":{COLOURS[now.state]}-badge[{now.state.value}] **{now.title}**"]
        if facts.get("epoch"):
            words.append(f"epoch {facts['epoch']}" + (f" of {facts['epochs']}" if facts["epochs"] else ""))
        if best and "by_fold" not in facts:
            words.append(f"best score {numbers.score(best['map'])} in epoch {best['epoch']}")
        if now.state.active and now.eta_seconds is not None:
            words.append(numbers.time_left(now.eta_seconds))
        elif now.seconds:
            words.append(numbers.duration(now.seconds))
        words += [str(facts["precision"])] if facts.get("precision") else []
        st.markdown(" · ".join(words), width="stretch")
        _actions(workspace, run, now)
    if now.state.active:
        st.progress(min(now.done / now.total, 1.0) if now.total else 0.0, text=job_panel.progress_text(now))


def _actions(workspace: Workspace, run: RunFolder, now: JobStatus) -> None:
    if now.state.active and st.button("Stop", icon=":material/stop:", key="run_stop"):
        jobs.request_stop(run)
        st.toast("Stopping within a batch; it can be resumed")
    if now.state in (State.STOPPED, State.LOST, State.FAILED) and st.button("Resume", icon=":material/play_arrow:"):
        jobs.resume(workspace, run)
        st.rerun()
    further = {State.FINISHED: "Predict", State.IMPORTED: "Predictions"}.get(now.state)
    if further and st.button(further, icon=":material/arrow_forward:"):
        navigation.open_page("predictions", run=run.id)


def _pictures(run: RunFolder) -> None:
    pictures = sorted(run.samples.glob("epoch-*.png"))
    if not pictures:
        return
    st.subheader("Validation tiles: image, label, probability", anchor=False)
    chosen = pictures[-1]
    if len(pictures) > 1:
        names = {path: f"epoch {int(path.stem.split('-')[1])}" for path in pictures}
        chosen = st.select_slider(
            "After", pictures, value=chosen, format_func=names.get, key=f"pictures_{len(pictures)}"
        )
    try:
        st.image(read_picture(chosen), width="stretch")
    except SaltScopeError as error:
        tell(error)
