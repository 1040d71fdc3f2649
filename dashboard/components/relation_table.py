"""The tiles behind a plot of two of their numbers, as a table with a download."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.explore import numbers, statistics
from core.explore.quantities import SALT, Quantity
from dashboard.components import download
from dashboard.components.top_bar import Context

MOST = 500  # rows shown; the download has all
HEIGHT = 280  # pixels


def show(context: Context, frame: pd.DataFrame, x: Quantity, y: Quantity) -> None:
    """The first rows of `frame`, part of a data set's index, and a button for all of them.

    Where one of the two is the salt proportion these are the labelled tiles with their run-length code.
    """
    if SALT in (x, y):
        frame = frame[frame["has_mask"].astype(bool)]
    shown = _table(context, frame[:MOST], x, y)
    st.dataframe(shown, hide_index=True, height=HEIGHT, column_config=_columns(x, y))
    with st.container(horizontal=True, vertical_alignment="center"):
        name = f"{context.tiles.name}-{x.column}-{y.column}.csv"
        download.table(numbers.tiles(len(frame)), name, lambda: _table(context, frame, x, y))
        if len(frame) > MOST:
            st.caption(f"The table shows the first {MOST}.", width="content")


def _table(context: Context, frame: pd.DataFrame, x: Quantity, y: Quantity) -> pd.DataFrame:
    others = [quantity.column for quantity in (x, y) if quantity.column not in ("z", "salt_proportion")]
    if SALT in (x, y):
        found = statistics.joined(context.tiles, frame.index.to_numpy())
        return found.join(frame.set_index("id")[others], on="id")
    return frame[list(dict.fromkeys(["id", "split", x.column, y.column]))]


def _columns(x: Quantity, y: Quantity) -> dict[str, object]:
    return {
        "id": st.column_config.TextColumn("Tile"),
        "rle_mask": st.column_config.TextColumn("Run-length code", width="medium"),
        "z": st.column_config.NumberColumn("Depth (ft)", format="%d"),
        "split": st.column_config.TextColumn("Split"),
    } | {
        quantity.column: st.column_config.NumberColumn(quantity.name, format="percent" if quantity.is_share else "%.3g")
        for quantity in (x, y)
        if quantity.column != "z"
    }
