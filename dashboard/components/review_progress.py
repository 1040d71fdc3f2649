"""How far the queue is, how fast it goes and until when; who decided how much stands behind a button."""

from __future__ import annotations

from datetime import UTC, datetime

import pandas as pd
import streamlit as st

from core.explore import numbers
from core.review.pace import present_pace, seconds_left, tiles_per_minute
from dashboard import cache, state
from dashboard.components import reviewer_name
from dashboard.components.review_queue import Queue
from dashboard.plain import plain


def show(queue: Queue, decided: int, total: int, hidden: int) -> None:
    """Words and a bar. decided, total: of the tiles that the filters leave · hidden: how many they hide."""
    pace = present_pace(cache.review_store().acts(queue.name, queue.tiles.name), datetime.now(UTC))
    words = [f"{decided:,} of {total:,} decided"]
    if pace:
        words.append(_pace(pace))
    if pace and decided < total:
        words.append(numbers.time_left(seconds_left(total - decided, pace)))
    if hidden:
        words.append(f"{hidden:,} more hidden by the filters")
    with st.container(gap=None, width="stretch", key="review_progress"):
        st.caption(" · ".join(words))
        if total:
            st.progress(decided / total)


def show_reviewers(queue: Queue) -> None:
    """The name that stands beside decisions, and what everybody has done in this queue."""
    reviewer_name.remember()
    popover = st.popover(plain(state.reviewer()), icon=":material/person:", key="reviewers", on_change="rerun")
    if not popover.open:
        return
    with popover:
        reviewer_name.enter()
        everybody = cache.review_store().reviewers(queue.name, queue.tiles.name)
        if len(everybody):
            _table(queue, everybody)


def _table(queue: Queue, everybody: pd.DataFrame) -> None:
    pace = tiles_per_minute(cache.review_store().acts(queue.name, queue.tiles.name))
    st.dataframe(
        everybody.assign(pace=everybody["reviewer"].map(pace)),
        hide_index=True,
        width=460,
        column_order=["reviewer", "decided", "pace", "last"],
        column_config={
            "pace": st.column_config.NumberColumn("tiles/min", format="%.1f", help="Of late, without breaks"),
            "last": st.column_config.DatetimeColumn("last act", format="distance"),
        },
    )


def _pace(pace: float) -> str:
    return f"{pace:.1f} tiles/min" if pace < 10 else f"{pace:.0f} tiles/min"
