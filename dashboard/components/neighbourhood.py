"""What lies around a tile in its section, for the component that shows the tile; never computed on a page."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.dataset.tiles import TileStore
from core.explore.mosaic import ALONE
from core.workspace import RunFolder
from dashboard import cache, corrected, navigation, predicted, state
from dashboard.components.gallery import GalleryTile, tiles_for_gallery


def around(store: TileStore, row: int, run: RunFolder | None) -> list[GalleryTile | None]:
    """The 3×3 tiles around the one in `row`, row by row, None where none is known; [] without a known neighbour."""
    mosaic = cache.mosaic(store)
    if mosaic is None or mosaic.section[row] == ALONE:
        return []
    places = mosaic.neighbourhood(row).ravel()
    rows = places[places >= 0]
    tiles = iter(tiles_for_gallery(store, rows, predicted.codes(run, store, rows), None, corrected.codes(store, rows)))
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
