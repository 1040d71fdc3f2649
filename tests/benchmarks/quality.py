"""How fast suspicious labels are found: `python -m tests.benchmarks.quality [--tiles 4000]`.

Obvious ways: one mask after the other with scipy.ndimage and numpy; near duplicates by the correlation of all pixels;
label quality in floats, one tile after the other, as cleanlab computes it. Tiles and masks are made here, of 101×101;
a fifth of the masks are stripes, so that the page has something to show. The page: from the key or click until the
browser has drawn the answer.
"""

from __future__ import annotations

import argparse
import re
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from itertools import groupby
from pathlib import Path

import numpy as np
import pandas as pd
from playwright.sync_api import Page, sync_playwright
from scipy import ndimage

from core.dataset.tiles import TileStore, write_store
from core.explore.quality import check, findings, load
from core.explore.quality.duplicates import best_matches, signatures
from core.explore.quality.masks import mask_findings
from core.explore.quality.predictions import confidences, label_quality
from core.explore.quality.reasons import DEFAULT
from core.workspace import Workspace
from tests.server import APP, Server, free_port, launch

SIDE = 101
CHUNK = 512
ROUNDS = 7
WORDS = "[...document.querySelectorAll('[data-testid=stCaptionContainer]')].map(e => e.innerText).join(' ')"
SHOWN = "[...document.querySelectorAll('*')].map(e => e.shadowRoot?.querySelector('[role=img]')).find(e => e)"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tiles", type=int, default=4000)
    parser.add_argument("--page", action="store_true", help="measure the page in a browser, and nothing else")
    options = parser.parse_args()
    count = options.tiles
    print(f"{count} tiles of {SIDE}×{SIDE}")
    print(f"{'what':<34}{'s':>8}{'obvious way s':>15}{'ratio':>7}")
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace.open(Path(folder) / "workspace")
        index = pd.DataFrame({"id": [f"{number:08d}" for number in range(count)], "split": "train"})
        workspace.dataset("made").mkdir()
        write_store(workspace.dataset("made"), index, *make(count), {"checksum": "made"})
        store = TileStore.open(workspace.dataset("made"))
        if options.page:
            check(workspace, store)
            the_page(workspace)
        else:
            the_check(workspace, store)
            each_part(np.array(store.tiles), np.array(store.masks))


def the_check(workspace: Workspace, store: TileStore) -> None:
    """All that a check does, without a model's predictions."""
    compare("all findings but neighbours'", lambda: findings(store), None)
    compare("a check with its mosaic", lambda: check(workspace, store), None)
    compare("    what was kept, read again", lambda: load(workspace, store), None)
    print(f"{'    peak memory':<34}{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:>8.2f} GB")


def the_page(workspace: Workspace) -> None:
    """From one finding to the next, and from a rule to its tiles: medians in a browser."""
    with sync_playwright() as playwright:
        browser, server = launch(playwright), Server(APP, workspace.root, free_port())
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        server.start()
        page.goto(f"{server.url}/quality?dataset=made")
        page.get_by_role("img", name="of tile").wait_for(timeout=60_000)
        page.wait_for_timeout(3000)
        for what, act in {"next finding": press_next, "a rule on or off": click_rule}.items():
            took = []
            for _ in range(ROUNDS + 1):
                took.append(seconds(lambda act=act: act(page)))  # type: ignore[misc]
                page.wait_for_timeout(700)
            print(f"{what:<34}{statistics.median(took[1:]):>8.3f}")
        server.kill()
        browser.close()


def press_next(page: Page) -> None:
    """To the next tile, until its picture is there."""
    before = page.evaluate(f"{SHOWN}.getAttribute('aria-label')")
    page.keyboard.press("n")
    page.wait_for_function(f"before => {SHOWN}.getAttribute('aria-label') !== before", arg=before, polling=5)


def click_rule(page: Page) -> None:
    """Choose the first rule, or leave it, until the words below have changed."""
    words = page.get_by_text(re.compile(r"[\d,]+ findings in")).first
    before = words.inner_text()
    page.get_by_role("button", name=re.compile("vertical stripes ·")).click()
    page.wait_for_function(f"before => !({WORDS}).includes(before)", arg=before, polling=5)


