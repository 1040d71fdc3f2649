"""The rules that fill the review queue, with the number of tiles they flag while they are moved."""

from __future__ import annotations

from typing import NamedTuple

import streamlit as st

from core.explore import numbers
from core.review.evidence import Evidence
from core.review.flagging import flag_run
from core.review.policy import RULES, FlagRules, Reason, flagged, holds
from core.review.tables import LABELS
from dashboard import cache
from dashboard.components.review_queue import Queue
from dashboard.guard import guarded

WIDTH = 620  # CSS pixels


class Row(NamedTuple):
    """How a rule stands on the page. lacks: what to do before it can be asked."""

    words: str
    percent: bool = False
    lacks: str = ""


ROWS = {
    Reason.SALT_UNDER: Row("Predicted salt under", percent=True),
    Reason.SALT_OVER: Row("Predicted salt over", percent=True),
    Reason.LOW_CONFIDENCE: Row("Confidence under"),
    Reason.LABEL_DISAGREES: Row("IoU of label and prediction under", lacks="None of these tiles has a label."),
    Reason.PREDICTED_SEAM: Row("Edge where predictions differ over", True, "Find neighbours first: see Mosaic."),
    Reason.LABEL_SEAM: Row("Edge where labels differ over", True, "Find neighbours first: see Mosaic."),
    Reason.QUALITY: Row("Quality finding more severe than", lacks="Check the labels first: see Quality."),
}
HELP = {
    Reason.PREDICTED_SEAM: "Share of the edge to a tile that touches along which the two predictions differ",
    Reason.LABEL_SEAM: "Share of the edge to a tile that touches along which the two labels differ",
    Reason.QUALITY: "Findings of the page Quality about its label",
}


def show_in_bar(queue: Queue) -> None:
    """The rules behind a button; they are looked at when it is open."""
    popover = st.popover("Flag tiles", icon=":material/flag:", key="flag_tiles", on_change="rerun")
    if popover.open:
        with popover, st.container(width=WIDTH):
            show(queue)


@st.fragment
@guarded
def show(queue: Queue) -> None:
    """A switch, a limit and a count for each rule; the count of all; the button that flags what the run predicted."""
    assert queue.run is not None
    evidence = cache.evidence(queue.tiles, queue.run)
    limits = {reason: _row(evidence, reason) for reason in ROWS}
    with st.container(horizontal=True, vertical_alignment="center", key="rules_together"):
        every = _together() == "all"
        rules = FlagRules(**{reason.value: limit for reason, limit in limits.items()}, every=every)
        count = int(flagged(evidence.tiles, rules).sum())
        st.markdown(f"**{numbers.tiles(count)}** of {len(evidence.tiles):,} would be flagged", width="stretch")
        if st.button("Flag them", type="primary", icon=":material/flag:", disabled=not count):
            _flag(queue, rules)
    st.caption("Constant tiles are never flagged for a prediction. What was decided stays decided.")


def _flag(queue: Queue, rules: FlagRules) -> None:
    assert queue.run is not None
    result = flag_run(queue.workspace, cache.review_store(), queue.run.id, queue.tiles.name, rules)
    st.toast(f"{numbers.tiles(result['flagged'])} in the queue", icon=":material/flag:")
    st.session_state["flag_tiles"] = False
    st.rerun()


def _row(evidence: Evidence, reason: Reason) -> float | None:
    """Draw one rule; its limit, None while it is off."""
    row, known = ROWS[reason], evidence.can_ask(reason)
    switch, slider, count = st.columns([11, 8, 3], vertical_alignment="center", gap="small")
    on = switch.toggle(
        row.words,
        value=reason is Reason.SALT_UNDER,
        key=f"rule_{reason}_on",
        persist_state="session",
        disabled=not known,
        help=HELP.get(reason) if known else row.lacks,
    )
    scale = 100 if row.percent else 1
    limit = slider.slider(
        row.words,
        0.0,
        1.0 * scale,
        RULES[reason].limit * scale,
        scale / 200,
        format="%.1f %%" if row.percent else "%.3f",
        key=f"rule_{reason}",
        persist_state="session",
        disabled=not known,
        label_visibility="collapsed",
    )
    limit = limit / scale
    if known:
        found = f"{int(holds(evidence.tiles, reason, limit).sum()):,}"
        count.markdown(f"**{found}**" if on else f":gray[{found}]", text_alignment="right")
    return limit if on and known else None


def _together() -> str:
    return st.segmented_control(
        "Flag what",
        ["any", "all"],
        default="any",
        required=True,
        key="rules_together_choice",
        persist_state="session",
        format_func={"any": "any of these", "all": "all of these"}.__getitem__,
        label_visibility="collapsed",
    )


def show_withdrawal(dataset: str, waiting: int) -> None:
    """The way to empty the queue of labels."""
    if not waiting:
        return
    with st.popover("Withdraw", icon=":material/playlist_remove:"):
        st.write(f"Take {numbers.count(waiting)} open labels out of the queue? What was decided stays.")
        if st.button("Take them out", type="primary"):
            cache.review_store().withdraw(LABELS, dataset)
            st.rerun()
