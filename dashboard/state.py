"""What a person has chosen: kept for the session, mirrored in the URL.

Session keys (none belongs to a widget, so they outlive a page):
    selection    the `Selection` below
    url          the query parameters as this module last wrote them
    reviewer     the name that stands beside decisions, where it was entered in this session
    kaggle_attempt, kaggle_refusal    how often a kaggle.json was given, and why the last was refused
"""

from __future__ import annotations

import getpass
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import unquote

import streamlit as st

from core.explore.filters import TileFilter
from core.explore.order import Order

REVIEWER = "saltscope_reviewer"  # the cookie with the name that was entered last in this browser
LONGEST_NAME = 100  # characters of it, as the store takes them


@dataclass(frozen=True)
class Selection:
    """Data set, run, tile, filter and order that every page shares."""

    dataset: str | None = None
    run: str | None = None
    tile: str | None = None
    filter: TileFilter = field(default_factory=TileFilter)
    order: Order = field(default_factory=Order)

    @classmethod
    def from_query(cls, query: dict[str, str]) -> Selection:
        """Read from query parameters; what is not there is not chosen."""
        chosen = TileFilter.from_query(query), Order.from_query(query)
        dataset, run, tile = (query.get(name) or None for name in ("dataset", "run", "tile"))
        return cls(dataset, run, tile, *chosen)

    def to_query(self) -> dict[str, str]:
        """Query parameters that `from_query` reads back."""
        names = {"dataset": self.dataset, "run": self.run, "tile": self.tile}
        return {key: value for key, value in names.items() if value} | self.view()

    def view(self) -> dict[str, str]:
        """Query parameters of what is filtered and in which order, whatever the page."""
        return self.filter.to_query() | self.order.to_query()


OWN_PARAMETERS = {"dataset", "run", "tile", *TileFilter.QUERY_KEYS, *Order.QUERY_KEYS}


def selection() -> Selection:
    """What is chosen now."""
    return st.session_state.setdefault("selection", Selection())


def select(**changes: Any) -> None:
    """Change fields of the selection, here and in the URL."""
    before = selection()
    if "dataset" in changes and before.dataset not in (None, changes["dataset"]):
        before = Selection()  # nothing of it holds for other tiles
    st.session_state["selection"] = replace(before, **changes)
    _write_url()


def start_over() -> None:
    """Choose nothing: the way out of a link that leads nowhere."""
    st.query_params.clear()
    st.session_state["selection"] = Selection()


def synchronise() -> None:
    """Take over a URL that came from outside (a link, the back button), else write the selection into it."""
    query = {key: value for key, value in st.query_params.to_dict().items() if key in OWN_PARAMETERS}
    if query and query != st.session_state.get("url"):
        st.session_state["selection"] = Selection.from_query(query)
    _write_url()


def reviewer() -> str:
    """The name that is stored with decisions: as entered, else that of the account the server runs under."""
    return _entered() or _remembered() or getpass.getuser()


def is_named() -> bool:
    """Whether somebody has entered a name, in this session or before in this browser."""
    return bool(_entered() or _remembered())


def call_reviewer(name: str) -> None:
    """Change that name."""
    if name.strip() != reviewer():
        st.session_state["reviewer"] = name.strip()


def name_to_remember() -> str:
    """The name that was entered, until the browser knows it; "" if there is nothing to remember."""
    return "" if _entered() == _remembered() else _entered()


def _entered() -> str:
    return str(st.session_state.get("reviewer", ""))


def _remembered() -> str:
    name = unquote(st.context.cookies.get(REVIEWER, "")).strip()
    return name if name.isprintable() and len(name) <= LONGEST_NAME else ""


def _write_url() -> None:
    wanted = selection().to_query()
    for key in OWN_PARAMETERS & set(st.query_params) - set(wanted):
        del st.query_params[key]
    changed = {key: value for key, value in wanted.items() if st.query_params.get(key) != value}
    if changed:
        st.query_params.update(changed)
    st.session_state["url"] = wanted
