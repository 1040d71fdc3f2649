"""The bar at the top of every page: its title, data set, run and saved views; the filters and the tiles they leave."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import streamlit as st

from core.dataset.tiles import TileStore
from core.errors import SaltScopeError
from core.explore.filters import TileFilter
from core.explore.order import Order
from core.explore.tile_table import TileTable
from core.workspace import RunFolder, Workspace
from dashboard import cache, navigation, state
from dashboard.components import filter_menu, view_menu
from dashboard.guard import tell
from dashboard.plain import plain


@dataclass(frozen=True, eq=False)
class Context:
    """What a page works on."""

    workspace: Workspace
    store: TileStore | None
    run: RunFolder | None
    filter: TileFilter
    order: Order

    @property
    def tiles(self) -> TileStore:
        """The data set of a page that asked for one."""
        assert self.store is not None
        return self.store

    @property
    def chosen_run(self) -> RunFolder:
        """The run of a page that asked for one."""
        assert self.run is not None
        return self.run

    @cached_property
    def table(self) -> TileTable:
        """What is known of the tiles, for filters and orders."""
        return cache.table(self.tiles, self.run)

    @cached_property
    def rows(self) -> np.ndarray:
        """The rows of the index that the filter leaves, ascending: (k,) int64."""
        return self.filter.apply(self.table)

    def count(self, other: TileFilter) -> int:
        """How many tiles another filter would leave."""
        return len(other.apply(self.table))


def show(
    title: str, needs: Literal["dataset", "run"] | None = "dataset", filters: bool = True, split: bool = True
) -> Context:
    """Draw the bar and return what is chosen; where something needed is missing, say how to get it and stop.

    filters: the page follows them. split: offer that filter here, as the page has no control for it.
    """
    workspace = cache.workspace()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="top_bar"):
        st.title(title, anchor=False, width="stretch")
        dataset = _choose("dataset", "Data set", workspace.dataset_names())
        run = _choose("run", "Run", [folder.id for folder in workspace.all_runs()])
        if dataset and filters:
            view_menu.show(workspace, dataset)
    if dataset is None and needs:
        _empty("There is no data set yet.", "Import tiles or make the demo", "overview")
    if run is None and needs == "run":
        _empty("There is no run yet: a run is one training.", "Train a model", "train")
    store = cache.store(dataset) if dataset else None
    chosen = state.selection()
    found = workspace.existing_run(run) if run else None
    context = Context(workspace, store, found, chosen.filter, chosen.order)
    if store and filters:
        _filters(context, split)
    return context


def _choose(field: Literal["dataset", "run"], label: str, names: list[str]) -> str | None:
    """A select box that follows the selection; the first name where nothing is chosen."""
    chosen = getattr(state.selection(), field)
    if chosen is None and names:
        chosen = names[0]
        state.select(**{field: chosen})
    if chosen is not None and chosen not in names:
        names = [chosen, *names]
    if not names:
        return None
    key = f"top_bar_{field}"
    st.session_state[key] = chosen
    st.selectbox(label, names, key=key, on_change=lambda: state.select(**{field: st.session_state[key]}), width=240)
    return chosen


def _filters(context: Context, split: bool) -> None:
    """The filters with the number of tiles they leave; one that can't be applied is named, and can be taken away."""
    problem = None
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="filter_chips"):
        try:
            left, total = len(context.rows), len(context.tiles)
            st.caption(f"{left:,}{'' if left == total else f' of {total:,}'} tiles", width="content")
        except SaltScopeError as error:
            problem = error
        _chips(context.filter)
        filter_menu.show(context.table, context.filter, split)
    if problem:
        tell(problem)
        st.stop()


def _chips(chosen: TileFilter) -> None:
    chips = chosen.chips()
    for number, (label, without) in enumerate(chips):
        _chip(f"{plain(label)} ✕", f"chip_{number}", "Remove this filter", without)
    if len(chips) > 1:
        _chip("Clear all", "chips_clear", None, TileFilter())


def _chip(label: str, key: str, help: str | None, then: TileFilter) -> None:
    st.button(label, key=key, type="tertiary", help=help, on_click=state.select, kwargs={"filter": then})


def _empty(what: str, button: str, target: str) -> None:
    with st.container(border=True):
        st.subheader(what, anchor=False)
        if st.button(button, type="primary", icon=":material/arrow_forward:"):
            navigation.open_page(target)
    st.stop()
