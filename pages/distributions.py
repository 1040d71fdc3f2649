"""Distributions: depth and salt, grey levels, where in a tile salt lies, and train against test."""

import streamlit as st

from dashboard.components import distribution_views, top_bar

VIEWS = {
    "salt": ("Depth and salt", distribution_views.show_depth_and_salt),
    "grey": ("Grey levels", distribution_views.show_grey),
    "mean": ("Mean tile", distribution_views.show_mean_tile),
    "splits": ("Train against test", distribution_views.show_splits),
}

context = top_bar.show("Distributions")
with st.container(horizontal=True, key="distributions_controls"):
    view = st.segmented_control(
        "Show",
        list(VIEWS),
        default="salt",
        format_func=lambda view: VIEWS[view][0],
        key="show",
        required=True,
        bind="query-params",
        label_visibility="collapsed",
    )
VIEWS[view][1](context)
