"""Keeps the garbage collector away from what stays loaded for good."""

from __future__ import annotations

import gc

import streamlit as st


@st.cache_resource(max_entries=32)
def settle(page: str) -> None:
    """Call at the end of a page: the first time, put all that it loaded out of the collector's sight.

    Streamlit collects garbage after every rerun and before its answer is on the wire; walking through
    pandas, plotly and their like costs some 40 ms each time, a quarter of the way to the next page of thumbnails.
    """
    gc.collect()
    gc.freeze()
