"""The queue as a table beside the tile: what waits, in order, and what was decided."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.review import labels
from dashboard.components.review_queue import Queue

ROWS = 200  # that the table shows; the rest follows as these are decided
WORDS = {
    False: ("Predicted salt proportion", "How well the predicted mask is expected to score"),
    True: ("Labelled salt proportion", "1 − the severity of the worst finding"),
}
COLUMNS = ["tile", "reasons", "salt_proportion", "confidence", "verdict", "reviewer"]


def show(queue: Queue, items: pd.DataFrame) -> None:
    """Draw the first of `items`; one that is picked comes on the desk."""
    shown = items.head(ROWS)
    salt, confidence = WORDS[queue.of_labels]
    key = f"queue_{st.session_state.setdefault('review_table', 0)}"
    st.dataframe(
        shown[COLUMNS].assign(
            reasons=[labels.in_words(reasons) for reasons in shown["reasons"]],
            verdict=[labels.in_words(verdict or "") for verdict in shown["verdict"]],
        ),
        key=key,
        hide_index=True,
        height=330,
        on_select=lambda: _pick(shown, key),
        selection_mode="single-row",
        column_config={
            "tile": st.column_config.TextColumn(width=90),
            "reasons": st.column_config.TextColumn("why", width=125),
            "salt_proportion": st.column_config.NumberColumn("salt", format="percent", width=60, help=salt),
            "confidence": st.column_config.NumberColumn("conf.", format="%.2f", width=55, help=confidence),
            "verdict": st.column_config.TextColumn(width=80),
        },
    )


def _pick(shown: pd.DataFrame, key: str) -> None:
    rows = st.session_state[key]["selection"]["rows"]
    if rows:
        st.session_state["review_item"] = int(shown["id"].iloc[rows[0]])
