"""Errors for people where nobody around would catch them: in fragments, which are drawn alone, and in callbacks."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import streamlit as st

from core.errors import SaltScopeError
from dashboard.plain import plain

P = ParamSpec("P")


def tell(error: SaltScopeError) -> None:
    """Show an error for people."""
    st.error(plain(str(error)), icon=":material/error:")


def guarded(draw: Callable[P, None]) -> Callable[P, None]:
    """`draw`, with an error for people shown where it happened. Stands below `@st.fragment`."""

    @wraps(draw)
    def guarded_draw(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            draw(*args, **kwargs)
        except SaltScopeError as error:
            tell(error)

    return guarded_draw


def callback(act: Callable[P, None]) -> Callable[P, None]:
    """`act`, a widget's callback, with an error for people told in a toast."""

    @wraps(act)
    def guarded_act(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            act(*args, **kwargs)
        except SaltScopeError as error:
            st.toast(plain(str(error)), icon=":material/error:")

    return guarded_act
