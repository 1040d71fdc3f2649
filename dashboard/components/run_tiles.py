"""Tiles that one of two runs gets and the other doesn't, as thumbnails that can be picked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from core.dataset.tiles import TileStore
from core.explore import numbers
from core.explore.filters import MOST_IDS, TileFilter
from core.segment.comparison import GOT, got_by_one
from core.workspace import RunFolder
from dashboard import cache, chosen_runs, corrected, navigation, predicted
from dashboard.components.gallery import GalleryEvent, gallery, tiles_for_gallery
from dashboard.guard import guarded
from dashboard.run_rows import Row

SIZE = 24  # thumbnails of a page
KEY = "run_tiles"


def choose_other(others: Sequence[Row]) -> Row:
    """Let the person choose which of `others` is compared with the first run."""
    by_name = {row.folder.id: row for row in others}
    first = next(iter(by_name))
    if len(others) == 1:
        return others[0]
    name = st.segmented_control(
        "With",
        list(by_name),
        default=first,
        required=True,
        key=f"tiles_with_{hash(tuple(by_name))}",
        format_func=lambda run: f"with {chosen_runs.label(run)}",
        label_visibility="collapsed",
    )
    return by_name.get(name or first, others[0])


@guarded
def show(base: Row, other: Row) -> None:
    """Draw the tiles that only one of the two gets."""
    _gallery(cache.store(base.profile.dataset), base, other)


@st.fragment
@guarded
def _gallery(store: TileStore, base: Row, other: Row) -> None:
    here = store.index["id"]
    by_base, by_other = (found[found.index.isin(here)] for found in got_by_one(base.profile, other.profile))
    groups = {base.folder.id: by_base, other.folder.id: by_other}
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="run_tile_controls"):
        winner = _choose_winner(groups)
        found = groups[winner]
        shown = _choose_prediction(groups)
        _links(found, base.profile.dataset, shown)
    if found.empty:
        st.caption(f"No tile has a score from {GOT:g} by this run and less by the other one.")
        return
    _page(store, found, base if shown == base.folder.id else other)


def _choose_winner(groups: Mapping[str, pd.DataFrame]) -> str:
    most = max(groups, key=lambda run: len(groups[run]))
    winner = st.segmented_control(
        "Which run gets them",
        list(groups),
        default=most,
        required=True,
        key=f"got_by_{hash(tuple(groups))}",
        format_func=lambda run: f"only {chosen_runs.label(run)} gets · {numbers.tiles(len(groups[run]))}",
        label_visibility="collapsed",
    )
    return winner or most


def _choose_prediction(groups: Mapping[str, pd.DataFrame]) -> str:
    first = next(iter(groups))
    shown = st.segmented_control(
        "Whose prediction is drawn",
        list(groups),
        default=first,
        required=True,
        key=f"drawn_{hash(tuple(groups))}",
        format_func=lambda run: f"{chosen_runs.label(run)} in blue",
        label_visibility="collapsed",
    )
    return shown or first


def _links(found: pd.DataFrame, dataset: str, run: str) -> None:
    ids = tuple(found.index[:MOST_IDS])
    for name, icon in (("explore", ":material/grid_view:"), ("predictions", ":material/insights:")):
        if st.button(name.capitalize(), icon=icon, key=f"tiles_{name}", disabled=not ids):
            navigation.open_page(name, dataset=dataset, run=run, filter=TileFilter(ids=ids))


def _page(store: TileStore, found: pd.DataFrame, shown: Row) -> None:
    last = (len(found) - 1) // SIZE
    number = min(st.session_state.setdefault("run_tiles_page", 0), last)
    page = found.iloc[number * SIZE : (number + 1) * SIZE]

    def act(event: GalleryEvent) -> None:
        st.session_state["run_tiles_page"] = min(max(number + event.turned, 0), last)

    rows = store.rows(page.index.tolist())
    event = gallery(
        tiles_for_gallery(
            store, rows, predicted.codes(shown.folder, store, rows), _captions(page), corrected.codes(store, rows)
        ),
        key=KEY,
        position=f"{number * SIZE + 1:,}–{number * SIZE + len(page):,} of {len(found):,}",
        previous=number > 0,
        following=number < last,
        action="Show only these",
        on_event=act,
    )
    _follow(event, store.name, shown.folder)


def _captions(page: pd.DataFrame) -> list[tuple[str, ...]]:
    return [(f"{one.base:.1f} | {one.other:.1f}",) for one in page.itertuples()]


def _follow(event: GalleryEvent, dataset: str, run: RunFolder) -> None:
    """A tile that was opened is shown in Predictions; picked ones become the filter, in Explore."""
    if event.opened:
        navigation.open_page("predictions", dataset=dataset, run=run.id, tile=event.opened)
    if event.acted and event.selected:
        navigation.open_page("explore", dataset=dataset, run=run.id, filter=TileFilter(ids=event.selected[:MOST_IDS]))
