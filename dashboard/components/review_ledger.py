"""What reviews were worth, as a table: a run that learned reviewed labels beside the one that did not."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core import actions
from core.explore import numbers
from core.review.ledger import Entry, gain, ledger
from core.workspace import Workspace
from dashboard import cache
from dashboard.components import adoption_form
from dashboard.components.top_bar import Context
from dashboard.guard import guarded

NONE = "No run has learned reviewed labels yet. Train one with *labels: reviewed*, beside one with the same settings."
FORM = 560  # CSS pixels
HOW = "Scores over the tiles that both runs kept aside and nobody touched; the difference is tile by tile, ± its error."


@st.fragment
@guarded
def show(context: Context) -> None:
    """Below the desk: the ledger, and the way in for masks; neither costs anything before it is opened."""
    worth = st.expander("What reviews were worth", icon=":material/balance:", on_change="rerun", key="ledger")
    if worth.open:
        with worth:
            _ledger(context)
    elsewhere = st.expander("Masks from elsewhere", icon=":material/download:", on_change="rerun", key="elsewhere")
    if elsewhere.open:
        with elsewhere, st.container(width=FORM):
            adoption_form.show_masks(context.workspace, context.tiles.name)


def _ledger(context: Context) -> None:
    entries = ledger(context.workspace, context.tiles, cache.mask_store())
    if not entries:
        st.info(NONE, icon=":material/inbox:")
        return
    st.dataframe(pd.DataFrame(map(_row, entries)), hide_index=True, key="ledger_table")
    st.caption(HOW)
    _measure(context.workspace, context.tiles.name, entries)


def _row(entry: Entry) -> dict[str, object]:
    days = dict.fromkeys(f"{time:%Y-%m-%d}" for time in (entry.first, entry.last) if time)
    return {
        "run": entry.run,
        "masks": entry.revisions,
        "by": ", ".join(entry.reviewers),
        "made": " to ".join(days),
        "gained or lost": entry.words or gain(entry),
        "score": numbers.score(entry.score),
        "without": numbers.score(entry.base_score),
        "over": numbers.NOTHING if entry.tiles is None else numbers.tiles(entry.tiles),
        "run without": entry.base or numbers.NOTHING,
    }


def _measure(workspace: Workspace, dataset: str, entries: list[Entry]) -> None:
    missing = {run for entry in entries for run in entry.missing}
    if missing and st.button("Predict what is missing", icon=":material/play_arrow:", type="primary"):
        actions.start_ledger(workspace, dataset)
        st.rerun()
