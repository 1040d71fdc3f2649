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

Facts = Sequence[tuple[str, str]]  # names and values

_mount = st.components.v2.component(
    "saltscope.tile_view",
    html=assets.ROOT,
    css=assets.text("tile_look.css", "neighbourhood.css", "tile_view/tile_view.css"),
    js=assets.tile_script(
        "neighbourhood.js",
        "tile_view/run_code.js",
        "tile_view/pictures.js",
        "tile_view/tables.js",
        "tile_view/tile_view.js",
    ),
)


@dataclass(frozen=True)
class TileViewEvent:
    """What a person did.

    turned: −1 tile before, 1 tile after. closed: back to where they came from. chosen: the run whose
    prediction they want. alike: asked for tiles like this one. opened: a neighbour's id.
    """

    turned: int = 0
    closed: bool = False
    chosen: str | None = None
    alike: bool = False
    opened: str | None = None


@dataclass(frozen=True)
class FactGroup:
    """Names and values under a title. colour: `#rrggbb` of a mark beside it, as in the legend."""

    title: str
    facts: Facts
    colour: str = ""


@dataclass(frozen=True)
class PredictionRow:
    """One row of the table of predictions. code: the mask's run-length code. figures: as they are to be read."""

    run: str
    code: str
    figures: tuple[str, ...]


@dataclass(frozen=True)
class PredictionRows:
    """All predictions of a tile. columns: what the figures of a row are. run: the one that the picture shows."""

    columns: tuple[str, ...] = ()
    rows: tuple[PredictionRow, ...] = ()
    run: str | None = None


def tile_view(
    tile: GalleryTile,
    *,
    key: str,
    view: View = "overlay",
    facts: Facts = (),
    groups: Sequence[FactGroup] = (),
    predictions: PredictionRows | None = None,
    around: Sequence[GalleryTile | None] = (),
    explain: bool = False,
    position: str = "",
    previous: bool = False,
    following: bool = False,
    close: str = "",
    alike: bool = False,
    on_event: Callable[[TileViewEvent], None] | None = None,
) -> TileViewEvent:
    """Draw one tile as large as fits and return what was done with it.

    facts, groups: names and values that stand beside it. around: nine tiles as they lie, this one in the middle, as
    `dashboard.components.neighbourhood` gives them. predictions: what follows below the picture, to choose from.
    explain: the run-length code too (the label's, else the prediction's). position, previous, following: the words
    between the buttons to its neighbours and whether these work; without words the arrow keys are left to the page.
    close: where Esc and the back button lead, in words; "" for nowhere. alike: whether more tiles like this can be
    asked for. on_event runs before the page is drawn again.
    """
    data = {
        "name": key,
        "tile": asdict(tile),
        "view": view,
        "facts": [asdict(group) for group in (FactGroup("", facts), *groups) if group.facts],
        "predictions": asdict(predictions or PredictionRows()),
        "around": [one and asdict(one) for one in around],
        "explain": explain,
        "position": position,
        "previous": previous,
        "next": following,
        "close": close,
        "alike": alike,
    }
    tell = (lambda: on_event(_event(st.session_state[key]))) if on_event else _nothing
    told = {f"on_{name}_change": tell for name in ("turn", "close", "choose", "alike", "near")}
    return _event(_mount(key=key, data=data, **told))


def tile_for_view(
    store: TileStore,
    row: int,
    prediction: np.ndarray | None = None,
    probability: np.ndarray | None = None,
    correction: str | None = None,
) -> GalleryTile:
    """The tile in `row` without loss.

    prediction: mask (H, W), above 0 is salt. probability: (H, W) uint8, 255 is 1. correction: run-length code.
    """
    facts = store.index.iloc[row]
    return GalleryTile(
        facts["id"],
        store.tile_shape,
        thumbnails.png_url(store.tiles[row]),
        rle.encode(store.masks[row]) if facts["has_mask"] else None,
        None if prediction is None else rle.encode(prediction),
        correction,
        None if probability is None else thumbnails.png_url(probability),
    )


def _event(result: Mapping[str, Any]) -> TileViewEvent:
    turned, closed = result.get("turn") or 0, bool(result.get("close"))
    return TileViewEvent(turned, closed, result.get("choose"), bool(result.get("alike")), result.get("near"))


def _nothing() -> None:
    """Streamlit reports an event only where it has something to call."""
