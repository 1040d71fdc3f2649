"""The name that stands beside decisions: entered once, and kept by the browser from then on."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.components import assets

FIELD = "reviewer_field"
ALONE = (None, "localhost", "127.0.0.1", "::1")  # addresses at which nobody from elsewhere can come in

_mount = st.components.v2.component(
    "saltscope.reviewer_name", html="<span></span>", js=assets.text("reviewer_name.js")
)  # page.css hides it


def is_asked_for() -> bool:
    """Whether several people may be here, and this one has not told who they are."""
    return st.get_option("server.address") not in ALONE and not state.is_named()


def ask() -> None:
    """A form in place of the page."""
    with st.form("reviewer_form", width=460):
        st.write("Others may be here, too. Your name stands beside what you decide, and keeps them off your tile.")
        name = st.text_input("Your name", max_chars=state.LONGEST_NAME)
        if st.form_submit_button("Review", type="primary") and name.strip():
            state.call_reviewer(name)
            st.rerun()


def enter() -> None:
    """A field to change it."""
    st.text_input(
        "Reviewer",
        state.reviewer(),
        max_chars=state.LONGEST_NAME,
        key=FIELD,
        on_change=lambda: state.call_reviewer(st.session_state[FIELD]),
        help="Stands beside your decisions; this browser remembers it",
    )


def remember() -> None:
    """Let the browser keep a name that it does not know yet."""
    if name := state.name_to_remember():
        _mount(key="reviewer_name", data={"cookie": state.REVIEWER, "name": name})
