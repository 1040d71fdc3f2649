"""The router: `streamlit run dashboard/app.py` from any folder."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

import streamlit as st  # noqa: E402

from dashboard import navigation  # noqa: E402

st.set_page_config(page_title="SaltScope", page_icon=str(ROOT / "dashboard" / "icon.svg"), layout="wide")
navigation.run(ROOT / "pages")
