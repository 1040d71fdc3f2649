"""The links that somebody broke, and the way to take that back."""

from __future__ import annotations

import streamlit as st

from core.errors import SaltScopeError
from core.explore.mosaic import BrokenLink, broken_links, mend_link
from core.workspace import Workspace


def show(workspace: Workspace, dataset: str) -> None:
    """A list with Mend beside each; nothing where none is broken."""
    broken = broken_links(workspace, dataset)
    if failure := st.session_state.pop("mend_failure", None):
        st.error(failure)
    if not broken:
        return
    with st.expander(f"Broken links ({len(broken)})", icon=":material/link_off:"):
        for link in reversed(broken):
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.markdown(_in_words(link), width="content")
                st.button(
                    "Mend",
                    key=f"mend_{'/'.join(link)}",
                    icon=":material/link:",
                    on_click=_mend,
                    args=(workspace, dataset, link),
                )


def _in_words(link: BrokenLink) -> str:
    between = "was left of" if link.where == "right" else "was above"
    return f"`{link.first}` {between} `{link.second}`"


def _mend(workspace: Workspace, dataset: str, link: BrokenLink) -> None:
    try:
        mend_link(workspace, dataset, *link)
    except SaltScopeError as error:
        st.session_state["mend_failure"] = str(error)
        return
    st.toast(f"Mended: {link.first} and {link.second}", icon=":material/link:")
