"""All sections, the largest first; a click puts one on the desk."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from dashboard import sections
from dashboard.components import section_desk
from dashboard.sections import Scene

PERCENT: dict[str, Any] = {"format": "%.0f %%", "min_value": 0, "max_value": 100}
HEIGHT, ROW = 324, 56  # CSS pixels: five rows and their head; a row


def show(scene: Scene) -> None:
    """The table, with its download."""
    table = sections.table(scene)
    size = table["rows"].astype(str) + " × " + table["columns"].astype(str)
    shares = {name: 100 * table[name] for name in ("labelled", "salt")}
    shown = table.assign(section=table.index + 1, size=size, picture=pd.Series(sections.pictures(scene)), **shares)
    key = f"sections_{len(table)}"
    st.dataframe(
        shown[["section", "picture", "tiles", "size", "labelled", "salt"]],
        key=key,
        hide_index=True,
        height=HEIGHT,
        row_height=ROW,
        selection_mode="single-row",
        on_select=lambda: _pick(key),
        column_config={
            "section": st.column_config.NumberColumn("Section", width="small"),
            "picture": st.column_config.ImageColumn("Picture", width="small"),
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
