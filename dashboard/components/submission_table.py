"""What was sent to Kaggle, by which runs, and what it scored."""

from __future__ import annotations

import streamlit as st

from core.errors import SaltScopeError
from core.explore import numbers
from core.segment.submission import Sent, SentLog
from core.segment.submission.sending import refresh
from core.workspace import Workspace
from dashboard.guard import tell


def show(workspace: Workspace, dataset: str) -> None:
    """The table, the newest first, and a button that asks Kaggle for what it does not tell yet."""
    sent = [one for one in SentLog(workspace.submissions).all() if one.dataset == dataset]
    st.subheader("Sent so far", anchor=False)
    if not sent:
        st.caption("Nothing yet. What you send stands here, with its score.")
        return
    scored = [one for one in sent if one.public_score is not None]
    if scored:
        best = max(scored, key=lambda one: one.public_score or 0.0)
        st.markdown(f"Best public score so far: **{numbers.score(best.public_score)}**, {', '.join(best.runs)}")
    st.dataframe(list(map(_row, sent)), hide_index=True)
    waiting = sorted({one.competition for one in sent if one.status == "pending"})
    if st.button("Ask for scores", icon=":material/refresh:", type="primary" if waiting else "secondary"):
        try:
            with st.spinner("Asking Kaggle…"):
                for competition in waiting or sorted({one.competition for one in sent}):
                    refresh(workspace, competition)
            st.rerun()
        except SaltScopeError as error:
            tell(error)


def _row(sent: Sent) -> dict[str, str]:
    return {
        "Public score": numbers.score(sent.public_score),
        "Private score": numbers.score(sent.private_score),
        "Status": sent.error or sent.status,
        "Message": sent.message,
        "Runs": ", ".join(sent.runs),
        "Sent": sent.sent.replace("T", " ").removesuffix("+00:00") + " UTC",
        "File": sent.file,
        "Competition": sent.competition,
    }
