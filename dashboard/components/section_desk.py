"""The section that is looked at: which one stands in the URL; what is picked in it is picked everywhere.

Session keys: mosaic_picked, the tile that was picked here last (so that only one picked elsewhere moves the view);
mosaic_focus, the one that the view began with; mosaic_window, the part that is looked at closely, by section;
mosaic_open, a tile to see in full; mosaic_breaking, the `Breaking` of the session.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
import streamlit as st

from core.dataset.tiles import TileStore
from core.errors import SaltScopeError
from core.explore.mosaic import ALONE, break_link
from core.explore.mosaic.window import Window
from core.workspace import Workspace
from dashboard import cache, navigation, sections, state
from dashboard.components.outbox import News
from dashboard.components.section_view import SectionEvent, section_view
from dashboard.guard import guarded
from dashboard.sections import Scene

KEY = "section_view"
PLACE = "section"  # query parameter: 1 is the largest


@dataclass
class Breaking(News):
    """What has become of a link. broken: the two tiles of one, by data set, until the page has followed them."""

    broken: dict[str, tuple[str, str]] = field(default_factory=dict)

    def break_link(self, workspace: Workspace, store: TileStore, first: str, second: str, where: str) -> None:
        """Store that the two do not touch."""
        try:
            break_link(workspace, store, first, second, where)
            self.broken[store.name] = first, second
        except SaltScopeError as error:
            self.failure = str(error)


@st.fragment
@guarded
def show(scene: Scene, rows: np.ndarray) -> None:
    """Draw the section that the URL names; tiles that are not among `rows` (n,) ascending are dimmed."""
    number, count = chosen(scene), len(scene.mosaic.sizes)
    looked_at = st.session_state.get("mosaic_window", {}).get(number)
    breaking: Breaking = st.session_state.setdefault("mosaic_breaking", Breaking())
    section_view(
        sections.section(scene, number, rows, looked_at),
        key=KEY,
        name=f"{scene.store.name} {number + 1}",
        focus=_focus(),
        position=f"Section {number + 1:,} of {count:,} · {scene.mosaic.sizes[number]:,} tiles",
        previous=number > 0,
        following=number + 1 < count,
        on_event=lambda event: _act(event, number),
        place=scene.store.name,
        on_break=partial(breaking.break_link, cache.workspace(), scene.store),
    )
    _only_this(scene, number)
    if opened := st.session_state.pop("mosaic_open", None):
        navigation.open_page("explore", tile=opened)
    breaking.tell()
    if parted := breaking.broken.pop(scene.store.name, None):
        _follow(scene, *parted)
        st.rerun()


def chosen(scene: Scene) -> int:
    """The section in the URL, else that of the picked tile, else the largest; from 0."""
    text = st.query_params.get(PLACE, "")
    if text.isdecimal() and 1 <= int(text) <= len(scene.mosaic.sizes):
        return int(text) - 1
    tile = state.selection().tile
    found = scene.mosaic.section[scene.store.row(tile)] if tile else ALONE
    return 0 if found == ALONE else int(found)


def go_to(number: int) -> None:
    """Show section `number`, from 0."""
    st.query_params[PLACE] = str(number + 1)
    st.session_state.pop("mosaic_window", None)


def _only_this(scene: Scene, number: int) -> None:
    """The way to the section's tiles as a filter that all pages share; where it is set, the way out of it."""
    filter = state.selection().filter
    here = scene.mosaic.section == number
    known = bool(filter.section) and bool(here[scene.store.row(filter.section)])
    name = "" if known else str(scene.store.index["id"].iat[int(here.argmax())])
    label = "All sections" if known else "Only the tiles of this section, on every page"
    wanted = {"filter": replace(filter, section=name)}
    if st.button(label, icon=":material/filter_alt:", key="section_filter", on_click=state.select, kwargs=wanted):
        st.rerun()


def _focus() -> str | None:
    """The picked tile, unless picked in the view itself, which keeps it: so what is sent stays the same."""
    tile = state.selection().tile
    if tile != st.session_state.get("mosaic_picked") or KEY not in st.session_state:
        st.session_state["mosaic_focus"] = st.session_state["mosaic_picked"] = tile
    return st.session_state.get("mosaic_focus")


def _act(event: SectionEvent, number: int) -> None:
    if event.turned:
        go_to(number + event.turned)
    if event.window:
        st.session_state["mosaic_window"] = {number: Window(*event.window)}
    if event.picked is not None:
        st.session_state["mosaic_picked"] = event.picked or None
        st.query_params[PLACE] = str(number + 1)
        state.select(tile=event.picked or None)
    if event.opened:
        st.session_state["mosaic_open"] = event.opened


def _follow(scene: Scene, first: str, second: str) -> None:
    """Go where the first of two tiles that were parted is now."""
    rebuilt = cache.mosaic(scene.store)
    section = rebuilt.section[scene.store.row(first)] if rebuilt else ALONE
    go_to(0 if section == ALONE else int(section))
    st.toast(f"Broken: {first} and {second}. It can be mended below the list.", icon=":material/link_off:")
