"""Where a person judges one tile after the other: the tile with its reasons, the verdict keys, the queue.

Session keys: review_item, the item on the desk (None: the first open one); review_table, a number that
gives the queue's table a fresh selection after every act.
"""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.dataset.tiles import TileStore
from core.errors import SaltScopeError
from core.explore import numbers
from core.review.policy import is_confident_empty
from core.review.tables import Verdict
from core.segment.predictions import SALT_LEVEL
from core.workspace import RunFolder
from dashboard import cache, state
from dashboard.components.tile_view import tile_for_view, tile_view

VERDICTS = (
    (Verdict.ACCEPT, "Accept", "1", ":material/check:"),
    (Verdict.NEEDS_WORK, "Needs work", "2", ":material/edit:"),
    (Verdict.UNSURE, "Unsure", "3", ":material/question_mark:"),
)
ROWS = 200  # of the queue's table; the rest follows as these are decided


@st.fragment
def show(run: RunFolder, tiles: TileStore, predictions: pd.DataFrame) -> None:
    """The desk and below it the queue."""
    queue = cache.review_store().queue(run.id, tiles.name)
    if queue.empty:
        st.info("The queue is empty. Choose a threshold and flag tiles.", icon=":material/inbox:")
        return
    waiting = queue[queue["verdict"].isna()]
    decided = len(queue) - len(waiting)
    st.progress(decided / len(queue), text=f"{decided:,} of {len(queue):,} decided · {len(waiting):,} open")
    item = _on_desk(queue, waiting)
    if item is None:
        st.success("Every flagged tile is decided.", icon=":material/done_all:")
    else:
        _buttons(item, waiting, run, tiles)
        _tile(item, run, tiles, predictions)
    _table(queue, waiting)


def _on_desk(queue: pd.DataFrame, waiting: pd.DataFrame) -> pd.Series | None:
    wanted = queue[queue["id"] == st.session_state.get("review_item")]
    chosen = wanted if len(wanted) else waiting
    return chosen.iloc[0] if len(chosen) else None


def _buttons(item: pd.Series, waiting: pd.DataFrame, run: RunFolder, tiles: TileStore) -> None:
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
        st.button("Undo", shortcut="z", icon=":material/undo:", on_click=_undo, args=(run.id, tiles.name))
        if failure := st.session_state.pop("review_failure", None):
            st.error(failure)


def _tile(item: pd.Series, run: RunFolder, tiles: TileStore, predictions: pd.DataFrame) -> None:
    row = tiles.row(item["tile"])
    index = tiles.index
    probability = cache.probability(run, tiles.name, item["tile"])
    figures = predictions.loc[predictions["id"] == item["tile"]].iloc[0]
    facts = [("Why", flag.words) for flag in cache.review_store().reasons(int(item["id"]))]
    facts += [
        ("Predicted salt", numbers.percent(item["salt_proportion"])),
        ("Confidence", numbers.score(item["confidence"])),
        ("Labelled salt", numbers.percent(index["salt_proportion"].to_numpy()[row])),
        ("Score", numbers.score(figures["map"])),
        ("Depth", numbers.depth(index["z"].to_numpy()[row])),
    ]
    if item["verdict"]:
        when = f"{item['decided']:%Y-%m-%d %H:%M} UTC"
        facts.append(("Decided", f"{item['verdict'].replace('_', ' ')}, {item['reviewer']}, {when}"))
    facts = [(name, value) for name, value in facts if value != numbers.NOTHING]
    tile = tile_for_view(tiles, row, probability >= SALT_LEVEL, probability)
    tile_view(tile, key="review_tile", facts=facts)


def _table(queue: pd.DataFrame, waiting: pd.DataFrame) -> None:
    empties = waiting[is_confident_empty(waiting["salt_proportion"], waiting["confidence"])]
    with st.popover(f"Accept {len(empties):,} confident empties", disabled=empties.empty):
        st.write(f"Accept {numbers.tiles(len(empties))} that the model is sure hold no salt? One undo takes it back.")
        ids = [int(one) for one in empties["id"]]
        st.button("Accept them all", type="primary", on_click=_decide, args=(ids, Verdict.ACCEPT, waiting))
    columns = ["tile", "reasons", "salt_proportion", "confidence", "verdict", "reviewer"]
    shown = queue.head(ROWS)
    key = f"queue_{st.session_state.setdefault('review_table', 0)}"
    st.dataframe(
        shown[columns],
        key=key,
        hide_index=True,
        height=220,
        on_select=lambda: _pick(shown, key),
        selection_mode="single-row",
        column_config={
            "salt_proportion": st.column_config.NumberColumn("predicted salt", format="percent"),
            "confidence": st.column_config.ProgressColumn("confidence", min_value=0, max_value=1, format="%.3f"),
        },
    )


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


def _pick(shown: pd.DataFrame, key: str) -> None:
    rows = st.session_state[key]["selection"]["rows"]
    if rows:
        st.session_state["review_item"] = int(shown["id"].iloc[rows[0]])
