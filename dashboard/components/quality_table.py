"""All findings that are shown, as a table with download."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard import state
from dashboard.components import download

COLUMNS = ["id", "reason", "severity", "details", "value", "other"]
ROWS = 300  # that the table shows; the file has all


def show(name: str, found: pd.DataFrame) -> None:
    """Draw the table; a row that is picked becomes the selected tile."""
    shown = found.head(ROWS)
    st.dataframe(
        shown[COLUMNS],
        key="quality_table",
        hide_index=True,
        height=260,
        on_select=lambda: _pick(shown),
        selection_mode="single-row",
        column_config={
            "id": "tile",
            "reason": "rule",
            "severity": st.column_config.ProgressColumn("severity", min_value=0, max_value=1, format="%.2f"),
            "details": st.column_config.TextColumn("why", width="large"),
            "other": "other tile",
        },
    )
    download.table(f"{len(found):,} findings", f"{name}-quality.csv", lambda: found)


def _pick(shown: pd.DataFrame) -> None:
    rows = st.session_state["quality_table"]["selection"]["rows"]
    if rows:
        state.select(tile=shown["id"].iat[rows[0]])
