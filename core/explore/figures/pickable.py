"""How a figure says what a box, a lasso or a click in it means, so that tiles can be picked in any chart.

A figure that is passed through `pickable` names the column of the index (see `core.explore.columns`) that stands
on each axis that has one: `pickable(figure, x="z", y="salt_proportion")`; a histogram has one only: `pickable(figure,
x="mean")`; in subplots the axes are called as plotly does: `pickable(figure, x2="std")`. A box on them is then a range
of those columns, on curves as well as on points.

What a point or a bar stands for lies in its customdata:

    text                one tile, by its id
    [low, high]         a bar: the tiles in this range of the column on its axis, both ends included
    {"split": "test"}   any condition, as the query parameters of a `TileFilter`

`dashboard.components.chart.pick` draws such a figure and offers what was picked as a filter.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

META = "columns"  # in layout.meta: {axis: column}


def pickable(figure: go.Figure, **columns: str) -> go.Figure:
    """`figure`, with dragging set to select and the columns on its axes (x="z", y2="mean") written into it."""
    across = all(axis.startswith("x") for axis in columns)
    upwards = all(axis.startswith("y") for axis in columns)
    direction = "h" if across else "v" if upwards else "any"
    return figure.update_layout(
        meta={**(figure.layout.meta or {}), META: columns}, dragmode="select", selectdirection=direction
    )


def bar_ranges(low: Sequence[float], high: Sequence[float]) -> list[list[float]]:
    """customdata for the bars of a histogram with limits `low`, `high`, counted as numpy does.

    A value on the limit between two bars belongs to the upper one, so all but the last range end just below it.
    """
    ends = [*np.nextafter(np.asarray(high, float)[:-1], -np.inf).tolist(), float(high[-1])] if len(high) else []
    return [[float(first), end] for first, end in zip(low, ends, strict=True)]
