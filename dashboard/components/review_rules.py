"""The rules that fill the review queue, with the number of tiles they flag while they are moved."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.explore import numbers
from core.review.flagging import flag_run
from core.review.policy import FlagRules, flagged_counts
from core.review.tables import LABELS
from dashboard import cache, state
from dashboard.components.review_queue import Queue
from dashboard.guard import guarded


@st.fragment
@guarded
def show(queue: Queue) -> None:
    """Threshold, side and confidence; the count; the button that flags what the queue's run predicted."""
    assert queue.run is not None
    assert queue.predictions is not None
    rules = _rules()
    count = flagged_counts(queue.predictions, np.array([rules.threshold]), rules.over, rules.min_confidence)[0]
    st.markdown(f"**{numbers.tiles(int(count))}** of {len(queue.predictions):,} would be flagged")
    if st.button("Flag them", type="primary", icon=":material/flag:", disabled=not count, width="stretch"):
        result = flag_run(queue.workspace, cache.review_store(), queue.run.id, queue.tiles.name, rules)
        st.toast(f"{numbers.tiles(result['flagged'])} in the queue", icon=":material/flag:")
        st.rerun()
    st.caption(
        "Constant tiles are never flagged. The least confident come first, confident empties last. "
        "What was decided stays decided."
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


def show_reviewer() -> None:
    """The name that stands beside decisions."""
    with st.popover(state.reviewer(), icon=":material/person:"):
        name = st.text_input("Reviewer", state.reviewer(), help="Stands beside your decisions")
        state.call_reviewer(name)


def _rules() -> FlagRules:
    side = st.segmented_control(
        "Flag tiles whose predicted salt is",
        ["under", "over"],
        default="under",
        required=True,
        key="rule_side",
        persist_state="session",
    )
    threshold = st.slider(
        "Salt threshold", 0.0, 100.0, 5.0, 0.5, format="%.1f %%", key="rule_threshold", persist_state="session"
    )
    ask = st.toggle("or whose confidence is under", key="rule_ask_confidence", persist_state="session")
    limit = st.slider(
        "Confidence limit",
        0.0,
        1.0,
        0.5,
        0.05,
        key="rule_confidence",
        persist_state="session",
        disabled=not ask,
        label_visibility="collapsed",
    )
    return FlagRules(threshold / 100, side == "over", limit if ask else None)
