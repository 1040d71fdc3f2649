"""A page of tiles as thumbnails, with keys, picking and paging: a component of its own.

Each tile is sent once, as a small grey picture and the run-length codes of its masks; the browser
draws image, mask and overlay from them, so that every switch between them is instant.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import streamlit as st

from core.dataset import rle
from core.dataset.tiles import TileStore
from core.explore import numbers, thumbnails
from dashboard.components import assets, outbox

View = Literal["image", "mask", "overlay", "all"]

_mount = st.components.v2.component(
    "saltscope.gallery",
    html=assets.ROOT,
    css=assets.text("tile_look.css", "gallery/gallery.css"),
    js=assets.tile_script("outbox.js", "gallery/cell.js", "gallery/gallery.js"),
)


@dataclass(frozen=True)
class GalleryTile:
    """One tile as the browser gets it.

    shape: (H, W). picture: data URL. mask, prediction, correction (by people): run-length codes ("" = no salt), None
    where there is none. probability: data URL of a map of 0…255, for one large tile. caption: short texts that stand
    behind the id.
    """

    id: str
    shape: tuple[int, int]
    picture: str
    mask: str | None = None
    prediction: str | None = None
    correction: str | None = None
    probability: str | None = None
    caption: tuple[str, ...] = ()


@dataclass(frozen=True)
class GalleryEvent:
    """What a person did.

    opened: a tile's id. turned: −1 page before, 1 page after. selected: picked ids, all pages.
    acted: asked for the gallery's action on them.
    """

    opened: str | None = None
    turned: int = 0
    selected: tuple[str, ...] = ()
    acted: bool = False


def gallery(
    tiles: Sequence[GalleryTile],
    *,
    key: str,
    view: View = "overlay",
    size: int = 101,
    columns: int | None = None,
    stacked: bool = False,
    position: str = "",
    previous: bool = False,
    following: bool = False,
    focus: str | None = None,
    selected: Sequence[str] = (),
    action: str = "",
    place: str = "",
    on_action: Callable[[list[str]], bool] | None = None,
    on_event: Callable[[GalleryEvent], None] | None = None,
) -> GalleryEvent:
    """Draw tiles of one shape and return what was done with them.

    view and size (smallest width of a picture in pixels) hold until the person chooses others.
    columns: at most so many, as wide as fits. stacked: a tile's panels one below the other.
    position, previous, following: the words between the two page buttons and whether these work.
    focus: the tile that the keys are at first. selected: ids that are picked when the gallery appears;
    from then on it keeps them itself, over all pages, until `clear_selection`. action: what a button
    offers to do with them, in words. on_action, for what lasts: a handler of `outbox` for `place`, told
    them in place of an event; it says whether it is done, so that they are put back. on_event is told one
    thing at a time, before the page is drawn again; with it no second rerun is needed.
    """
    data = {
        "name": key,
        "tiles": [vars(tile) for tile in tiles],
        "view": view,
        "size": size,
        "columns": columns,
        "stacked": stacked,
        "position": position,
        "previous": previous,
        "next": following,
        "focus": focus,
        "action": action,
        "outbox": outbox.address(key, place) if on_action else None,
        **(_picked(st.session_state.get(key)) or {"ids": list(selected), "picks": 0}),
    }
    parts = {"open": "opened", "turn": "turned", "act": "acted", "selected": "selected"}
    told = {f"on_{name}_change": _teller(key, part, on_event) for name, part in parts.items()}
    if on_action:
        told["on_sent_change"] = outbox.receiver(key, place, {"act": on_action})
    result = _mount(key=key, data=data, **told)
    return _event(result)


def tiles_for_gallery(
    store: TileStore,
    rows: np.ndarray,
    predictions: Sequence[str | None] | None = None,
    captions: Sequence[tuple[str, ...]] | None = None,
    corrections: Sequence[str | None] | None = None,
) -> list[GalleryTile]:
    """The tiles in `rows` (k,) of a store; captions: k of them, by default depth and salt proportion.

    predictions: the run-length codes of the same tiles, as `dashboard.predicted.codes` gives them.
    corrections: as `dashboard.corrected.codes` gives them.
    """
    index = store.index.iloc[rows]
    codes = rle.encode_many(store.masks[rows])
    nothing = [None] * len(rows)
    guesses, corrected = predictions or nothing, corrections or nothing
    words = captions or list(map(caption, index["z"], index["salt_proportion"]))
    pictures = thumbnails.jpeg_urls(store.tiles[rows])
    store.release()
    columns = (index["id"], index["has_mask"], pictures, codes, guesses, corrected, words)
    return [
        GalleryTile(name, store.tile_shape, picture, code if labelled else None, guess, correction, caption=text)
        for name, labelled, picture, code, guess, correction, text in zip(*columns, strict=True)
    ]


def clear_selection(key: str) -> None:
    """Put back all picked tiles of the gallery `key`; it stays where it is."""
    picked = _picked(st.session_state.get(key))
    if picked:
        st.session_state[key]["selected"] = {**picked, "ids": []}


def caption(z: float, salt: float) -> tuple[str, ...]:
    """Depth and salt proportion as they stand under a tile; what is not known is left out."""
    return tuple(text for text in (numbers.depth(z), numbers.percent(salt)) if text != numbers.NOTHING)


def _event(result: Mapping[str, Any]) -> GalleryEvent:
    selected = tuple((_picked(result) or {}).get("ids", ()))
    return GalleryEvent(result.get("open"), result.get("turn") or 0, selected, bool(result.get("act")))


def _teller(key: str, part: str, on_event: Callable[[GalleryEvent], None] | None) -> Callable[[], None]:
    """What Streamlit calls when `part` of the event has changed; it reports an event only where there is a callback."""

    def tell() -> None:
        if on_event:
            event = _event(st.session_state[key])
            on_event(GalleryEvent(**{"selected": event.selected, part: getattr(event, part)}))

    return tell


def _picked(result: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """What the browser told last: the picked ids and how many changes led there; None before the first."""
    return (result or {}).get("selected")
