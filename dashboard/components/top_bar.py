"""The bar at the top of every page: its title, data set, run, and the filters with the tiles they leave."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import streamlit as st

from core.dataset.tiles import TileStore
from core.explore.filters import TileFilter
from core.workspace import RunFolder, Workspace
from dashboard import cache, navigation, state


@dataclass(frozen=True)
class Context:
    """What a page works on. `rows`: the rows of the index that the filter leaves, in order."""

    workspace: Workspace
    store: TileStore | None
    run: RunFolder | None
    filter: TileFilter
    rows: np.ndarray

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

    def count(self, other: TileFilter) -> int:
        """How many tiles another filter would leave."""
        return len(other.apply(self.tiles.index))


def show(title: str, needs: Literal["dataset", "run"] | None = "dataset", filters: bool = True) -> Context:
    """Draw the bar and return what is chosen; where something needed is missing, say how to get it and stop."""
    workspace = cache.workspace()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="top_bar"):
        st.title(title, anchor=False, width="stretch")
        dataset = _choose("dataset", "Data set", workspace.dataset_names())
        run = _choose("run", "Run", [folder.id for folder in workspace.all_runs()])
    if dataset is None and needs:
        _empty("There is no data set yet.", "Import tiles or make the demo", "overview")
    if run is None and needs == "run":
        _empty("There is no run yet: a run is one training.", "Train a model", "train")
    store = cache.store(dataset) if dataset else None
    chosen = state.selection().filter
    rows = chosen.apply(store.index) if store else np.empty(0, dtype=np.int64)
    if store and filters:
        _chips(chosen, len(rows), len(store))
    return Context(workspace, store, workspace.existing_run(run) if run else None, chosen, rows)


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


def _chips(chosen: TileFilter, left: int, total: int) -> None:
    chips = chosen.chips()
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="filter_chips"):
        of_all = "" if left == total else f" of {total:,}"
        st.caption(f"{left:,}{of_all} tiles", width="content")
        for number, (label, without) in enumerate(chips):
            st.button(
                f"{label} ✕",
                key=f"chip_{number}",
                type="tertiary",
                help="Remove this filter",
                on_click=state.select,
                kwargs={"filter": without},
            )
        if len(chips) > 1:
            st.button(
                "Clear all", key="chips_clear", type="tertiary", on_click=state.select, kwargs={"filter": TileFilter()}
            )


def _empty(what: str, button: str, target: str) -> None:
    with st.container(border=True):
        st.subheader(what, anchor=False)
        if st.button(button, type="primary", icon=":material/arrow_forward:"):
            navigation.open_page(target)
    st.stop()
