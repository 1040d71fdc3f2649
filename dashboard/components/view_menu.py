"""Saved views: open one, save what is shown now, rename, delete with a question.

Session key: view_edit, the view that is about to be renamed or deleted, as (what, name).
"""

from __future__ import annotations

import streamlit as st

from core.errors import SaltScopeError
from core.explore import views
from core.explore.filters import TileFilter
from core.explore.order import Order
from core.workspace import Workspace
from dashboard import state
from dashboard.guard import callback, tell
from dashboard.plain import plain

EDIT = "view_edit"


def show(workspace: Workspace, dataset: str) -> None:
    """A button that opens the list; nothing is read while it is closed."""
    menu = st.popover("Views", icon=":material/bookmarks:", key="view_menu", on_change="rerun")
    if not menu.open:
        st.session_state.pop(EDIT, None)
        return
    with menu:
        try:
            _list(workspace, dataset)
            _save(workspace, dataset)
        except SaltScopeError as error:
            tell(error)


def _list(workspace: Workspace, dataset: str) -> None:
    kept = views.saved(workspace, dataset)
    if not kept:
        st.caption("A view is a name for what you see: filters, order and run. Save one to come back to it.")
    with st.container(gap="small", height=280 if len(kept) > 6 else "content", key="view_list"):
        for number, (name, query) in enumerate(kept.items()):
            what, edited = st.session_state.get(EDIT, ("", ""))
            if edited == name:
                _edit(workspace, dataset, what, name)
                continue
            with st.container(horizontal=True, gap="small", vertical_alignment="center"):
                st.button(
                    plain(name),
                    key=f"view_{number}",
                    width="stretch",
                    on_click=_open,
                    args=(workspace, query),
                    help=plain(_words(query)),
                )
                for what, icon in (("Rename", ":material/edit:"), ("Delete", ":material/delete:")):
                    key = f"view_{what}_{number}"
                    st.button(icon, key=key, type="tertiary", help=what, on_click=_ask, args=(what, name))


def _edit(workspace: Workspace, dataset: str, what: str, name: str) -> None:
    with st.container(border=True):
        if what == "Rename":
            new = st.text_input("New name", name, key="view_new_name", max_chars=views.LONGEST_NAME)
        else:
            st.write(f"Delete the view **{name}** for good?")
        with st.container(horizontal=True, gap="small"):
            if st.button(what, type="primary", key="view_do"):
                if what == "Rename":
                    views.rename(workspace, dataset, name, new)
                else:
                    views.delete(workspace, dataset, name)
                st.session_state.pop(EDIT)
                st.rerun()
            st.button("Keep it", key="view_keep", on_click=lambda: st.session_state.pop(EDIT, None))


def _save(workspace: Workspace, dataset: str) -> None:
    form = st.form("view_save", border=False, clear_on_submit=True)
    with form, st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        name = st.text_input("Save this view as", max_chars=views.LONGEST_NAME)
        wanted = st.form_submit_button("Save", icon=":material/bookmark_add:")
    if wanted:
        chosen = state.selection()
        views.save(workspace, dataset, name, chosen.view() | ({"run": chosen.run} if chosen.run else {}))
        st.rerun()


def _ask(what: str, name: str) -> None:
    st.session_state[EDIT] = (what, name)


@callback
def _open(workspace: Workspace, query: views.Query) -> None:
    """Take over a view; a run that was deleted meanwhile is left out of it."""
    st.session_state["view_menu"] = False  # closes it
    run = query.get("run")
    known = {folder.id for folder in workspace.all_runs()}
    state.select(
        filter=TileFilter.from_query(query),
        order=Order.from_query(query),
        tile=None,
        **({"run": run} if run in known else {}),
    )


def _words(query: views.Query) -> str:
    try:
        said = [label for label, _ in TileFilter.from_query(query).chips()]
        order = Order.from_query(query).in_words()
    except SaltScopeError as error:
        return str(error)
    return " · ".join([*said, *([order] if order else [])]) or "all tiles"
