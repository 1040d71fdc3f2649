"""What the charts cost: `python -m tests.benchmarks.charts [--tiles 22000 1000000]`.

Per page and view, without a browser: milliseconds of the first run and of the next ones (median of
three), and kilobytes of figures sent. 22,000 tiles have 101×101 pixels, more have 12×12. A fifth is labelled.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from streamlit.testing.v1 import AppTest

from core import atomic
from core.dataset.tiles import write_store
from core.workspace import Workspace
from tests.server import APP, ROOT

LARGE = 100_000  # tiles; from here on they are small, so that they fit on a disk
KINDS = 500  # different tiles
VIEWS = {
    "distributions: depth and salt": {},
    "distributions: coverage classes": {"compare": "Coverage classes"},
    "distributions: grey levels": {"show": "Grey levels", "compare": "Train and test"},
    "distributions: mean tile": {"show": "Mean tile"},
    "distributions: train against test": {"show": "Train against test"},
    "correlation: depth and salt": {},
    "correlation: depth and grey": {"up": "Grey mean"},
}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tiles", type=int, nargs="+", default=[22_000, 1_000_000])
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace.open(folder)
        os.environ["SALTSCOPE_WORKSPACE"] = folder
        print(f"{'view':<36}{'tiles':>10}{'first ms':>10}{'next ms':>9}{'kB':>7}")
        for tiles in parser.parse_args().tiles:
            make(workspace.dataset(f"n{tiles}"), tiles)
            for view, query in VIEWS.items():
                first, following, size = measure(view, query | {"dataset": f"n{tiles}"})
                print(f"{view:<36}{tiles:>10,}{first:>10.0f}{following:>9.0f}{size:>7.0f}", flush=True)


def make(folder: Path, tiles: int) -> None:
    """A data set of random tiles, each of `KINDS` many times; salt in the lower part of three in five."""
    generator = np.random.default_rng(0)
    side = 12 if tiles >= LARGE else 101
    pictures = generator.normal(120, 30, (KINDS, side, side)).clip(0, 255).astype(np.uint8)
    height = np.where(generator.random(KINDS) < 0.4, 0, generator.integers(1, side + 1, KINDS))
    masks = (np.arange(side)[:, None] >= side - height[:, None, None]).repeat(side, axis=2)
    kind, labelled = generator.integers(0, KINDS, tiles), np.arange(tiles) < tiles // 5
    index = pd.DataFrame(
        {
            "id": [f"{i:010x}" for i in range(tiles)],
            "split": np.where(labelled, "train", "test"),
            "z": generator.integers(50, 960, tiles).astype(float),
            "has_mask": labelled,
        }
    )
    with atomic.replacing_folder(folder) as part:
        write_store(part, index, pictures[kind], masks[kind].astype(np.uint8), {"checksum": folder.name})


def measure(view: str, query: dict[str, str]) -> tuple[float, float, float]:
    """Milliseconds of the first run, of the next ones, and kilobytes of all figures."""
    app = AppTest.from_file(str(APP), default_timeout=300)
    for name, value in query.items():
        app.query_params[name] = value
    app.switch_page(str(ROOT / "pages" / f"{view.split(':')[0]}.py"))
    seconds = []
    for _ in range(4):
        before = time.perf_counter()
        app.run()
        seconds.append(time.perf_counter() - before)
    assert not app.exception
    size = sum(len(chart.proto.spec) for chart in app.get("plotly_chart"))
    return 1000 * seconds[0], 1000 * statistics.median(seconds[1:]), size / 1000


if __name__ == "__main__":
    main()
