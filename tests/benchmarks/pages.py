"""How fast the pages answer, in a real browser: `python -m tests.benchmarks.pages [--tiles 22000]`.

Of 48 thumbnails in sight, medians of some rounds; next page and filter are timed inside the browser, from the event of
the key or the pointer to the frame that shows other tiles:

    first gallery    from starting the server's process until its tiles are drawn
    reload           from asking for the page again until its tiles are drawn
    next page        from the key press until the tiles of the next page are drawn
    filter           from the click on a split until the tiles that it leaves are drawn
    memory           resident, of the server's process

Then 50 pages are turned and all but the first is measured again: none may have grown. The obvious way, for comparison:
the same 48 tiles by `st.image` in columns, in a page of its own. `--workspace` takes one that is there, with a data set
called big, and spares making it.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psutil
from playwright.sync_api import Page, sync_playwright

from core import actions
from core.dataset.tiles import TileStore
from core.progress import terminal
from core.workspace import Workspace
from tests.server import APP, ROOT, Server, free_port, launch

PAGES = 50  # turned before all is measured again
PAUSE = 400  # ms between two measurements
TARGETS = {"first gallery": 3000, "reload": 500, "next page": 150, "filter": 150, "memory": 300}
SHADOWS = "[...document.querySelectorAll('[data-testid=stMain] *')].map(one => one.shadowRoot).filter(Boolean)"
FIRST_TILE = f"{SHADOWS}.map(root => root.querySelector('.tile')).find(Boolean)"
STOPWATCH = f"""() => {{
  const first = () => {FIRST_TILE};
  const before = first().dataset.id;
  let start;
  window.took = undefined;
  for (const event of ["keydown", "pointerdown"])
    window.addEventListener(event, () => (start ??= performance.now()), {{ capture: true, once: true }});
  const look = () => {{
    if (start && first()?.dataset.id !== before) window.took = performance.now() - start;
    else requestAnimationFrame(look);
  }};
  look();
}}"""
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
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tiles", type=int, default=22_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--workspace", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright, terminal() as progress:
        workspace = Workspace.open(options.workspace or Path(folder) / "workspace")
        if "big" not in workspace.dataset_names():
            actions.make_demo(workspace, "big", options.tiles, seed=0, with_run=False, progress=progress)
        page = launch(playwright).new_page(viewport={"width": 1440, "height": 900})
        server = Server(APP, workspace.root, free_port())
        first = [first_gallery(server, page) for _ in range(min(3, options.rounds))]
        server.start()
        before = {"first gallery": statistics.median(first), **measured(server, page, options.rounds)}
        for _ in range(PAGES):
            press_next(page)
        after = measured(server, page, options.rounds)
        server.kill()
        obvious = next_pages_obvious(workspace, Path(folder), page, options.rounds)
        tiles = len(TileStore.open(workspace.dataset("big")))
    print_table(tiles, before, after, obvious)


def measured(server: Server, page: Page, rounds: int) -> dict[str, float]:
    """Medians in ms, and MB of memory."""
    open_gallery(page, server)
    found = {
        "reload": median(rounds, page, lambda: reload(page)),
        "next page": median(rounds, page, lambda: press_next(page)),
        "filter": median(rounds, page, lambda: change_split(page)),
    }
    assert server.process is not None
    return found | {"memory": psutil.Process(server.process.pid).memory_info().rss / 1e6}


def median(rounds: int, page: Page, act: Callable[[], float]) -> float:
    """Median ms of something that is done a few times, after a warm-up, and tells how long it took."""
    times = []
    for _ in range(rounds + 1):
        page.wait_for_timeout(PAUSE)
        times.append(act())
    return statistics.median(times[1:])


def timed(act: Callable[[], object]) -> float:
    """ms that `act` takes, from outside of the browser."""
    before = time.perf_counter()
    act()
    return 1000 * (time.perf_counter() - before)


def first_gallery(server: Server, page: Page) -> float:
    """ms from the start of the process until the gallery is drawn."""

    def start() -> None:
        server.start()
        page.goto(gallery(server))
        wait_for_tiles(page)

    took = timed(start)
    server.kill()
    return took


def gallery(server: Server) -> str:
    return f"{server.url}/explore?dataset=big"


def open_gallery(page: Page, server: Server) -> None:
    """The first page of the gallery, at rest."""
    page.goto(gallery(server))
    wait_for_tiles(page)
    page.wait_for_timeout(2000)


def wait_for_tiles(page: Page) -> None:
    """Wait until a page of tiles is drawn."""
    page.wait_for_function(f"{FIRST_TILE}?.closest('[data-ready]')?.dataset.ready >= 48")


def reload(page: Page) -> float:
    """ms to the same page once more, by a server that is warm."""
    return timed(lambda: (page.reload(), wait_for_tiles(page)))


def press_next(page: Page) -> float:
    """ms to the next page in Explore."""
    page.locator(".saltscope").focus()
    return until_changed(page, lambda: page.keyboard.press("]"))


def change_split(page: Page) -> float:
    """ms to the tiles of the other split."""
    other = "train" if "split=test" in page.url else "test"
    return until_changed(page, page.get_by_test_id("stButtonGroup").get_by_text(other, exact=True).click)


def until_changed(page: Page, act: Callable[[], object]) -> float:
    """ms from the event that `act` makes until other tiles are drawn."""
    page.evaluate(STOPWATCH)
    act()
    return float(page.wait_for_function("window.took").json_value())


def next_pages_obvious(workspace: Workspace, folder: Path, page: Page, rounds: int) -> float:
    """ms to the next page of the obvious way."""
    script = folder / "obvious.py"
    script.write_text(OBVIOUS.format(source=str(ROOT), root=str(workspace.dataset("big"))))
    server = Server(script, folder / "none", free_port())
    server.start()
    page.goto(server.url)
    page.wait_for_timeout(3000)
    took = median(rounds, page, lambda: timed(lambda: click_next(page)))
    server.kill()
    return took


def click_next(page: Page) -> None:
    """Turn the page of the obvious way and wait until its pictures are there."""
    shown = int(page.locator("#shown").inner_text().split()[1])
    page.get_by_role("button", name="next").click()
    page.locator("#shown", has_text=f"page {shown + 1}").wait_for()
    page.wait_for_function(
        "[...document.images].length >= 48 && [...document.images].every(i => i.complete && i.naturalWidth)"
    )


def print_table(tiles: int, before: dict[str, float], after: dict[str, float], obvious: float) -> None:
    """One line a figure: target, measured, measured again after browsing."""
    print(f"{tiles:,} tiles; ms, memory in MB; the obvious way turns a page in {obvious:.0f} ms")
    print(f"{'what':<16}{'target':>8}{'at first':>10}{f'after {PAGES} pages':>16}")
    for what, target in TARGETS.items():
        again = f"{after[what]:.0f}" if what in after else "–"
        missed = "  missed" if max(before[what], after.get(what, 0)) > target else ""
        print(f"{what:<16}{target:>8}{before[what]:>10.0f}{again:>16}{missed}")


if __name__ == "__main__":
    main()
