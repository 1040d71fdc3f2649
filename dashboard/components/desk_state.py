"""What the desk remembers of a session: a plain object, since handlers of `outbox` change it.

Session key: review_desk.
"""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from dashboard.components.mask_editor import Clash
from dashboard.components.outbox import News


@dataclass
class DeskState(News):
    """item: the one on the desk, None: the first that is open. clash: somebody else's newer mask for it."""

    item: int | None = None
    clash: Clash | None = None

    def take_up(self, item: int | None) -> None:
        """Put another item on the desk."""
        self.item, self.clash = item, None


def desk_state() -> DeskState:
    """That of this session."""
    kept: DeskState = st.session_state.setdefault("review_desk", DeskState())
    return kept
