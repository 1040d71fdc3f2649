"""A long list of tiles as pages of thumbnails; where one is in it stands in the URL."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.dataset.tiles import TileStore
from core.errors import NotFound
from core.explore.filters import MOST_IDS, TileFilter
from core.explore.order import Order
from dashboard import cache, corrected, paging, predicted, state
from dashboard.components import tile_order
from dashboard.components.gallery import GalleryEvent, clear_selection, gallery, tiles_for_gallery
from dashboard.guard import guarded

KEY = "tile_pages"
PLACE = "at"  # query parameter: a tile of the page that is shown


@st.fragment
@guarded
def show(store: TileStore, rows: np.ndarray) -> None:
    """Draw the page of `rows` (n,), in their order, that the URL names. A tile that is opened is selected."""
    page = paging.page_at(rows, _row(store, rows))

    def act(event: GalleryEvent) -> None:
        if event.turned:
            turned = paging.page_at(rows, _row(store, rows), event.turned)
            st.query_params[PLACE] = store.index["id"].iat[turned.rows[0]]
        if event.acted:
            _keep_only(event.selected)
        open_tile(event)

    run = predicted.chosen_run()
    captions = tile_order.captions(cache.table(store, run), state.selection().order, page.rows)
    event = gallery(
        tiles_for_gallery(
            store, page.rows, predicted.codes(run, store, page.rows), captions, corrected.codes(store, page.rows)
        ),
        key=KEY,
        position=page.position,
        previous=page.previous,
        following=page.following,
        focus=st.query_params.get(PLACE),
        action="Show only these",
        on_event=act,
    )
    if event.opened or event.acted:
        st.rerun()


def open_tile(event: GalleryEvent) -> None:
    """Select the tile that was opened, and stay at its page."""
    if event.opened:
        go_to(event.opened)
        state.select(tile=event.opened)


def go_to(name: str) -> None:
    """Show the page with tile `name`."""
    st.query_params[PLACE] = name


def more_like(name: str) -> None:
    """Leave the tile and show all that the filter leaves, those most like tile `name` first; a link holds it."""
    state.select(order=Order(like=name), tile=None)
    forget()


def forget() -> None:
    """Begin at the first page again."""
    st.query_params.pop(PLACE, None)


def _keep_only(names: tuple[str, ...]) -> None:
    if len(names) > MOST_IDS:
        st.toast(f"{len(names):,} tiles are too many for one link; pick at most {MOST_IDS}", icon=":material/error:")
        return
    state.select(filter=TileFilter(ids=names))
    clear_selection(KEY)
    forget()


def _row(store: TileStore, rows: np.ndarray) -> int:
    """The row of the tile in the URL; the first one of `rows` where that names none."""
    try:
        return store.row(st.query_params.get(PLACE, ""))
    except NotFound:
        return int(rows[0])
