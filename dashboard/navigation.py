"""The pages in their groups, and what stands around every page."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from core.errors import SaltScopeError
from dashboard import front, memory, state
from dashboard.components import job_panel, reconnection
from dashboard.guard import tell

PAGES = {
    "Data": [
        ("overview", "Overview", ":material/home:"),
        ("explore", "Explore", ":material/grid_view:"),
        ("distributions", "Distributions", ":material/bar_chart:"),
        ("correlation", "Correlation", ":material/scatter_plot:"),
        ("quality", "Quality", ":material/rule:"),
        ("mosaic", "Mosaic", ":material/landscape:"),
    ],
    "Model": [
        ("train", "Train", ":material/model_training:"),
        ("runs", "Runs", ":material/compare_arrows:"),
        ("predictions", "Predictions", ":material/insights:"),
    ],
    "Labels": [("review", "Review", ":material/fact_check:")],
    "Kaggle": [
        ("data", "Data", ":material/cloud_download:"),
        ("submit", "Submit", ":material/cloud_upload:"),
    ],
}
FOLDER = Path(__file__).resolve().parents[1] / "pages"


def page(name: str) -> st.Page:
    """The page in `pages/<name>.py`, for `st.switch_page`."""
    for group in PAGES.values():
        for stem, title, icon in group:
            if stem == name:
                return st.Page(FOLDER / f"{stem}.py", title=title, icon=icon, default=stem == "overview")
    raise KeyError(name)


def open_page(name: str, **changes: object) -> None:
    """Change the selection and go to another page with it."""
    state.select(**changes)
    st.switch_page(page(name), query_params=state.selection().to_query())


def run(folder: Path) -> None:
    """Show the navigation, then the page that was asked for; errors for people stand where they happened."""
    groups = {group: [page(stem) for stem, _, _ in pages] for group, pages in PAGES.items()}
    current = st.navigation(groups)
    if not front.brings_style():
        st.html(f"{front.STYLE}<span></span>")  # the span makes it content; a style alone lies among the messages
    reconnection.watch()
    try:
        state.synchronise()
        job_panel.show()
        current.run()
        memory.settle(current.title)
    except SaltScopeError as error:
        tell(error)
        st.button("Start over without this link", icon=":material/restart_alt:", on_click=state.start_over)
