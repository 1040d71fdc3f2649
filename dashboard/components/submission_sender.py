"""The form that sends a submission to Kaggle."""

from __future__ import annotations

import streamlit as st

from core import actions
from core.dataset.kaggle import credentials
from core.dataset.kaggle.download import TGS
from core.errors import SaltScopeError
from core.segment.submission import Kept
from core.workspace import Workspace
from dashboard import navigation
from dashboard.components import job_panel
from dashboard.guard import tell


def show(workspace: Workspace, chosen: Kept | None) -> None:
    """Message, competition and button; what became of the last sending."""
    if credentials.found() is None:
        st.info("Kaggle asks who you are before it takes a file.")
        if st.button("Sign in", icon=":material/key:", key="submit_sign_in"):
            navigation.open_page("data")
        return
    with st.form("submission_send"):
        message = st.text_input("Message", " + ".join(chosen.runs) if chosen else "", help="You know it again by this.")
        competition = st.text_input("Competition", TGS)
        if st.form_submit_button("Send to Kaggle", icon=":material/send:", type="primary", disabled=chosen is None):
            try:
                assert chosen is not None
                actions.start_sending(
                    workspace, chosen.path, competition.strip(), chosen.dataset, chosen.runs, message.strip()
                )
                st.rerun()
            except SaltScopeError as error:
                tell(error)
    job_panel.show_failure("send")
