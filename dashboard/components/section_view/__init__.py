"""A section of the mosaic as one picture to move about in: masks, flags and seams over it, tiles to pick."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import streamlit as st

from core.explore import colours
from dashboard.components import assets, outbox

_mount = st.components.v2.component(
    "saltscope.section_view",
    html=assets.ROOT,
    css=assets.text("tile_look.css", "section_view/section_view.css"),
    js=f'const FLAG = "{colours.FLAG}";\n'
    + assets.tile_script(
        "outbox.js",
        "section_view/camera.js",
        "section_view/layer.js",
        "section_view/seams.js",
        "section_view/section_drawing.js",
        "section_view/section_view.js",
    ),
)


@dataclass(frozen=True)
class Layer:
    """Pictures of a part of a section.

    window: rows and columns of tiles, (top, left, bottom, right) · picture: data URL, grey · masks: data URL of a
    picture of the same size, 1 for salt in the label, 2 in the prediction and 4 in a corrected mask; None without any.
    """

    window: tuple[int, ...]
    picture: str
    masks: str | None


@dataclass(frozen=True)
class Section:
    """A section as the browser gets it; k tiles, row by row.

    grid: (rows, columns) of tiles. shape: (H, W) of a tile. ids, words: of the tiles; words are depth and salt.
    places: row and column of each. states: see `dashboard.sections`. pairs: touching tiles by number, with where,
    strength and what holds them. whole, detail: its pictures, and a sharper one of a part where the whole is averaged.
    """

    grid: tuple[int, int]
    shape: tuple[int, int]
    ids: list[str]
    places: list[tuple[int, int]]
    words: list[str]
    states: list[int]
    pairs: list[tuple[int, int, str, float | None, str]]
    whole: Layer
    detail: Layer | None


@dataclass(frozen=True)
class SectionEvent:
    """What a person did.

    picked: a tile's id, "" for none. opened: a tile to see in full. turned: −1 section before, 1 after.
    window: rows and columns of tiles that they look at closely.
    """

    picked: str | None = None
    opened: str | None = None
    turned: int = 0
    window: tuple[int, ...] | None = None


PARTS = {"pick": "picked", "open": "opened", "turn": "turned", "window": "window"}


def section_view(
    section: Section,
    *,
    key: str,
    name: str,
    focus: str | None = None,
    position: str = "",
    previous: bool = False,
    following: bool = False,
    on_event: Callable[[SectionEvent], None],
    place: str,
    on_break: Callable[[str, str, str], None],
) -> None:
    """Draw a section; `on_event` is told one thing at a time, before the page is drawn again.

    name: another one begins with the whole picture in sight. focus: the tile that is picked when that or `focus`
    itself has changed; from then on the view keeps what is picked. position, previous, following: the words between
    the two buttons that lead to other sections, and whether these work.
    on_break: a handler of `outbox` for `place`, told two touching tiles that do not belong together and where the
    second lies.
    """
    data = {
        "name": key,
        "view": "overlay",
        "section": name,
        "focus": focus,
        "position": position,
        "previous": previous,
        "next": following,
        "outbox": outbox.address(key, place),
        **vars(section),
        "whole": vars(section.whole),
        "detail": section.detail and vars(section.detail),
    }
    told = {f"on_{part}_change": _teller(key, part, on_event) for part in PARTS}
    handlers = {"break": lambda link: on_break(*link)}
    _mount(key=key, data=data, on_sent_change=outbox.receiver(key, place, handlers), **told)


def _teller(key: str, part: str, on_event: Callable[[SectionEvent], None]) -> Callable[[], None]:
    def tell() -> None:
        value = st.session_state[key].get(part)
        if value is not None:
            told: dict[str, Any] = {PARTS[part]: tuple(value) if isinstance(value, list) else value}
            on_event(SectionEvent(**told))

    return tell
