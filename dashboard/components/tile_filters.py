"""The controls that change the filter which all pages share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from core.explore.filters import Range
from dashboard import state

SALT = (0, 100)  # percent
WIDTH = 140  # pixels: all stand in one line at 1440


def show(index: pd.DataFrame, changed: Callable[[], None]) -> None:
    """Draw the controls side by side, only those that this data set can answer; `changed` is called after a change.

    They show the filter as it is, wherever it was changed, and write back only what was touched.
    """
    chosen = state.selection().filter
    if index["split"].nunique() > 1:
        _set("filter_split", chosen.split)
        st.segmented_control("Split", ["train", "test"], key="filter_split", on_change=_on(changed, "split", _as_it_is))
    if index["has_mask"].any():
        _set("filter_salt", _percents(chosen.salt))
        st.slider("Salt, %", *SALT, key="filter_salt", on_change=_on(changed, "salt", _as_salt), width=WIDTH)
    depths = index["z"].dropna()
    if len(depths) and depths.min() < depths.max():
        span = (int(depths.min()), -int(-depths.max() // 1))
        _set("filter_depth", _within(chosen.depth, span))
        st.slider("Depth, ft", *span, key="filter_depth", on_change=_on(changed, "depth", _as_depth(span)), width=WIDTH)
    _set("filter_text", chosen.text)
    st.text_input("Tile id contains", key="filter_text", on_change=_on(changed, "text", _as_it_is), width=120)


def _set(key: str, value: Any) -> None:
    st.session_state[key] = value


def _on(changed: Callable[[], None], field: str, read: Callable[[Any], Any]) -> Callable[[], None]:
    def write() -> None:
        value = read(st.session_state[f"filter_{field}"])
        state.select(filter=replace(state.selection().filter, **{field: value}))
        changed()

    return write


def _as_it_is(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def _as_salt(percents: tuple[int, int]) -> Range | None:
    return None if tuple(percents) == SALT else (percents[0] / 100, percents[1] / 100)


def _percents(salt: Range | None) -> tuple[int, int]:
    return SALT if salt is None else (round(100 * salt[0]), round(100 * salt[1]))


def _as_depth(span: tuple[int, int]) -> Callable[[tuple[int, int]], Range | None]:
    return lambda depth: None if tuple(depth) == span else (float(depth[0]), float(depth[1]))


def _within(depth: Range | None, span: tuple[int, int]) -> tuple[int, int]:
    if depth is None:
        return span
    low, high = (min(max(round(limit), span[0]), span[1]) for limit in depth)
    return low, high
