"""All that was said and made of one tile, with a small picture of each mask and a button that brings it back.

Session key: history_news, what has become of the mask that was to be restored.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import streamlit as st

from core.dataset.tiles import TileStore
from core.errors import SaltScopeError
from core.explore import thumbnails
from core.review.tables import Origin
from core.review.timeline import Event, newest_revision, restore, timeline
from dashboard import cache, state
from dashboard.components import assets, outbox
from dashboard.components.gallery import GalleryTile
from dashboard.components.outbox import News

COLOURS = {"": "label", Origin.PREDICTION: "prediction"}  # of a mask by its origin; else it was corrected

_mount = st.components.v2.component(
    "saltscope.tile_history",
    html=assets.ROOT,
    css=assets.text("tile_look.css", "tile_history/tile_history.css"),
    js=assets.tile_script("outbox.js", "tile_history/tile_history.js"),
)


@dataclass(frozen=True)
class Line:
    """One act as the browser gets it. facts: short texts · colour: of the mask · state: what has become of it."""

    what: str
    facts: tuple[str, ...]
    words: tuple[str, ...]
    mask: str | None
    colour: str
    revision: int | None
    state: str
    restorable: bool


def show(store: TileStore, tile: str, key: str) -> None:
    """Draw the history of `tile`; where there is none, nothing."""
    news: News = st.session_state.setdefault("history_news", News())
    news.tell()
    masks = cache.mask_store()
    events = timeline(cache.review_store(), masks, cache.note_store(), store, tile)
    if not any(event.time or event.why for event in events):
        return
    base, reviewer = newest_revision(events), state.reviewer()

    def bring_back(wanted: dict[str, Any]) -> None:
        try:
            restore(masks, store, tile, wanted["revision"], reviewer, wanted["base"])
            news.done = ":material/history: Restored as a new revision"
        except SaltScopeError as error:
            news.failure = str(error)

    row = store.row(tile)
    picture = GalleryTile(tile, store.tile_shape, thumbnails.jpeg_urls(store.tiles[row : row + 1])[0])
    standing = next((event.mask for event in events if event.stands), None)
    lines = [asdict(_line(event, standing)) for event in events]
    place = f"{store.name}/{tile}/{reviewer}"
    told = outbox.address(key, place)
    _mount(
        key=key,
        data={"name": key, "tile": asdict(picture), "lines": lines, "base": base, "outbox": told},
        on_sent_change=outbox.receiver(key, place, {"restore": bring_back}),
    )


def _line(event: Event, standing: str | None) -> Line:
    time = f"{event.time:%Y-%m-%d %H:%M} UTC" if event.time else ""
    return Line(
        event.what,
        tuple(filter(None, (event.reviewer, time))),
        tuple(filter(None, (event.why, event.note and f"“{event.note}”", event.run))),
        event.mask,
        COLOURS.get(event.origin, "corrected"),
        event.revision,
        "the label now" if event.stands else "taken back" if event.taken_back else "",
        event.mask is not None and event.mask != standing,
    )
