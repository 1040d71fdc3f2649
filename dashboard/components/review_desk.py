"""Where a person judges one tile after the other: the tile, the verdict keys, the reasons, the queue beside it.

Session keys: review_item, the item on the desk (None: the first open one); review_table, a number that
gives the queue's table a fresh selection after every act.
"""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.errors import SaltScopeError
from core.explore import numbers
from core.review.policy import is_confident_empty
from core.review.tables import Verdict
from dashboard import cache, navigation, state
from dashboard.components import review_item, review_queue, review_rules, review_table
from dashboard.components.review_queue import Queue
from dashboard.components.top_bar import Context

VERDICTS = (
    (Verdict.ACCEPT, "Accept", "1", ":material/check:"),
    (Verdict.NEEDS_WORK, "Needs work", "2", ":material/edit:"),
    (Verdict.UNSURE, "Unsure", "3", ":material/question_mark:"),
)


@st.fragment
def show(context: Context) -> None:
    """The choice of queue, what fills it, and the desk."""
    bar = st.container(horizontal=True, vertical_alignment="center", gap="small", key="review_bar")
    with bar:
        chosen = review_queue.choose(context)
    queue = review_queue.open_queue(context, chosen)
    everything = cache.review_store().queue(queue.name, queue.tiles.name)
    items = everything[everything["tile"].isin(context.tiles.index["id"].iloc[context.rows])].reset_index(drop=True)
    hidden = len(everything) - len(items)
    waiting = items[items["verdict"].isna()]
    with bar:
        decided = len(items) - len(waiting)
        st.caption(f"{decided:,} of {len(items):,} decided · {len(waiting):,} open{_hidden(hidden)}", width="stretch")
        if len(items):
            _fill(queue, waiting)
        review_rules.show_reviewer()
    if hidden and items.empty:
        st.info("The filters above hide the whole queue.", icon=":material/filter_alt_off:")
    elif items.empty:
        _empty(queue)
    else:
        _desk(queue, items, waiting)


def _hidden(hidden: int) -> str:
    return f" · {hidden:,} more hidden by the filters" if hidden else ""


def _fill(queue: Queue, waiting: pd.DataFrame) -> None:
    """What changes the queue as a whole."""
    if queue.predictions is None:
        review_rules.show_withdrawal(queue.tiles.name, len(waiting))
        return
    _accept_empties(waiting)
    with st.popover("Flag tiles", icon=":material/flag:"):
        review_rules.show(queue)


def _empty(queue: Queue) -> None:
    if queue.predictions is not None:
        st.info("The queue is empty. Choose a threshold and flag tiles.", icon=":material/inbox:")
        with st.container(border=True, width=420):
            review_rules.show(queue)
        return
    st.info("No label is under review. Send findings here from Quality.", icon=":material/inbox:")
    if st.button("Quality", type="primary", icon=":material/arrow_forward:"):
        navigation.open_page("quality")


def _desk(queue: Queue, items: pd.DataFrame, waiting: pd.DataFrame) -> None:
    item = _on_desk(items, waiting)
    if item is None:
        st.success("Every flagged tile is decided.", icon=":material/done_all:")
        review_table.show(queue, items)
        return
    _buttons(item, waiting, queue)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        review_item.show_tile(queue, item)
    with right:
        review_item.show_reasons(queue, item)
        review_item.show_neighbours(queue, item)
        review_table.show(queue, items)


def _on_desk(items: pd.DataFrame, waiting: pd.DataFrame) -> pd.Series | None:
    wanted = items[items["id"] == st.session_state.get("review_item")]
    chosen = wanted if len(wanted) else waiting
    return chosen.iloc[0] if len(chosen) else None


def _buttons(item: pd.Series, waiting: pd.DataFrame, queue: Queue) -> None:
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="verdicts"):
        for verdict, label, key, icon in VERDICTS:
            chosen = item["verdict"] == verdict
            st.button(
                label,
                key=f"verdict_{verdict}",
                shortcut=key,
                icon=icon,
                type="primary" if chosen else "secondary",
                on_click=_decide,
                args=([int(item["id"])], verdict, waiting),
            )
        st.button("Next", shortcut="n", icon=":material/skip_next:", on_click=_go_on, args=(item["id"], waiting))
        st.button("Undo", shortcut="z", icon=":material/undo:", on_click=_undo, args=(queue.name, queue.tiles.name))
        if failure := st.session_state.pop("review_failure", None):
            st.error(failure)


def _accept_empties(waiting: pd.DataFrame) -> None:
    empties = waiting[is_confident_empty(waiting["salt_proportion"], waiting["confidence"])]
    if empties.empty:
        return
    with st.popover(f"Accept {len(empties):,} confident empties"):
        st.write(f"Accept {numbers.tiles(len(empties))} that the model is sure hold no salt? One undo takes it back.")
        ids = [int(one) for one in empties["id"]]
        st.button("Accept them all", type="primary", on_click=_decide, args=(ids, Verdict.ACCEPT, waiting))


def _decide(items: list[int], verdict: Verdict, waiting: pd.DataFrame) -> None:
    try:
        cache.review_store().decide(items, verdict, state.reviewer())
    except SaltScopeError as error:
        st.session_state["review_failure"] = str(error)
        return
    _go_on(items[-1], waiting[~waiting["id"].isin(items[:-1])])
    if len(items) == 1:
        st.toast(f"Stored: {verdict.replace('_', ' ')}", icon=":material/check:")


def _go_on(item_id: int, waiting: pd.DataFrame) -> None:
    """Put the open item after this one on the desk; after the last one, the first."""
    ids = waiting["id"].tolist()
    place = ids.index(item_id) + 1 if item_id in ids else 0
    following = [one for one in ids[place:] + ids[:place] if one != item_id]
    st.session_state["review_item"] = following[0] if following else None
    st.session_state["review_table"] += 1


def _undo(run_id: str, dataset: str) -> None:
    undone = cache.review_store().undo(state.reviewer(), run_id, dataset)
    st.toast(f"Taken back: {numbers.count(len(undone))}" if undone else "Nothing of yours to take back")
    if undone:
        st.session_state["review_item"] = undone[0]
        st.session_state["review_table"] += 1
