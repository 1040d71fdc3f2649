"""The router: `streamlit run dashboard/app.py` from any folder.

Streamlit takes `app` from this file as its server, and runs the same file as the script of every visit.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

import streamlit as st  # noqa: E402

if __name__ == "__main__":
    from dashboard import navigation

    st.set_page_config(page_title="SaltScope", page_icon=str(ROOT / "dashboard" / "icon.svg"), layout="wide")
    navigation.run(ROOT / "pages")
else:
    from dashboard import front

    pages = [path.stem for path in (ROOT / "pages").glob("[!_]*.py")]
    app = st.App(__file__, routes=front.routes(pages), lifespan=front.browser)
