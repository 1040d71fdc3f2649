"""Where a person judges one tile after the other: the tile to paint on and the keys that decide; or many, in the list.

The item that comes next is claimed together with the one on the desk, so that the browser can show it at once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.errors import SaltScopeError
from core.explore import numbers
from dashboard import cache, navigation, state
from dashboard.components import (
    neighbourhood,
    outbox,
    review_editor,
    review_item,
    review_list,
    review_progress,
    review_queue,
    review_rules,
    reviewer_name,
    settings_form,
    tile_history,
)
from dashboard.components.desk_state import desk_state
from dashboard.components.note_field import note_field
from dashboard.components.review_editor import Desk
from dashboard.components.review_queue import Queue
from dashboard.components.top_bar import Context
from dashboard.guard import guarded

NOTE_WIDTH = 180  # CSS pixels


@st.fragment
@guarded
def show(context: Context) -> None:
    """The choice of queue, what fills it, and the desk."""
    if reviewer_name.is_asked_for():
        reviewer_name.ask()
        return
    told = outbox.inbox(review_editor.KEY).state
    bar = st.container(horizontal=True, vertical_alignment="center", gap="small", key="review_bar")
    with bar:
        chosen = review_queue.choose(context)
        view = review_queue.choose_view()
    queue = review_queue.open_queue(context, chosen)
    everything = cache.review_store().queue(queue.name, queue.tiles.name, review_queue.order())
    items = everything[everything["tile"].isin(context.tiles.index["id"].iloc[context.rows])].reset_index(drop=True)
    hidden = len(everything) - len(items)
    waiting = items[items["verdict"].isna()]
    with bar:
        review_progress.show(queue, len(items) - len(waiting), len(items), hidden)
        if len(items):
            _fill(queue, waiting)
        note = st.container(width=NOTE_WIDTH)
        review_progress.show_reviewers(queue)
    desk_state().tell()
    if hidden and items.empty:
        st.info("The filters above hide the whole queue.", icon=":material/filter_alt_off:")
    elif items.empty:
        _empty(queue)
    elif view == "list":
        review_list.show(queue, items, review_queue.put_on_desk)
    else:
        _desk(queue, items, waiting, note, told)


def _fill(queue: Queue, waiting: pd.DataFrame) -> None:
    """What changes the queue as a whole."""
    if queue.predictions is None:
        review_rules.show_withdrawal(queue.tiles.name, len(waiting))
        return
    review_rules.show_in_bar(queue)


def _empty(queue: Queue) -> None:
    if queue.predictions is not None:
        st.info("The queue is empty. Choose rules and flag tiles.", icon=":material/inbox:")
        with st.container(border=True, width=review_rules.WIDTH):
            review_rules.show(queue)
        return
    st.info("No label is under review. Send findings here from Quality.", icon=":material/inbox:")
    if st.button("Quality", type="primary", icon=":material/arrow_forward:"):
        navigation.open_page("quality")


def _desk(queue: Queue, items: pd.DataFrame, waiting: pd.DataFrame, note: DeltaGenerator, told: dict[str, Any]) -> None:
    item, ahead = _on_desk(items, waiting)
    if item is None:
        st.success(_nothing_left(waiting), icon=":material/done_all:")
        with st.container(horizontal=True):
            if waiting.empty and st.button(
                "Train again with these masks", type="primary", icon=":material/arrow_forward:"
            ):
                settings_form.open_for_reviewed()
            review_editor.offer_to_take_back(queue)
        return
    with note:
        place = f"{queue.tiles.name}/{state.reviewer()}"
        note_field(str(item["tile"]), key="review_note", place=place, on_note=_noting(queue))
    desk = Desk(item, _position(waiting, item), ahead, "" if ahead is None else _position(waiting, ahead), told)
    review_editor.show(queue, desk)
    neighbourhood.link(queue.tiles, queue.tiles.row(item["tile"]))
    if queue.of_labels:
        review_item.show_partner(queue, item)
    tile_history.show(queue.tiles, str(item["tile"]), "review_history")


def _noting(queue: Queue) -> Callable[[str, str], None]:
    desk, store, reviewer = desk_state(), cache.note_store(), state.reviewer()

    def note(tile: str, text: str) -> None:
        try:
            store.add(queue.tiles.name, tile, text, reviewer)
        except SaltScopeError as error:
            desk.failure = str(error)

    return note


def _on_desk(items: pd.DataFrame, waiting: pd.DataFrame) -> tuple[pd.Series | None, pd.Series | None]:
    """The item that was picked, else the first open one that nobody else has; and the one after it."""
    desk = desk_state()
    picked = desk.item
    decided = items[(items["id"] == picked) & items["verdict"].notna()]
    wanted = _from(picked, waiting["id"].tolist())
    claimed = cache.review_store().claim(wanted, state.reviewer(), count=1 if len(decided) else 2)
    if picked in wanted and picked not in claimed:
        st.toast("Somebody else has that tile on the desk", icon=":material/group:")
    found = [*decided["id"].tolist(), *claimed]
    if desk.item == picked:  # else an act has come meanwhile
        desk.item = found[0] if found else None
    first, second, *_ = [*(items[items["id"] == item].iloc[0] for item in found), None, None]
    return first, second


def _from(picked: int | None, ids: list[int]) -> list[int]:
    """The open items from the one that was picked, round to those before it."""
    place = ids.index(picked) if picked in ids else 0
    return ids[place:] + ids[:place]


def _position(waiting: pd.DataFrame, item: pd.Series) -> str:
    places = np.flatnonzero(waiting["id"] == item["id"])
    return f"{places[0] + 1:,} of {len(waiting):,} open" if len(places) else "decided"


def _nothing_left(waiting: pd.DataFrame) -> str:
    if waiting.empty:
        return "Every flagged tile is decided."
    return f"{numbers.tiles(len(waiting))} left, and others have them on their desks."
