"""Errors for people inside of fragments: drawn again alone, a fragment has nobody around it who would catch them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import streamlit as st

from core.errors import SaltScopeError

P = ParamSpec("P")


def guarded(draw: Callable[P, None]) -> Callable[P, None]:
    """`draw`, with an error for people shown where it happened. Stands below `@st.fragment`."""

    @wraps(draw)
    def guarded_draw(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            draw(*args, **kwargs)
        except SaltScopeError as error:
            st.error(str(error), icon=":material/error:")

    return guarded_draw