def each_part(tiles: np.ndarray, masks: np.ndarray) -> None:
    """Ours against the obvious way."""
    probabilities = (masks * np.uint8(200)) ^ (tiles >> 3)
    chunks = [slice(first, first + CHUNK) for first in range(0, len(masks), CHUNK)]
    compare("all rules on masks", lambda: rules(masks, chunks), lambda: rules_one_by_one(masks))
    compare("near duplicates", lambda: best_matches(signatures(tiles), 0.7), lambda: all_correlations(tiles))
    compare(
        "label quality",
        lambda: [label_quality(sum(confidences(masks[c], probabilities[c]))) for c in chunks],
        lambda: [softmin(mask, shares) for mask, shares in zip(masks, probabilities, strict=True)],
    )


def make(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Layered tiles and masks below a rough horizon, two in five empty: two (count, SIDE, SIDE) uint8."""
    random = np.random.default_rng(0)
    depth, across = np.arange(SIDE)[:, None], np.arange(SIDE)
    tiles, masks = (np.empty((count, SIDE, SIDE), np.uint8) for _ in range(2))
    for number in range(count):
        horizon = SIDE * random.random() + np.cumsum(random.normal(0, 1, SIDE))
        tilt, pitch = random.normal(0, 0.3), random.uniform(0.2, 0.8)
        noise = random.integers(-20, 20, (SIDE, SIDE))
        tiles[number] = 128 + 80 * np.sin((depth + tilt * across + horizon / 4) * pitch) + noise
        masks[number] = (depth > horizon) * (random.random() > 0.4)
        if number % 5 == 0:
            masks[number] = across > SIDE * random.uniform(0.1, 0.9)
    return tiles, masks


def compare(what: str, ours: Callable[[], object], obvious: Callable[[], object] | None) -> None:
    """Print one line of the table."""
    mine, theirs = seconds(ours), seconds(obvious) if obvious else None
    other = f"{theirs:>15.2f}{theirs / mine:>7.1f}" if theirs else f"{'–':>15}{'–':>7}"
    print(f"{what:<34}{mine:>8.2f}{other}")


def seconds(work: Callable[[], object]) -> float:
    """How long it takes."""
    before = time.perf_counter()
    work()
    return time.perf_counter() - before


def rules(masks: np.ndarray, chunks: list[slice]) -> None:
    """As `findings` does it."""
    for chunk in chunks:
        mask_findings(masks[chunk], DEFAULT)


def rules_one_by_one(masks: np.ndarray) -> list[list[object]]:
    """The same rules for one mask after the other."""
    return [
        [
            (mask == mask[0]).all() or (mask == mask[:, :1]).all(),
            [longest(np.diff(mask.astype(np.int8), axis=1).T), longest(np.diff(mask.astype(np.int8), axis=0))],
            np.bincount(ndimage.label(mask)[0].ravel()),
            np.count_nonzero(ndimage.binary_fill_holes(mask)) - np.count_nonzero(mask),
            np.count_nonzero(mask),
        ]
        for mask in masks
    ]


def longest(changes: np.ndarray) -> int:
    """The longest run of equal changes along a line."""
    lines = changes[changes.any(axis=1)]
    return max((len(list(run)) for line in lines for value, run in groupby(line) if value), default=0)


def all_correlations(tiles: np.ndarray) -> np.ndarray:
    """The highest correlation of each tile with another one."""
    flat = tiles.reshape(len(tiles), -1).astype(np.float32)
    flat -= flat.mean(axis=1, keepdims=True)
    flat /= np.linalg.norm(flat, axis=1, keepdims=True)
    alike = flat @ flat.T
    np.fill_diagonal(alike, -1)
    return alike.max(axis=1)


def softmin(mask: np.ndarray, probability: np.ndarray) -> float:
    """cleanlab's score of one tile."""
    share = probability / 255
    scores = np.where(mask, share, 1 - share).ravel()
    weights = np.exp((1 - scores) / 0.1)
    return float(scores @ (weights / weights.sum()))


if __name__ == "__main__":
    main()
