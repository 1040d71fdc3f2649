"""What scores cost: the runs at hand, against the operations of their network or the time of their training."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.explore import colours
from dashboard import chosen_runs
from dashboard.components import chart
from dashboard.run_rows import Row

WORK, TIME = "operations", "time"
KEY = "run_chart"


def show(found: Sequence[Row], chosen: Sequence[Row], dataset: str) -> None:
    """One point a run that has a score on `dataset`; the chosen ones in their colours."""
    from core.explore.figures.runs import RunPoint, plot_score_against_time, plot_score_against_work

    against = st.segmented_control(
        "Score against",
        [WORK, TIME],
        default=WORK,
        required=True,
        key=f"{KEY}_against",
        format_func=lambda name: f"score / {name}",
        label_visibility="collapsed",
    )
    colour = chosen_runs.colour_of([row.folder.id for row in chosen])
    points = [
        RunPoint(
            chosen_runs.label(row.folder.id), row.score, row.error, cost, colour.get(row.folder.id, colours.NEUTRAL)
        )
        for row in found
        if (cost := row.profile.gflop if against == WORK else row.seconds)
        and row.score is not None
        and row.profile.dataset == dataset
    ]
    plot = plot_score_against_work if against == WORK else plot_score_against_time
    chart.show(plot(points, dataset, chart.dark()), KEY, f"Scores of {len(points)} runs against {against}")
