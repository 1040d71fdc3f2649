"""Which findings a person looks at: rules, severity and split. They stand in the URL."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import streamlit as st

from core.explore import numbers
from core.explore.filters import ANY
from core.explore.quality import Checked, Reason, choice
from dashboard import navigation, state
from dashboard.components import quality_check

RULE, SEVERITY = "rule", "severity"  # query parameters
SEVERITIES = (0.0, 0.3, 0.5, 0.7)
ALL = "\n\n".join(f"**{reason.words}**: {reason.meaning}" for reason in Reason)


def choose(checked: Checked, rows: np.ndarray) -> pd.DataFrame:
    """Draw the controls and return the findings about tiles in `rows` (n,) that they leave."""
    at_least = _number(st.query_params.get(SEVERITY))
    found = choice.chosen(checked.findings, rows, at_least=at_least)
    counts = choice.counts(found)
    wanted = [reason for reason in st.query_params.get_all(RULE) if reason in counts]
    _rules(counts, wanted)
    found = choice.chosen(found, reasons=wanted)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="quality_controls"):
        st.caption(f"{len(found):,} findings in {numbers.tiles(int(found['row'].nunique()))}", width="stretch")
        quality_check.left_out(checked.left_out)
        if len(wanted) < 2 and len(found) and st.button("Explore", icon=":material/grid_view:", key="explore_found"):
            finding = wanted[0] if wanted else ANY
            navigation.open_page("explore", filter=replace(state.selection().filter, finding=finding), tile=None)
        _split()
        _severity(at_least)
    return found


def _rules(counts: dict[str, int], wanted: list[str]) -> None:
    st.session_state["quality_rules"] = wanted
    st.pills(
        "Rules",
        list(counts),
        selection_mode="multi",
        key="quality_rules",
        format_func=lambda reason: f"{Reason(reason).words} · {counts[reason]:,}",
        help=ALL,
        on_change=_keep_rules,
    )


def _keep_rules() -> None:
    st.query_params[RULE] = st.session_state["quality_rules"]


def _split() -> None:
    chosen = state.selection().filter
    st.session_state["quality_split"] = chosen.split
    st.segmented_control(
        "Split",
        ["train", "test"],
        key="quality_split",
        label_visibility="collapsed",
        on_change=lambda: state.select(filter=replace(chosen, split=st.session_state["quality_split"])),
    )


def _severity(at_least: float) -> None:
    st.session_state["quality_severity"] = at_least
    st.selectbox(
        "Severity",
        sorted({*SEVERITIES, at_least}),
        key="quality_severity",
        format_func=lambda limit: f"Severity from {limit:.1f}" if limit else "Any severity",
        on_change=_keep_severity,
        label_visibility="collapsed",
        width=170,
        help="A judgement of 0 to 1 on how likely a finding is a fault, and how much it matters",
    )


def _keep_severity() -> None:
    st.query_params[SEVERITY] = f"{st.session_state['quality_severity']:g}"


def _number(text: str | None) -> float:
    """A severity of 0…1; 0 for what is none."""
    try:
        return min(max(float(text or 0), 0.0), 1.0)
    except ValueError:
        return 0.0
