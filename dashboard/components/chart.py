"""Plotly figures on a page, in our own template, and what a person picked in them as a filter.

Any chart can be picked in: pass its figure through `core.explore.figures.pickable`, which tells what its axes and bars
stand for, and draw it with `pick` instead of `show`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, cast

import plotly.graph_objects as go
import streamlit as st

from core.errors import BadInput
from core.explore import numbers
from core.explore.figures.pickable import META
from core.explore.filters import MOST_IDS, Range, TileFilter
from dashboard import navigation, state
from dashboard.components.top_bar import Context

CONFIG = {"displaylogo": False, "modeBarButtonsToRemove": ["zoomIn2d", "zoomOut2d", "autoScale2d"]}
DIGITS = 4  # of a drawn range, relative to its width: finer than a hand draws, short in a link


def dark() -> bool:
    """Whether the person looks at the dark theme."""
    return st.context.theme.type == "dark"


def show(figure: go.Figure, key: str, alt: str) -> None:
    """Draw a figure as it is. alt: what it shows, for those who can't see it."""
    st.plotly_chart(figure, theme=None, key=key, config=CONFIG, alt=alt)


def pick(figure: go.Figure, key: str, alt: str, context: Context) -> None:
    """Draw a `pickable` figure; below it stands what was picked, to keep only that on all pages or to see its tiles.

    Box and lasso pick; a click does while the tool is pan (Streamlit takes none while it is box or lasso).
    A figure of columns that no filter knows is only shown.
    """
    if not set(_columns(figure).values()) <= set(context.table.columns()):
        show(figure.update_layout(dragmode="zoom"), key, alt)
        return
    drawn = st.plotly_chart(figure, theme=None, key=key, config=CONFIG, alt=alt, on_select="rerun")
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"{key}_picked"):
        try:
            picked = filter_of(cast(Mapping[str, Any], drawn)["selection"], figure, context.filter)
            _offer(picked, key, context)
        except BadInput as error:
            st.caption(f":red[{error}]", width="stretch")


def _offer(picked: TileFilter | None, key: str, context: Context) -> None:
    found = context.count(picked) if picked else 0
    if picked is None or not found:
        st.caption("Drag over the chart to pick its tiles." if picked is None else "No tile lies there.")
        return
    keep = {"filter": picked}
    st.button(
        f"Keep {numbers.tiles(found)}", key=f"{key}_keep", icon=":material/filter_alt:", on_click=_keep, kwargs=keep
    )
    if st.button("Open in Explore", key=f"{key}_open", icon=":material/grid_view:", type="primary"):
        navigation.open_page("explore", filter=picked)


def _keep(filter: TileFilter) -> None:
    state.select(filter=filter)


def filter_of(selection: Mapping[str, Any], figure: go.Figure, chosen: TileFilter) -> TileFilter | None:
    """What is picked in a `pickable` figure, as a filter within `chosen`, which the figure shows; None: nothing is.

    One box becomes ranges, which a link holds whatever their number of tiles; points become a list of ids.
    Raises `BadInput` for a list that is too long for a link, and for bars that do not go together.
    """
    columns = _columns(figure)
    points = selection["points"]
    conditions = [point["customdata"] for point in points if isinstance(point.get("customdata"), Mapping)]
    if conditions:
        return _with_conditions(conditions, chosen)
    ranges = _of_bars(points, figure, columns) or _of_box(selection, figure, columns)
    if ranges:
        return chosen.within(**ranges)
    ids = tuple(dict.fromkeys(id for point in points if (id := _id_of(point))))
    if len(ids) > MOST_IDS:
        raise BadInput(f"{len(ids):,} tiles are too many for a lasso; expected at most {MOST_IDS}: draw a box instead")
    return TileFilter(ids=ids) if ids else None


def _columns(figure: go.Figure) -> Mapping[str, str]:
    return cast(Mapping[str, str], (figure.layout.meta or {}).get(META, {}))


def _with_conditions(conditions: list[Mapping[str, str]], chosen: TileFilter) -> TileFilter:
    if any(dict(one) != dict(conditions[0]) for one in conditions):
        raise BadInput("these parts of the chart are no one filter; pick one of them")
    return TileFilter.from_query(chosen.to_query() | dict(conditions[0]))


def _of_bars(points: list[dict[str, Any]], figure: go.Figure, columns: Mapping[str, str]) -> dict[str, Range]:
    """From the lowest to the highest limit of the picked bars, by column."""
    found: dict[str, Range] = {}
    for point in points:
        custom = point.get("customdata")
        if not isinstance(custom, list) or len(custom) != 2 or not all(isinstance(end, int | float) for end in custom):
            continue
        trace = figure.data[point["curve_number"]]
        column = columns.get(trace.xaxis or "x") or columns.get(trace.yaxis or "y")
        if column:
            low, high = found.get(column, custom)
            found[column] = (min(low, custom[0]), max(high, custom[1]))
    return found


def _of_box(selection: Mapping[str, Any], figure: go.Figure, columns: Mapping[str, str]) -> dict[str, Range]:
    """The sides of the one box, by column; an axis of names has no range."""
    boxes = selection.get("box", [])
    if len(boxes) != 1 or selection.get("lasso"):
        return {}
    [box] = boxes
    refs = {side: box[f"{side}ref"] for side in ("x", "y")}
    numeric = {
        side: columns[ref]
        for side, ref in refs.items()
        if ref in columns and not _has_names(figure, f"{side}axis{ref[1:]}")
    }
    return {column: _rounded(*sorted(map(float, box[side]))) for side, column in numeric.items()}


def _has_names(figure: go.Figure, axis: str) -> bool:
    return axis in figure.layout and figure.layout[axis].type == "category"


def _rounded(low: float, high: float) -> Range:
    digits = DIGITS - 1 - math.floor(math.log10(high - low)) if high > low else DIGITS
    return round(low, digits), round(high, digits)


def _id_of(point: Mapping[str, Any]) -> str | None:
    """The tile id of a picked point; a point of a trend has none."""
    custom = point.get("customdata")
    text = custom[0] if isinstance(custom, list) and custom else custom
    return text if isinstance(text, str) and text else None
