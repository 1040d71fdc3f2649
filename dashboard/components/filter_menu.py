"""A filter on anything that is known of a tile: a column and its range, or a quality finding."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import streamlit as st

from core.explore import columns
from core.explore.distributions import bin_edges
from core.explore.filters import ANY, Range, TileFilter
from core.explore.tile_table import TileTable
from dashboard import state

STEPS = 100  # of a slider, about


def show(table: TileTable, chosen: TileFilter, split: bool) -> None:
    """A button that opens the menu; nothing is read or drawn while it is closed. split: offer the splits too."""
    menu = st.popover("Filter", icon=":material/add:", type="tertiary", key="filter_menu", on_change="rerun")
    if menu.open:
        with menu:
            if split:
                _split(table, chosen)
            _range(table, chosen)
            _finding(table, chosen)


def _split(table: TileTable, chosen: TileFilter) -> None:
    if table.index["split"].nunique() > 1:
        key = "menu_split"
        st.session_state[key] = chosen.split
        st.segmented_control("Split", ["train", "test"], key=key, on_change=lambda: _change(split=_value(key)))


def _range(table: TileTable, chosen: TileFilter) -> None:
    offered = table.columns()
    column = st.selectbox("Column", offered, key="menu_column", format_func=_label, persist_state="session")
    if column is None:
        return
    values = table.numbers(column)
    edges = bin_edges(values[np.isfinite(values)], STEPS)
    scale = 100 if columns.column(column).share else 1
    low, high, step = (float(end) * scale for end in (edges[0], edges[-1], edges[1] - edges[0]))
    key = f"menu_range_{column}"
    now = chosen.limits.get(column)
    st.session_state[key] = (low, high) if now is None else tuple(min(max(end * scale, low), high) for end in now)
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    st.slider(
        "Range",
        low,
        high,
        step=step,
        key=key,
        format=f"%.{decimals}f" + (" %%" if scale == 100 else ""),
        label_visibility="collapsed",
        on_change=lambda: _set_range(column, _value(key), (low, high), scale),
    )


def _finding(table: TileTable, chosen: TileFilter) -> None:
    rules = table.rules()
    if not rules:
        return
    key = "menu_finding"
    st.session_state[key] = chosen.finding
    st.selectbox(
        "Quality finding",
        ["", ANY, *rules],
        key=key,
        format_func=lambda rule: {"": "–", ANY: "any"}.get(rule) or f"{rule.replace('_', ' ')} ({rules[rule]:,})",
        on_change=lambda: _change(finding=_value(key)),
    )


def _label(column: str) -> str:
    return columns.column(column).label


def _value(key: str) -> Any:
    return st.session_state[key]


def _change(**changes: Any) -> None:
    state.select(filter=replace(state.selection().filter, **changes))


def _set_range(column: str, picked: Range, widest: Range, scale: int) -> None:
    low, high = picked
    limits = None if (low, high) == widest else (low / scale, high / scale)
    state.select(filter=state.selection().filter.with_range(column, limits))
