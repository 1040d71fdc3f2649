"""A field for a note on one tile, at the key L; Enter keeps what was written."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.review.notes import LONGEST
from dashboard.components import assets, outbox

_mount = st.components.v2.component(
    "saltscope.note_field",
    html='<input type="text" aria-label="Note" autocomplete="off">',
    css=assets.text("note_field.css"),
    js=assets.text("mounted.js", "outbox.js", "tab_storage.js", "note_field.js"),
)


def note_field(tile: str, *, key: str, place: str, on_note: Callable[[str, str], None]) -> None:
    """Draw the field. on_note, a handler of `outbox` for `place`, is told the tile and what was written about it."""
    _mount(
        key=key,
        data={"tile": tile, "longest": LONGEST, "outbox": outbox.address(key, place)},
        on_sent_change=outbox.receiver(key, place, {"note": lambda note: on_note(note["tile"], note["text"])}),
    )
