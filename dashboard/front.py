"""What the server does before any page runs: it hands out Streamlit's own front page, and opens a browser.

Opened at `/explore`, that page looks for its server at `/explore/_stcore/…`, gets two 404s, waits a tenth of a second
and begins again at `/`; `BACKEND_BASE_URL` spares it that. It asks the server who may embed it before it connects;
`HOST_CONFIG` says so beforehand, and it asks meanwhile. It also brings the style of all pages, which as an element of
each page would be cleaned and drawn late, by code of its own, and lets the back button lead to what was before: an
address that a page completes takes the place of the bare one, and of what changes at once only the last one counts. A
Streamlit that knows nothing of these, or whose page
looks otherwise, goes on as it always did.
"""

from __future__ import annotations

import asyncio
import json
import webbrowser
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path

import streamlit as st
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

INDEX = Path(st.__file__).parent / "static" / "index.html"
HEAD, END = "<head>", "</body>"  # the style stands last, so that it counts more than Streamlit's own
STYLE = f"<style>{Path(__file__).with_name('page.css').read_text(encoding='utf-8')}</style>"
# Where the page's own scripts come from is where the server is, also behind a proxy that adds a prefix.
TOLD = (
    '<script>window.__streamlit = {{ BACKEND_BASE_URL: new URL(".", document.baseURI).href, HOST_CONFIG: {} }}</script>'
)
HISTORY = """<script>
  const push = history.pushState.bind(history);
  let pushed = -Infinity;
  history.pushState = (state, title, url) => {
    const isSamePage = new URL(url, location).pathname === location.pathname;
    const isOneStep = isSamePage && (!location.search || performance.now() - pushed < 100);
    pushed = performance.now();
    return isOneStep ? history.replaceState(state, title, url) : push(state, title, url);
  };
</script>"""


def routes(pages: Iterable[str], index: Path = INDEX) -> list[Route]:
    """A route for `/` and for each of `pages`; none where Streamlit keeps its front page elsewhere."""
    if not index.exists():
        return []
    host = {"allowedOrigins": list(st.get_option("client.allowedOrigins")), "useExternalAuthToken": False}
    page = index.read_text(encoding="utf-8").replace(HEAD, HEAD + TOLD.format(json.dumps(host)) + HISTORY, 1)
    page = page.replace(END, STYLE + END, 1)

    def front(_: Request) -> HTMLResponse:
        return HTMLResponse(page, headers={"Cache-Control": "no-cache"})

    return [Route(f"/{name}", front) for name in ("", *pages)]


@cache
def brings_style(index: Path = INDEX) -> bool:
    """Whether the front page has the style of all pages with it; else each page must bring it."""
    return index.exists() and END in index.read_text(encoding="utf-8")


@asynccontextmanager
async def browser(_: st.App) -> AsyncIterator[None]:
    """Open a browser where there is a screen, as `streamlit run` does by itself for a plain script."""
    if not st.get_option("server.headless"):
        address = st.get_option("server.address")
        host = "localhost" if address in (None, "0.0.0.0", "::") else address
        url = f"http://{host}:{st.get_option('server.port')}"
        asyncio.get_running_loop().run_in_executor(None, webbrowser.open, url)
    yield
