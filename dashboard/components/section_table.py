"""All sections, the largest first; a click puts one on the desk."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboard import sections
from dashboard.components import section_desk
from dashboard.sections import Scene

PERCENT: dict[str, Any] = {"format": "%.0f %%", "min_value": 0, "max_value": 100}
HEIGHT = 232  # CSS pixels: six rows


def show(scene: Scene) -> None:
    """The table, with its download."""
    table = sections.table(scene)
    size = table["rows"].astype(str) + " × " + table["columns"].astype(str)
    shown = table.assign(section=table.index + 1, size=size, labelled=100 * table["labelled"], salt=100 * table["salt"])
    key = f"sections_{len(table)}"
    st.dataframe(
        shown[["section", "tiles", "size", "labelled", "salt"]],
        key=key,
        hide_index=True,
        height=HEIGHT,
        selection_mode="single-row",
        on_select=lambda: _pick(key),
        column_config={
            "section": st.column_config.NumberColumn("Section", width="small"),
            "tiles": st.column_config.NumberColumn("Tiles", width="small"),
            "size": st.column_config.TextColumn("Rows × columns", width="small"),
            "labelled": st.column_config.ProgressColumn("Labelled", **PERCENT),
            "salt": st.column_config.ProgressColumn("Mean salt of labelled tiles", **PERCENT),
        },
    )


def _pick(key: str) -> None:
    rows = st.session_state[key]["selection"]["rows"]
    if rows:
        section_desk.go_to(int(rows[0]))
