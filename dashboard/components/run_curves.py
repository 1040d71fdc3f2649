"""The curves of several trainings over each other, by epoch or by time."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.jobs import State
from core.segment.curves import Curves, values
from core.segment.curves import Row as Line
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
    curves = {row.folder.id: cache.curves(row.folder.metrics).read() for row in chosen}
    if without := [chosen_runs.label(run) for run, found in curves.items() if not found]:
        st.caption(f"No curve: {', '.join(without)} was not trained here, or has not begun.")
    if any(curves.values()):
        live_chart(_panels(curves, by), key="run_curves", revision=f"{by} {' '.join(names)}", x_title=by)


def _panels(curves: dict[str, Curves], by: str) -> list[Panel]:
    colour = chosen_runs.colour_of(list(curves))
    panels = []
    for title, key in PANELS:
        lines = [_line(run, one, one.epochs, key, by, colour[run]) for run, one in curves.items()]
        panels.append(Panel(title, lines))
    rates = [_line(run, one, one.steps, LEARNING_RATE, by, colour[run]) for run, one in curves.items()]
    return [*panels, Panel("Learning rate", rates)]


def _line(run: str, curves: Curves, rows: list[Line], key: str, by: str, colour: str) -> Series:
    epochs: list[float] = [row["epoch"] for row in rows] if rows is curves.epochs else _fractions(curves)
    across = epochs if by == EPOCH else [seconds / 60 for seconds in curves.seconds_at(epochs)]
    return Series(chosen_runs.label(run), across, values(rows, key), colour)


def _fractions(curves: Curves) -> list[float]:
    return (curves.of_steps("step") / curves.steps_per_epoch).tolist()
