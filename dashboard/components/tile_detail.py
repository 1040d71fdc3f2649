"""The selected tile, large, with its figures, its run-length code and the way to its neighbours."""

from __future__ import annotations

import numpy as np

from core.dataset.tiles import TileStore
from dashboard import paging, state
from dashboard.components import tile_pages
from dashboard.components.tile_view import TileViewEvent, tile_for_view, tile_view
from dashboard.tile_facts import tile_facts


def show(store: TileStore, rows: np.ndarray, name: str) -> None:
    """Draw tile `name`; its neighbours are those among `rows` (n,) ascending. Raises `NotFound`."""
    row = store.row(name)
    before, after = paging.neighbours(rows, row)

    def act(event: TileViewEvent) -> None:
        target = before if event.turned < 0 else after
        if event.closed:
            state.select(tile=None)
        elif event.turned and target is not None:
            neighbour = str(store.index["id"].iat[target])
            tile_pages.go_to(neighbour)
            state.select(tile=neighbour)

    tile_view(
        tile_for_view(store, row),
        key="tile",
        facts=tile_facts(store, row),
        explain=True,
        position=_position(rows, row),
        previous=before is not None,
        following=after is not None,
        close="All tiles",
        on_event=act,
    )


def _position(rows: np.ndarray, row: int) -> str:
    place = int(np.searchsorted(rows, row))
    inside = place < len(rows) and rows[place] == row
    return f"{place + 1:,} of {len(rows):,}" if inside else "outside the filter"
