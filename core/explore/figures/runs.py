"""Runs beside each other: what a score costs, and how sure a difference is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from core.explore import colours, numbers
from core.explore.figures.template import blank

HEIGHT, ROW_HEIGHT = 226, 44  # pixels
WIDE = 4.0  # from this ratio of the largest to the smallest on, an axis is logarithmic
UNITS = ((86_400.0, "days"), (3_600.0, "hours"), (60.0, "minutes"), (1.0, "seconds"))


@dataclass(frozen=True)
class RunPoint:
    """score 0…1, with its standard error where that is known · cost: above 0, in the unit of the axis."""

    name: str
    score: float
    error: float | None
    cost: float
    colour: str = colours.NEUTRAL


@dataclass(frozen=True)
class RunDifference:
    """mean, low, high: of a paired difference of scores and its 95 % interval, over some tiles."""

    name: str
    mean: float
    low: float
    high: float
    words: str
    colour: str


def plot_score_against_work(points: Sequence[RunPoint], dataset: str, dark: bool = False) -> go.Figure:
    """Scores on one data set against the operations of one tile; cost: in GFLOP."""
    return _scores(points, "operations of a tile (GFLOP)", "%{x:.3g} GFLOP", dataset, dark)


def plot_score_against_time(points: Sequence[RunPoint], dataset: str, dark: bool = False) -> go.Figure:
    """Scores on one data set against the time of the training; cost: in seconds, shown in the unit that fits."""
    longest = max((point.cost for point in points), default=1.0)
    size, unit = next((known for known in UNITS if longest >= 2 * known[0]), UNITS[-1])
    scaled = [RunPoint(one.name, one.score, one.error, one.cost / size, one.colour) for one in points]
    return _scores(scaled, f"training ({unit})", f"%{{x:.3g}} {unit}", dataset, dark)


def plot_run_differences(rows: Sequence[RunDifference], base: str, dark: bool = False) -> go.Figure:
    """One line a run: its mean difference to `base` with its interval; zero is marked."""
    figure = blank(dark, 102 + ROW_HEIGHT * len(rows)).update_layout(margin_t=12)
    figure.add_vline(x=0, line={"color": colours.ink(dark).muted, "width": 1, "dash": "dot"})
    for row in rows:
        figure.add_scatter(
            x=[row.mean],
            y=[row.name],
            error_x={
                "type": "data",
                "array": [row.high - row.mean],
                "arrayminus": [row.mean - row.low],
                "thickness": 2,
            },
            mode="markers+text",
            marker={"color": row.colour, "size": 11},
            text=[f"{numbers.signed(row.mean)} {numbers.interval((row.low, row.high))}"],
            textposition="top center",
            hovertemplate=f"{row.name}<br>{row.words}<extra></extra>",
            showlegend=False,
        )
    figure.update_xaxes(title_text=f"score difference to {base}<br>95 % interval")
    return figure.update_yaxes(type="category", range=[len(rows) - 0.5, -0.8])


def _scores(points: Sequence[RunPoint], title: str, cost: str, dataset: str, dark: bool) -> go.Figure:
    if not points:
        return blank(dark, HEIGHT, f"No run with a score on {dataset} yet")
    figure = blank(dark, HEIGHT).update_layout(margin_t=12)
    for point in points:
        figure.add_scatter(
            x=[point.cost],
            y=[point.score],
            error_y={"type": "data", "array": [point.error or 0], "visible": point.error is not None},
            mode="markers",
            name=point.name,
            marker={"color": point.colour, "size": 11},
            customdata=[point.name],
            hovertemplate=f"{point.name}<br>{numbers.score(point.score, point.error)}, {cost}<extra></extra>",
            showlegend=False,  # the colours stand beside the names in the table
        )
    costs = [point.cost for point in points]
    wide = max(costs) > WIDE * min(costs)
    axis = _decades(min(costs), max(costs)) if wide else {"type": "linear", "rangemode": "tozero"}
    figure.update_xaxes(title_text=title, **axis)
    return figure.update_yaxes(title_text=f"score on {dataset}")


def _decades(low: float, high: float) -> dict[str, object]:
    """A logarithmic axis whose ticks are written out: plotly shortens .5 to a small 5."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    ticks = [factor * 10.0**power for power in powers for factor in (1, 2, 5)]
    return {"type": "log", "tickvals": ticks, "ticktext": [f"{tick:g}" for tick in ticks]}
