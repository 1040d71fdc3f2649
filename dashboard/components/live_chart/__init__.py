"""Charts that grow while a training runs, keep their zoom and do not flicker.

`st.plotly_chart` is mounted anew with every new figure; this component redraws the one it has.
"""

from __future__ import annotations

import filecmp
import importlib.util
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import streamlit as st

from core import atomic
from dashboard.components import assets

MOST_POINTS = 2000  # of one series, as sent to the browser
STATIC = Path(__file__).resolve().parents[2] / "static"  # what Streamlit serves under app/static

_mount = st.components.v2.component(
    "saltscope.live_chart",
    html='<div class="live-chart"></div>',
    css=assets.text("live_chart/live_chart.css"),
    js=assets.text("mounted.js", "live_chart/live_chart.js"),
    isolate_styles=False,  # Plotly keeps its own styles in the page's head
)


@dataclass(frozen=True)
class Series:
    """One line: x and y of equal length, ascending in x; y that is not finite leaves a gap."""

    name: str
    x: Sequence[float] | npt.NDArray[np.float64]
    y: Sequence[float] | npt.NDArray[np.float64]
    colour: str
    dash: Literal["solid", "dash", "dot"] = "solid"
    faint: bool = False  # background of another line: thin, pale, without a latest value


@dataclass(frozen=True)
class Panel:
    """One small chart. marks: x and words of what changes there."""

    title: str
    series: Sequence[Series]
    y_title: str = ""
    range: tuple[float, float] | None = None  # of y; None: what the data needs
    log: bool = False
    marks: Sequence[tuple[float, str]] = ()


def live_chart(panels: Sequence[Panel], *, key: str, revision: str, x_title: str = "epoch") -> None:
    """Draw `panels` in a grid. Zoom lasts as long as `revision` (a run's id) stays the same."""
    data = {
        "panels": [vars(panel) | {"series": [_sent(series) for series in panel.series]} for panel in panels],
        "x_title": x_title,
        "revision": revision,
        "script": f"app/static/{ensure_plotly_js().name}",
    }
    _mount(key=key, data=data)


@cache
def ensure_plotly_js(folder: Path = STATIC) -> Path:
    """Put the script of the installed plotly into `folder`, where the browser can get it; done once for a server."""
    spec = importlib.util.find_spec("plotly")
    assert spec is not None and spec.submodule_search_locations, "plotly is a requirement"
    source = Path(spec.submodule_search_locations[0]) / "package_data" / "plotly.min.js"
    target = folder / source.name
    if not target.is_file() or not filecmp.cmp(source, target, shallow=False):
        atomic.write_bytes(target, source.read_bytes())
    return target


def thinned(y: np.ndarray, most: int = MOST_POINTS) -> np.ndarray:
    """Positions (k,) of at most `most` values of `y` (n,) that keep its shape: lowest and highest of each bucket.

    Buckets hold a power of two of values, so that they stay where they are while a series grows.
    """
    if len(y) <= most:
        return np.arange(len(y))
    size = 2 ** math.ceil(math.log2(2 * len(y) / most))
    full = len(y) // size * size
    buckets = y[:full].reshape(-1, size)
    known = np.isfinite(buckets)
    lowest = np.where(known, buckets, np.inf).argmin(axis=1)
    highest = np.where(known, buckets, -np.inf).argmax(axis=1)
    starts = np.arange(0, full, size)
    return np.unique(np.concatenate([starts + lowest, starts + highest, [len(y) - 1]]))


def _sent(series: Series) -> dict[str, Any]:
    x, y = np.asarray(series.x, float), np.asarray(series.y, float)
    kept = thinned(y)
    values = [value if math.isfinite(value) else None for value in y[kept].tolist()]
    return vars(series) | {"x": x[kept].tolist(), "y": values}
