"""How fast a person can judge: `python -m tests.benchmarks.reviewing [--tiles 200] [--thinking 0 0.5 1]`.

A scripted reviewer judges synthetic tiles in a real browser with keys alone; they have their mosaic and made-up
predictions. Timed inside the browser, for each decision:

    next tile    from the event of the key to the frame in which the next tile is drawn, its mask ready to paint
    stored       from the event of the key until the page says that the decision is stored

In the end every decision must be in the store. thinking: s that the reviewer looks at a tile before the key.
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, sync_playwright

from core import actions
from core.dataset.tiles import TileStore
from core.explore.mosaic import mosaic_of
from core.progress import terminal
from core.review.flagging import flag_run
from core.review.policy import FlagRules
from core.review.store import ReviewStore
from core.workspace import Workspace
from tests.runs import write_run
from tests.server import APP, Server, free_port, launch

KEYS = ("1", "1", "2", "1", "3", "1", "4")
RUN = "20260101-000000-unet-abcd"
STOPWATCH = """() => {
  const inside = (one) => one.shadowRoot?.querySelector(".saltscope:has(.easel)");
  const root = [...document.querySelectorAll("*")].map(inside).find(Boolean);
  const before = root.dataset.ready;
  const told = root.querySelector(".told");
  const took = {};
  window.took = took;
  let start;
  window.addEventListener("keydown", () => (start ??= performance.now()), { capture: true, once: true });
  const look = () => {
    const now = performance.now() - start;
    const { ready } = root.dataset;
    if (start && ready && ready !== before) took.shown ??= now;
    if (start && told.textContent.startsWith("stored") && told.textContent.endsWith(before)) took.stored ??= now;
    took.done = took.shown && took.stored;
    if (!took.done) requestAnimationFrame(look);
  };
  look();
}"""


@dataclass(frozen=True)
class Judged:
    """ms of each decision."""

    shown: list[float]
    stored: list[float]


def fill(workspace: Workspace, tiles: int) -> None:
    """A data set with predictions that are nearly its labels, all of it in the queue."""
    with terminal() as progress:
        actions.make_demo(workspace, "demo", tiles, seed=0, with_run=False, progress=progress)
    store = TileStore.open(workspace.dataset("demo"))
    mosaic_of(workspace, store)
    rows = np.flatnonzero(store.index["std"] > 0)
    noise = np.random.default_rng(0).normal(0, 0.15, (len(rows), *store.tile_shape))
    probabilities = np.clip(store.masks[rows] * 0.8 + 0.1 + noise, 0, 1) * 255
    run = write_run(workspace, RUN, store, rows, probabilities.astype(np.uint8))
    flag_run(
        workspace, ReviewStore(workspace.database_url), run.id, "demo", FlagRules(salt_under=None, low_confidence=1.0)
    )


def judge(page: Page, tiles: int, thinking: float) -> Judged:
    """Judge so many tiles with keys alone."""
    found = Judged([], [])
    for number in range(tiles):
        page.wait_for_timeout(1000 * thinking)
        page.evaluate(STOPWATCH)
        page.keyboard.press(KEYS[number % len(KEYS)])
        page.wait_for_function("window.took.done", timeout=30_000)
        took = page.evaluate("window.took")
        found.shown.append(took["shown"])
        found.stored.append(took["stored"])
    return found


def print_table(page: Page, tiles: int, thinking: list[float]) -> None:
    """One line for each time to think."""
    print(f"{tiles} tiles each; ms")
    print(f"{'thinking':>9}{'next tile: median':>19}{'p95':>6}{'longest':>9}{'stored: median':>16}{'p95':>6}")
    for seconds in thinking:
        found = judge(page, tiles, seconds)
        median, most, longest = np.quantile(found.shown, (0.5, 0.95, 1))
        stored, nearly = np.quantile(found.stored, (0.5, 0.95))
        print(f"{seconds:>7} s{median:>19.0f}{most:>6.0f}{longest:>9.0f}{stored:>16.0f}{nearly:>6.0f}", flush=True)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tiles", type=int, default=200)
    parser.add_argument("--thinking", type=float, nargs="+", default=[0.0, 1.0])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        workspace = Workspace.open(Path(folder) / "workspace")
        fill(workspace, max(600, 2 * options.tiles * len(options.thinking)))
        page = launch(playwright).new_page(viewport={"width": 1440, "height": 900})
        server = Server(APP, workspace.root, free_port())
        server.start()
        page.goto(f"{server.url}/review?dataset=demo", timeout=120_000)
        page.locator(".saltscope[data-ready]").first.wait_for(timeout=120_000)
        page.locator(".easel canvas").first.hover()
        judge(page, 5, 0.5)
        print_table(page, options.tiles, options.thinking)
        server.kill()
        decided = ReviewStore(workspace.database_url).counts()["decided"]
        assert decided == 5 + options.tiles * len(options.thinking)


if __name__ == "__main__":
    main()
