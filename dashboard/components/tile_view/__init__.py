"""One tile, large: overlays, zoom to the pixel, figures, and its run-length code explained on the picture."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import streamlit as st

from core.dataset import rle
from core.dataset.tiles import TileStore
from core.explore import thumbnails
from dashboard.components import assets
from dashboard.components.gallery import GalleryTile, View

_mount = st.components.v2.component(
    "saltscope.tile_view",
    html=assets.ROOT,
    css=assets.text("tile_look.css", "tile_view/tile_view.css"),
    js=assets.tile_script("tile_view/run_code.js", "tile_view/tile_view.js"),
)


@dataclass(frozen=True)
class TileViewEvent:
    """What a person did. turned: −1 tile before, 1 tile after. closed: back to where they came from."""

    turned: int = 0
    closed: bool = False


def tile_view(
    tile: GalleryTile,
    *,
    key: str,
    view: View = "overlay",
    facts: Sequence[tuple[str, str]] = (),
    explain: bool = False,
    position: str = "",
    previous: bool = False,
    following: bool = False,
    close: str = "",
    on_event: Callable[[TileViewEvent], None] | None = None,
) -> TileViewEvent:
    """Draw one tile as large as fits and return what was done with it.

    facts: names and values that stand beside it. explain: its run-length code too (the label's, else
    the prediction's). position, previous, following: the words between the buttons to its neighbours
    and whether these work; without words the arrow keys are left to the page. close: where Esc and
    the back button lead, in words; "" for nowhere. on_event runs before the page is drawn again.
    """
    data = {
        "name": key,
        "tile": asdict(tile),
        "view": view,
        "facts": facts,
        "explain": explain,
        "position": position,
        "previous": previous,
        "next": following,
        "close": close,
    }
    tell = (lambda: on_event(_event(st.session_state[key]))) if on_event else _nothing
    return _event(_mount(key=key, data=data, on_turn_change=tell, on_close_change=tell))


def tile_for_view(
    store: TileStore, row: int, prediction: np.ndarray | None = None, probability: np.ndarray | None = None
) -> GalleryTile:
    """The tile in `row` without loss. prediction: mask (H, W), above 0 is salt. probability: (H, W) uint8, 255 is 1."""
    facts = store.index.iloc[row]
    return GalleryTile(
        facts["id"],
        store.tile_shape,
        thumbnails.png_url(store.tiles[row]),
        rle.encode(store.masks[row]) if facts["has_mask"] else None,
        None if prediction is None else rle.encode(prediction),
        None if probability is None else thumbnails.png_url(probability),
    )


def _event(result: Mapping[str, Any]) -> TileViewEvent:
    return TileViewEvent(result.get("turn") or 0, bool(result.get("close")))


def _nothing() -> None:
    """Streamlit reports an event only where it has something to call."""
