"""What lies around a tile in its section, beside the tile wherever it is looked at; never computed on a page."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import streamlit as st

from core.dataset.tiles import TileStore
from core.explore.mosaic import ALONE
from core.workspace import RunFolder
from dashboard import cache, navigation, predicted, state
from dashboard.components import assets
from dashboard.components.gallery import GalleryTile, tiles_for_gallery

_mount = st.components.v2.component(
    "saltscope.neighbourhood",
    html=assets.ROOT,
    css=assets.text("tile_look.css", "neighbourhood.css"),
    js=assets.tile_script("neighbourhood.js", "neighbourhood_alone.js"),
)


def show(store: TileStore, row: int, run: RunFolder | None, look: str, width: int = 216) -> None:
    """The 3×3 tiles around the one in `row`, `width` CSS pixels wide; a click opens one in Explore.

    look: the key of the tile view whose look they follow.
    """
    if tiles := around(store, row, run):
        data = {"name": look, "width": width, "around": [one and asdict(one) for one in tiles]}
        result = _mount(key=f"{look}_around", data=data, on_near_change=lambda: None)
        if opened := result.get("near"):
            navigation.open_page("explore", tile=opened)


def around(store: TileStore, row: int, run: RunFolder | None) -> list[GalleryTile | None]:
    """The 3×3 tiles around the one in `row`, row by row, None where none is known; [] without a known neighbour."""
    mosaic = cache.mosaic(store)
    if mosaic is None or mosaic.section[row] == ALONE:
        return []
    places = mosaic.neighbourhood(row).ravel()
    rows = places[places >= 0]
    tiles = iter(tiles_for_gallery(store, rows, predicted.codes(run, store, rows)))
    return [next(tiles) if place >= 0 else None for place in np.asarray(places)]


def link(store: TileStore, row: int) -> None:
    """The way to the tile's section; where no mosaic is there, the way to one."""
    mosaic = cache.mosaic(store)
    if mosaic is None:
        label = "See what lies around it: find neighbours"
    elif mosaic.section[row] == ALONE:
        st.caption("No tile is known to touch this one.")
        return
    else:
        number = int(mosaic.section[row])
        label = f"In section {number + 1:,}, with {mosaic.sizes[number] - 1:,} other tiles"
    query = {**state.selection().to_query(), "tile": str(store.index["id"].iat[row])}
    st.page_link(navigation.page("mosaic"), label=label, icon=":material/landscape:", query_params=query)
