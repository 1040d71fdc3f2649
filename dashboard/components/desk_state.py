"""What the desk remembers of a session: a plain object, since handlers of `outbox` change it.

Session key: review_desk.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import streamlit as st

from dashboard.components.mask_editor import Clash
from dashboard.components.outbox import News


@dataclass
class DeskState(News):
    """item: the one on the desk, None: the first that is open. clashes: somebody else's newer masks, by item."""

    item: int | None = None
    clashes: dict[int, Clash] = field(default_factory=dict)


def desk_state() -> DeskState:
    """That of this session."""
    kept: DeskState = st.session_state.setdefault("review_desk", DeskState())
    return kept
