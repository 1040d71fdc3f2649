"""Which queue is judged: what a run predicted, or the labels that findings speak against; in which order, and whether
one by one at the desk or many in the list. All of it stands in the URL.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from core.dataset.tiles import TileStore
from core.review.choices import QueueOrder
from core.review.tables import LABELS
from core.workspace import RunFolder, Workspace
from dashboard import cache, navigation
from dashboard.components.desk_state import desk_state
from dashboard.components.top_bar import Context

PARAMETER = "queue"  # of the URL
QUEUES = {"predictions": "Predictions", "labels": "Labels"}
VIEW, ORDER = "view", "first"  # parameters too
VIEWS = {"desk": "Desk", "list": "List"}
ORDERS = {QueueOrder.CONFIDENCE: "least confident first", QueueOrder.LOSS: "most loss first"}


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


def choose_view() -> str:
    """Draw the choice between the desk and the list."""
    return _choose("View", VIEW, VIEWS, "desk")


def choose_order() -> None:
    """Draw the choice of who comes first; it holds at the desk too."""
    _choose("Order", ORDER, {order.value: words for order, words in ORDERS.items()}, QueueOrder.CONFIDENCE.value)


def order() -> QueueOrder:
    """Who comes first."""
    chosen = st.query_params.get(ORDER)
    return QueueOrder(chosen) if chosen in list(QueueOrder) else QueueOrder.CONFIDENCE


def put_on_desk(item_id: int | None) -> None:
    """The item to judge next, None: the first that is open; where the list is shown, go to the desk."""
    desk_state().item = item_id
    st.query_params.pop(VIEW, None)


def _choose(label: str, parameter: str, words: dict[str, str], default: str) -> str:
    chosen, key = st.query_params.get(parameter), f"review_{parameter}"
    st.session_state[key] = chosen if chosen in words else default

    def keep() -> None:
        st.query_params[parameter] = st.session_state[key]

    return st.segmented_control(
        label,
        list(words),
        required=True,
        key=key,
        format_func=words.__getitem__,
        label_visibility="collapsed",
        on_change=keep,
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
    desk_state().item = None


def _missing(what: str, button: str, target: str) -> None:
    with st.container(border=True):
        st.subheader(what, anchor=False)
        st.write("Tiles with little salt or low confidence are put into a queue for you to judge.")
        if st.button(button, type="primary", icon=":material/arrow_forward:"):
            navigation.open_page(target)
    st.stop()
