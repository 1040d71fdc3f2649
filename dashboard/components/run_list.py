"""All runs as a table: filtered, sorted, two or more chosen to be compared."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd
import streamlit as st

from dashboard import cache, chosen_runs, run_rows, state
from dashboard.run_rows import Row

HEIGHT = 262  # pixels
FILTERS = {"of_dataset": "Data set", "of_model": "Model", "of_state": "State"}  # query parameter, column
SCORE = (
    "Of the tiles as predicted, by the data set's own labels; without ±: as measured in the training, by the labels "
    "that it learned, which may be reviewed ones"
)
MARK, SIGN = "colour", "●"
COLUMNS = {
    MARK: st.column_config.TextColumn("", width=32),
    "Score": st.column_config.NumberColumn(format="%.3f", help=SCORE),
    "±": st.column_config.NumberColumn(format="%.3f", help="Standard error of the score"),
    "Tiles": st.column_config.NumberColumn(help="Validation tiles that were predicted"),
    "Minutes": st.column_config.NumberColumn(format="%.1f", help="Of training"),
    "GFLOP a tile": st.column_config.NumberColumn("GFLOP", format="%.2f", help="Of one forward pass for one tile"),
    "Parameters": st.column_config.NumberColumn(format="localized"),
}


def filtered(found: Sequence[Row]) -> list[Row]:
    """Draw a filter for what tells runs apart; gives those that the filters leave."""
    frame = run_rows.table(found)
    left = pd.Series(True, index=frame.index)
    for key, name in FILTERS.items():
        options = sorted(frame[name].dropna().unique())
        if len(options) < 2:
            continue
        wanted = st.multiselect(
            name,
            options,
            key=key,
            bind="query-params",
            placeholder=f"Any {name.lower()}",
            label_visibility="collapsed",
            width=170,
        )
        left &= frame[name].isin(wanted) | (not wanted)
    return [row for row, keep in zip(found, left, strict=True) if keep]


def show(shown: Sequence[Row], chosen: Sequence[Row]) -> None:
    """Draw the table; a click on a line's box chooses its run, or chooses it no longer."""
    frame = run_rows.table(shown)
    ids = frame["Run"].tolist()
    colours = chosen_runs.colour_of([row.folder.id for row in chosen])
    key = f"runs_{hash(tuple(ids))}"
    st.session_state[key] = {
        "selection": {"rows": [ids.index(run) for run in colours if run in ids], "columns": [], "cells": []}
    }
    frame["Run"] = [chosen_runs.label(run) for run in ids]
    frame.insert(0, MARK, [SIGN if run in colours else "" for run in ids])
    styles = [f"color: {colours.get(run, '')}" for run in ids]
    st.dataframe(
        frame.style.apply(lambda column: styles if column.name == MARK else [""] * len(ids)),
        key=key,
        hide_index=True,
        height=HEIGHT,
        placeholder="–",
        on_select=_chooser(key, ids),
        selection_mode="multi-row",
        column_config=COLUMNS,
    )


def _chooser(key: str, ids: list[str]) -> Callable[[], None]:
    def choose() -> None:
        runs = [ids[place] for place in st.session_state[key]["selection"]["rows"] if place < len(ids)]
        known = [one.id for one in cache.workspace().all_runs()]
        chosen_runs.choose([run for run in chosen_runs.chosen(known) if run not in ids] + runs)
        if len(runs) == 1:
            state.select(run=runs[0])

    return choose
