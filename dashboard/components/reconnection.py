"""A page that was left open while the server was away: it is drawn anew as soon as there is a connection again.

A new server has no session of the page. It would draw it as a whole, but skips the fragments that the browser asks for,
so that their buttons and keys would do nothing, and nobody would be told.
"""

from __future__ import annotations

import streamlit as st

from dashboard.components import assets

KEY = "reconnection"  # page.css hides it

_mount = st.components.v2.component(
    "saltscope.reconnection", html="<span></span>", js=assets.text("mounted.js", "reconnection.js")
)


def watch() -> None:
    """Stand on every page, outside of fragments, and run the page's script when the browser has a server again."""
    _mount(key=KEY, on_back_change=lambda: None)
