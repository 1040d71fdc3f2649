"""The queue as a whole: all that waits, in order, as a table or as pictures; one verdict for all that are picked.

Session keys: review_list, a number that gives table and pictures a fresh selection after every act.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import streamlit as st

from core.errors import SaltScopeError
from core.explore import numbers
from core.review import labels
from core.review.bulk import judge_many
from core.review.policy import is_confident_empty
from core.review.tables import Verdict
from dashboard import cache, corrected, predicted, state
from dashboard.components import review_editor, review_queue
from dashboard.components.desk_state import desk_state
from dashboard.components.gallery import gallery, tiles_for_gallery
from dashboard.components.review_queue import Queue

ROWS = 500  # that the table shows; the rest follows as these are decided
PICTURES = 60
WORDS = {
    False: ("Predicted salt proportion", "How well the predicted mask is expected to score"),
    True: ("Labelled salt proportion", "1 − the severity of the worst finding"),
}
COLUMNS = ["tile", "reasons", "salt_proportion", "confidence", "verdict", "reviewer"]
BUTTONS = {Verdict.ACCEPT: "1", Verdict.NO_SALT: "2", Verdict.ALL_SALT: "3", Verdict.UNSURE: "4"}


def show(queue: Queue, items: pd.DataFrame, opened: Callable[[int], None]) -> None:
    """Draw the first of `items`. opened: told the item that shall come on the desk."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="review_list_bar"):
        form = st.segmented_control(
            "Show as",
            ["table", "pictures"],
            default="table",
            required=True,
            key="review_form",
            persist_state="session",
            format_func={"table": ":material/table_rows:", "pictures": ":material/grid_view:"}.__getitem__,
            label_visibility="collapsed",
        )
        if not queue.of_labels:
            review_queue.choose_order()
        acts = st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center", gap="small")
    key = f"review_{form}_{st.session_state.setdefault('review_list', 0)}"
    picked = _table(queue, items.head(ROWS), key) if form == "table" else _pictures(queue, items, key, opened)
    with acts:
        if len(picked):
            _acts(queue, picked, opened)
        else:
            st.caption("Pick tiles to judge them at once")
            _confident_empties(queue, items)
            review_editor.offer_to_take_back(queue)


def judge(queue: Queue, items: pd.DataFrame, verdict: Verdict) -> None:
    """One verdict on all of `items` that are still open; what is done, or went wrong, the page tells."""

    def predict(tile: str) -> np.ndarray | None:
        found = None if queue.of_labels else predicted.of_tile(queue.run, queue.tiles.name, tile)
        return found.mask if found else None

    stores = cache.review_store(), cache.mask_store()
    try:
        done = judge_many(*stores, queue.tiles, items, verdict, state.reviewer(), predict)
    except SaltScopeError as error:
        desk_state().failure = str(error)
        return
    if desk_state().item in done:
        desk_state().item = None
    left = len(items) - len(done)
    words = f", {left:,} left as others decided them or have them on their desks" if left else ""
    desk_state().done = f"{numbers.tiles(len(done))}: {verdict.replace('_', ' ')}{words}"
    st.session_state["review_list"] = st.session_state.get("review_list", 0) + 1


def _confident_empties(queue: Queue, items: pd.DataFrame) -> None:
    waiting = items[items["verdict"].isna()]
    empties = waiting[is_confident_empty(waiting["salt_proportion"], waiting["confidence"])]
    if queue.of_labels or empties.empty:
        return
    with st.popover(f"Accept {len(empties):,} confident empties"):
        st.write(f"Accept {numbers.tiles(len(empties))} that the model is sure hold no salt? One undo takes it back.")
        st.button("Accept them all", type="primary", on_click=judge, args=(queue, empties, Verdict.ACCEPT))


def _acts(queue: Queue, picked: pd.DataFrame, opened: Callable[[int], None]) -> None:
    """What can be done with all that are picked; decided ones among them stay as they are."""
    waiting = picked[picked["verdict"].isna()]
    decided = len(picked) - len(waiting)
    st.markdown(f"**{len(waiting):,}** picked" + (f", {decided:,} more are decided" if decided else ""))
    if len(picked) == 1:
        st.button("Open", icon=":material/edit:", on_click=opened, args=(picked["id"].tolist()[0],))
    for verdict, shortcut in BUTTONS.items():
        st.button(
            verdict.replace("_", " ").capitalize(),
            key=f"bulk_{verdict}",
            shortcut=shortcut,
            type="primary" if verdict is Verdict.ACCEPT else "secondary",
            disabled=waiting.empty,
            on_click=judge,
            args=(queue, waiting, verdict),
        )


def _table(queue: Queue, shown: pd.DataFrame, key: str) -> pd.DataFrame:
    salt, confidence = WORDS[queue.of_labels]
    event = st.dataframe(
        shown[COLUMNS].assign(
            reasons=[labels.in_words(reasons) for reasons in shown["reasons"]],
            verdict=[labels.in_words(verdict or "") for verdict in shown["verdict"]],
            reviewer=[reviewer or "" for reviewer in shown["reviewer"]],
        ),
        key=key,
        hide_index=True,
        height=540,
        on_select="rerun",
        selection_mode="multi-row",
        column_config={
            "reasons": st.column_config.TextColumn("why", width="large"),
            "salt_proportion": st.column_config.NumberColumn("salt", format="percent", help=salt),
            "confidence": st.column_config.NumberColumn("confidence", format="%.3f", help=confidence),
        },
    )
    return shown.iloc[event["selection"]["rows"]]


def _pictures(queue: Queue, items: pd.DataFrame, key: str, opened: Callable[[int], None]) -> pd.DataFrame:
    """What waits first, with the prediction or the label that is judged."""
    shown = items[items["verdict"].isna()].head(PICTURES)
    rows = queue.tiles.rows(shown["tile"].tolist())
    captions = [
        (numbers.percent(salt), f"{confidence:.2f}")
        for salt, confidence in zip(shown["salt_proportion"], shown["confidence"], strict=True)
    ]
    event = gallery(
        tiles_for_gallery(
            queue.tiles,
            rows,
            predicted.codes(queue.run, queue.tiles, rows),
            captions,
            corrected.codes(queue.tiles, rows),
        ),
        key=key,
        position=f"first {len(shown):,} of {items['verdict'].isna().sum():,} open",
        on_event=lambda event: _open(event.opened, shown, opened),
    )
    return shown[shown["tile"].isin(event.selected)]


def _open(tile: str | None, shown: pd.DataFrame, opened: Callable[[int], None]) -> None:
    if tile:
        opened(shown["id"][shown["tile"] == tile].tolist()[0])
