"""The curves of several trainings over each other, by epoch or by time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from core.jobs import State
from core.segment.curves import Curves, values
from core.segment.curves import Row as Line
from core.workspace import RunFolder
from dashboard import cache, chosen_runs
from dashboard.components.live_chart import Panel, Series, live_chart
from dashboard.guard import guarded
from dashboard.run_rows import Row

ACTIVE, SECONDS = (State.QUEUED, State.RUNNING), 2.0
EPOCH, TIME = "epoch", "minutes"
PANELS = (("Score", "map"), ("Validation loss", "validation_loss"), ("Training loss", "loss"))
LEARNING_RATE = "learning_rate"


def choose_axis() -> str:
    """Let the person choose what is drawn across."""
    by = st.segmented_control(
        "Across",
        [EPOCH, TIME],
        default=EPOCH,
        required=True,
        key="across",
        bind="query-params",
        label_visibility="collapsed",
    )
    return by or EPOCH


def show(chosen: Sequence[Row], by: str) -> None:
    """One panel a quantity, one line a run in its colour; they grow while one of the runs is at work."""
    active = any(row.facts.get("state") in ACTIVE for row in chosen)
    st.fragment(guarded(_draw), run_every=SECONDS if active else None)(chosen, by)


def _draw(chosen: Sequence[Row], by: str) -> None:
    names = [row.folder.id for row in chosen]
    folds = {row.folder.id: _folds(row.folder) for row in chosen}
    curves = {run: Curves.mean(found) if len(found) > 1 else found[0] for run, found in folds.items()}
    if without := [chosen_runs.label(run) for run, found in curves.items() if not found]:
        st.caption(f"No curve: {', '.join(without)} was not trained here, or has not begun.")
    if any(curves.values()):
        live_chart(_panels(curves, folds, by), key="run_curves", revision=f"{by} {' '.join(names)}", x_title=by)


def _folds(run: RunFolder) -> list[Curves]:
    """The curves of each fold of a cross-validation; of another run its own alone."""
    return [cache.curves(one.metrics).read() for one in run.all_folds() or [run]]


def _panels(curves: dict[str, Curves], folds: dict[str, list[Curves]], by: str) -> list[Panel]:
    """The mean of a cross-validation stands over its folds, which are faint."""
    colour = chosen_runs.colour_of(list(curves))
    panels = []
    for title, key in PANELS:
        lines = [_line(run, one, one.epochs, key, by, colour[run]) for run, one in curves.items()]
        faint = [
            replace(_line(run, one, one.epochs, key, by, colour[run]), faint=True)
            for run, found in folds.items()
            if len(found) > 1
            for one in found
        ]
        panels.append(Panel(title, faint + lines))
    rates = [_line(run, one, one.steps, LEARNING_RATE, by, colour[run]) for run, one in curves.items()]
    return [*panels, Panel("Learning rate", rates)]


def _line(run: str, curves: Curves, rows: list[Line], key: str, by: str, colour: str) -> Series:
    epochs: list[float] = [row["epoch"] for row in rows] if rows is curves.epochs else _fractions(curves)
    across = epochs if by == EPOCH else [seconds / 60 for seconds in curves.seconds_at(epochs)]
    return Series(chosen_runs.label(run), across, values(rows, key), colour)


def _fractions(curves: Curves) -> list[float]:
    return (curves.of_steps("step") / curves.steps_per_epoch).tolist()
