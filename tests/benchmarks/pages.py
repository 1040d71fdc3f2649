"""How fast the pages answer, in a real browser: `python -m tests.benchmarks.pages [--tiles 3000]`.

First page: from starting the server's process until the page can be clicked. Next page: from the key
press until the last of 48 thumbnails of the next page is drawn. Obvious way: the same 48 tiles by
`st.image` in columns, in a page of its own.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from core import actions
from core.progress import terminal
from core.workspace import Workspace
from tests.server import APP, ROOT, Server, free_port, launch

OBVIOUS = """
import sys
sys.path.insert(0, {source!r})
import streamlit as st
from core.dataset.tiles import TileStore
from pathlib import Path
store = TileStore.open(Path({root!r}))
page = st.session_state.setdefault("page", 0)
def turn(): st.session_state.page += 1
st.button("next", on_click=turn)
columns = st.columns(8)
for place, row in enumerate(range(48 * page, 48 * page + 48)):
    columns[place % 8].image(store.tiles[row], caption=store.index["id"][row])
st.html(f"<span id='shown'>page {{page}}</span>")
"""


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tiles", type=int, default=3000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright, terminal() as progress:
        workspace = Workspace.open(Path(folder) / "workspace")
        actions.make_demo(workspace, "demo", options.tiles, seed=0, with_run=False, progress=progress)
        browser = launch(playwright)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        ours = Server(APP, workspace.root, free_port())
        first = [first_page(ours, page) for _ in range(options.rounds)]
        ours.start()
        turned = next_pages(page, ours.url + "/explore", lambda: press_next(page), options.rounds)
        ours.kill()
        script = Path(folder) / "obvious.py"
        script.write_text(OBVIOUS.format(source=str(ROOT), root=str(workspace.dataset("demo"))))
        theirs = Server(script, workspace.root, free_port())
        theirs.start()
        obvious = next_pages(page, theirs.url, lambda: click_next(page), options.rounds)
        theirs.kill()
        browser.close()
    median = statistics.median
    print(f"{options.tiles} tiles, medians of {options.rounds}")
    print(f"{'what':<44}{'ms':>8}{'obvious way ms':>16}{'ratio':>7}")
    print(f"{'server start to first interactive page':<44}{1000 * median(first):>8.0f}{'–':>16}{'–':>7}")
    ratio = median(obvious) / median(turned)
    print(
        f"{'next page of 48 thumbnails':<44}{1000 * median(turned):>8.0f}{1000 * median(obvious):>16.0f}{ratio:>7.1f}"
    )


def first_page(server: Server, page: Page) -> float:
    """Seconds from the start of the process until the first page is complete."""
    before = time.perf_counter()
    server.start()
    page.goto(server.url)
    page.get_by_role("button", name="Import", exact=True).wait_for()
    seconds = time.perf_counter() - before
    server.kill()
    return seconds


def next_pages(page: Page, url: str, turn: Callable[[], None], rounds: int) -> list[float]:
    """Seconds from asking for the next page until it is drawn, per round, after a warm-up."""
    page.goto(url)
    page.wait_for_timeout(3000)
    seconds = []
    for _ in range(rounds + 1):
        before = time.perf_counter()
        turn()
        seconds.append(time.perf_counter() - before)
        page.wait_for_timeout(500)
    return seconds[1:]


def press_next(page: Page) -> None:
    """Turn the page in Explore and wait until it is drawn."""
    root = page.locator(".saltscope")
    root.focus()
    root.evaluate("root => window.firstCell = root.querySelector('.tile')")
    first = page.evaluate("() => window.firstCell.dataset.id")
    page.keyboard.press("]")
    page.wait_for_function("first => window.firstCell.dataset.id !== first", arg=first)


def click_next(page: Page) -> None:
    """Turn the page of the obvious way and wait until its pictures are there."""
    shown = int(page.locator("#shown").inner_text().split()[1])
    page.get_by_role("button", name="next").click()
    page.locator("#shown", has_text=f"page {shown + 1}").wait_for()
    page.wait_for_function(
        "[...document.images].length >= 48 && [...document.images].every(i => i.complete && i.naturalWidth)"
    )


if __name__ == "__main__":
    main()
