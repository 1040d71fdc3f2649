"""Two runs or more beside each other: how much better, what differs, curves, tiles."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core import actions
from core.segment.comparison import Comparison, compare
from core.workspace import Workspace
from dashboard import chosen_runs, run_rows
from dashboard.components import chart, run_curves, run_tiles
from dashboard.run_rows import Row

SCORES, CURVES, TILES = "scores", "curves", "tiles"


def show(workspace: Workspace, chosen: Sequence[Row]) -> None:
    """Hold the other runs against the first one, in the view that the URL names."""
    found = compare([row.profile for row in chosen])
    told = {one.run for one in found.differences}
    others = [row for row in chosen if row.folder.id in told]
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="run_views"):
        view = _choose_view()
        _choose_first([row.folder.id for row in chosen])
        by = run_curves.choose_axis() if view == CURVES else ""
        other = run_tiles.choose_other(others) if view == TILES and others else None
    if view == CURVES:
        run_curves.show(chosen, by)
        return
    _missing(workspace, found, chosen)
    if view == SCORES:
        _scores(found)
    elif other:
        run_tiles.show(chosen[0], other)


def _choose_view() -> str:
    view = st.segmented_control(
        "Compare",
        [SCORES, CURVES, TILES],
        default=SCORES,
        required=True,
        key="show",
        bind="query-params",
        label_visibility="collapsed",
    )
    return view or SCORES


def _choose_first(runs: list[str]) -> None:
    key = f"held_against_{len(runs)}"
    st.session_state[key] = runs[0]
    st.selectbox(
        "Held against",
        runs,
        key=key,
        format_func=lambda run: f"against {chosen_runs.label(run)}",
        width=270,
        label_visibility="collapsed",
        on_change=lambda: chosen_runs.put_first(st.session_state[key]),
    )


def _scores(found: Comparison) -> None:
    left, right = st.columns([6, 5], gap="medium")
    with left:
        _differences(found)
    with right:
        _settings(found)


def _differences(found: Comparison) -> None:
    from core.explore.figures.runs import RunDifference, plot_run_differences

    if not found.differences:
        return
    colour = chosen_runs.colour_of([profile.run for profile in found.profiles])
    rows = [
        RunDifference(chosen_runs.label(one.run), one.mean, one.low, one.high, one.in_words, colour[one.run])
        for one in found.differences
    ]
    base = chosen_runs.label(found.profiles[0].run)
    chart.show(plot_run_differences(rows, base, chart.dark()), "run_differences", "; ".join(row.words for row in rows))
    for one in found.differences:
        sure = "" if one.is_certain else " The interval holds zero: this may be chance."
        words = f"over {one.tiles:,} tiles that both kept aside: {one.better:,} better, {one.worse:,} worse."
        st.caption(f"**{chosen_runs.label(one.run)}** {words}{sure}")


def _settings(found: Comparison) -> None:
    if not found.differing:
        st.caption("No setting differs.")
        return
    runs = [chosen_runs.label(profile.run) for profile in found.profiles]
    lines = [[name.replace("_", " "), *map(_in_words, values)] for name, values in found.differing]
    st.dataframe(pd.DataFrame(lines, columns=["what differs", *runs]), hide_index=True)


def _in_words(value: object) -> str:
    if value is None:
        return "–"
    text = ("off", "on")[value] if isinstance(value, bool) else f"{value:g}" if isinstance(value, float) else str(value)
    return text if len(text) <= 40 else text[:37] + "…"


def _missing(workspace: Workspace, found: Comparison, chosen: Sequence[Row]) -> None:
    """What keeps runs from being compared tile by tile, and the button that mends it, where one can."""
    by_id = {row.folder.id: row for row in chosen}
    for run, words in found.doubtful.items():
        st.caption(f":material/info: **{chosen_runs.label(run)}** {words}.")
    for run, words in found.missing.items():
        row = by_id[run]
        with st.container(horizontal=True, vertical_alignment="center", key=f"missing_{run}"):
            st.caption(f":material/info: **{chosen_runs.label(run)}** {words}.", width="stretch")
            if run_rows.can_predict(row) and st.button(
                "Predict them", key=f"predict_{run}", icon=":material/insights:"
            ):
                actions.start_prediction(workspace, run, row.profile.dataset, "train")
                st.rerun()
