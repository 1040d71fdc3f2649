"""Explore: tiles as pictures; the filters above choose them, a click opens one."""

import secrets

import numpy as np
import streamlit as st

from core.explore.filters import TileFilter
from dashboard import corrected, predicted, state
from dashboard.components import tile_filters, tile_order, tile_pages, top_bar
from dashboard.components.gallery import gallery, tiles_for_gallery

FIVE = 5
SEED = "seed"  # query parameter: the draw of five


def show_all() -> None:
    st.query_params.pop(SEED, None)
    tile_pages.forget()


def draw() -> None:
    st.query_params[SEED] = str(secrets.randbelow(10**6))


def show_controls() -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="explore_controls"):
        tile_filters.show(context.tiles.index, changed=show_all)
        tile_order.show(context.table, context.order, changed=show_all)
        if SEED in st.query_params:
            st.button("All tiles", icon=":material/grid_view:", on_click=show_all)
        st.button("Show me five at random", shortcut="f", icon=":material/shuffle:", on_click=draw)


def show_five(seed: str) -> None:
    """Labelled tiles where there are any: image, mask and overlay, one below the other."""
    labelled = context.rows[context.tiles.index["has_mask"].to_numpy()[context.rows]]
    pool = labelled if len(labelled) else context.rows
    rng = np.random.default_rng(int(seed) if seed.isdecimal() and len(seed) < 10 else 0)
    rows = rng.choice(pool, min(FIVE, len(pool)), replace=False)
    predictions, corrections = predicted.codes(context.run, context.tiles, rows), corrected.codes(context.tiles, rows)
    tiles = tiles_for_gallery(context.tiles, rows, predictions, corrections=corrections)
    gallery(tiles, key="five", view="all", columns=FIVE, stacked=True, on_event=tile_pages.open_tile)


context = top_bar.show("Explore", split=False)
if tile := state.selection().tile:
    from dashboard.components import tile_detail  # loads the review store, which the gallery does without

    tile_detail.show(context.tiles, tile_order.applied(context.rows, context.table, context.order), tile)
    st.stop()
show_controls()
if not len(context.rows):
    st.info("No tile passes all filters. Widen one above, or start again.", icon=":material/filter_alt_off:")
    st.button("Remove all filters", type="primary", on_click=state.select, kwargs={"filter": TileFilter()})
elif seed := st.query_params.get(SEED):
    show_five(seed)
else:
    tile_pages.show(context.tiles, tile_order.applied(context.rows, context.table, context.order))
