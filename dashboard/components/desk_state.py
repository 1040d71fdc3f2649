"""What the desk remembers of a session: a plain object, since handlers of `outbox` change it.

Session key: review_desk.
"""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from dashboard.components.mask_editor import Clash


@dataclass
class DeskState:
    """item: the one on the desk, None: the first that is open.

    failure: why the last act failed, clash: somebody else's newer mask for the item, news: what is to be said once.
    """

    item: int | None = None
    failure: str = ""
    clash: Clash | None = None
    news: str = ""

    def report(self) -> None:
        """Say what has happened since the last time."""
        if self.failure:
            st.error(self.failure)
        if self.news:
            st.toast(self.news)
        self.failure = self.news = ""


def desk_state() -> DeskState:
    """That of this session."""
    kept: DeskState = st.session_state.setdefault("review_desk", DeskState())
    return kept
