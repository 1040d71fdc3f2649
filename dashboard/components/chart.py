"""Plotly figures on a page: in our own template, and what a person picked in them as a filter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import plotly.graph_objects as go
import streamlit as st

from core.errors import BadInput
from core.explore.filters import MOST_IDS, TileFilter

CONFIG = {"displaylogo": False, "modeBarButtonsToRemove": ["zoomIn2d", "zoomOut2d", "autoScale2d"]}
DIGITS = {"x": 1, "y": 4}  # of a box: feet, and a share of the tile; finer than a hand draws, short in a link


def dark() -> bool:
    """Whether the person looks at the dark theme."""
    return st.context.theme.type == "dark"


def show(figure: go.Figure, key: str, alt: str) -> None:
    """Draw a figure as it is. alt: what it shows, for those who can't see it."""
    st.plotly_chart(figure, theme=None, key=key, config=CONFIG, alt=alt)


def pick(figure: go.Figure, key: str, alt: str) -> Mapping[str, Any]:
    """Draw a figure whose points can be picked by box or lasso, or by click while the tool is pan; what is picked now.

    Streamlit takes no clicks while the tool is box or lasso, whatever the figure's clickmode says.
    """
    event = st.plotly_chart(figure, theme=None, key=key, config=CONFIG, alt=alt, on_select="rerun")
    return cast(Mapping[str, Any], event)["selection"]


def filter_of(selection: Mapping[str, Any], chosen: TileFilter) -> TileFilter | None:
    """The picked tiles of a plot of depth (x) against salt proportion (y) as a filter; None if none is picked.

    One box becomes a range of depth and one of salt, which a link holds whatever their number; all
    else becomes a list of ids. `chosen` is what the plot already shows. Raises `BadInput` for a
    list that is too long for a link.
    """
    ids = tuple(dict.fromkeys(id for point in selection["points"] if (id := _id_of(point))))
    if not ids:
        return None
    boxes = selection.get("box", [])
    if len(boxes) == 1 and not selection.get("lasso"):
        depth, salt = (sorted(round(float(end), digits) for end in boxes[0][axis]) for axis, digits in DIGITS.items())
        return chosen.within(salt=(salt[0], salt[1]), depth=(depth[0], depth[1]))
    if len(ids) > MOST_IDS:
        raise BadInput(f"{len(ids):,} tiles are too many for a lasso; expected at most {MOST_IDS}: draw a box instead")
    return TileFilter(ids=ids)


def _id_of(point: Mapping[str, Any]) -> str | None:
    """The tile id of a picked point; a point of the trend has none."""
    custom = point.get("customdata")
    return custom[0] if isinstance(custom, list) and custom else custom or None
