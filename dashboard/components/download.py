"""A button that downloads a table."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from core.explore.spreadsheet import as_csv


def table(what: str, file_name: str, make: Callable[[], pd.DataFrame]) -> None:
    """`Download <what> (CSV)`; the table is made when somebody presses it."""
    st.download_button(
        f"Download {what} (CSV)",
        lambda: as_csv(make()),
        file_name,
        "text/csv",
        on_click="ignore",
        icon=":material/download:",
    )
