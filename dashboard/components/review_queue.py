"""Which queue is judged: what a run predicted, or the labels that findings speak against. It stands in the URL."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from core.dataset.tiles import TileStore
from core.review.tables import LABELS
from core.workspace import RunFolder, Workspace
from dashboard import cache, navigation
from dashboard.components.top_bar import Context

PARAMETER = "queue"  # of the URL
QUEUES = {"predictions": "Predictions", "labels": "Labels"}


@dataclass(frozen=True, eq=False)
class Queue:
    """run: whose predictions are seen, None: nobody's · predictions: those under review, None: labels are."""

    workspace: Workspace
    tiles: TileStore
    run: RunFolder | None
    predictions: pd.DataFrame | None

    @property
    def name(self) -> str:
        """The run of its items."""
        return LABELS if self.run is None or self.predictions is None else self.run.id

    @property
    def of_labels(self) -> bool:
        """Whether labels are judged, not predictions."""
        return self.predictions is None


def choose(context: Context) -> str:
    """Draw the choice: predictions where there is a run, unless labels are asked for."""
    chosen = st.query_params.get(PARAMETER)
    st.session_state["review_queue"] = chosen if chosen in QUEUES else "predictions" if context.run else "labels"
    return st.segmented_control(
        "Queue",
        list(QUEUES),
        required=True,
        key="review_queue",
        format_func=QUEUES.__getitem__,
        label_visibility="collapsed",
        on_change=_keep,
    )


def open_queue(context: Context, chosen: str) -> Queue:
    """The queue that was chosen; where that of predictions can't be, say how to get it, and end here."""
    workspace, tiles, run = context.workspace, context.tiles, context.run
    if chosen == "labels":
        return Queue(workspace, tiles, run, None)
    if run is None:
        _missing("There is no run yet: a run is one training.", "Train a model", "train")
    elif not run.predictions_of(tiles.name):
        _missing("This run has predicted nothing on these tiles yet.", "Predict", "predictions")
    return Queue(workspace, tiles, run, cache.predicted(context.chosen_run, tiles.name))


def _keep() -> None:
    st.query_params[PARAMETER] = st.session_state["review_queue"]
    st.session_state["review_item"] = None


def _missing(what: str, button: str, target: str) -> None:
    with st.container(border=True):
        st.subheader(what, anchor=False)
        st.write("Tiles with little salt or low confidence are put into a queue for you to judge.")
        if st.button(button, type="primary", icon=":material/arrow_forward:"):
            navigation.open_page(target)
    st.stop()
