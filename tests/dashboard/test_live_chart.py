from pathlib import Path

import numpy as np

from core.explore import colours
from dashboard.components.live_chart import MOST_POINTS, Series, _sent, ensure_plotly_js, thinned


def test_short_series_are_sent_whole() -> None:
    assert thinned(np.arange(5.0)).tolist() == [0, 1, 2, 3, 4]


def test_long_series_keep_their_peaks_and_their_end() -> None:
    y = np.zeros(50_001)
    y[12_345], y[40_000] = 9, -9
    kept = thinned(y)
    assert len(kept) <= MOST_POINTS + 1
    assert {12_345, 40_000, 50_000} <= set(kept.tolist())
    assert np.all(np.diff(kept) > 0)


def test_points_stay_while_a_series_grows() -> None:
    y = np.random.default_rng(0).normal(size=6000)
    earlier, later = set(thinned(y[:5000]).tolist()), set(thinned(y[:5003]).tolist())
    assert len(earlier - later) <= 2  # only the unfinished end


def test_gaps_do_not_hide_peaks() -> None:
    y = np.full(10_000, np.nan)
    y[5_000] = 3
    assert 5_000 in thinned(y)


def test_values_that_are_not_finite_are_sent_as_gaps() -> None:
    sent = _sent(Series("loss", [1, 2, 3], [0.5, float("nan"), float("inf")], colours.ACCENT))
    assert sent["x"] == [1, 2, 3]
    assert sent["y"] == [0.5, None, None]


def test_plotly_script_is_copied_once(tmp_path: Path) -> None:
    target = ensure_plotly_js(tmp_path)
    assert target.stat().st_size > 1_000_000
    before = target.stat().st_mtime_ns
    ensure_plotly_js.cache_clear()
    assert ensure_plotly_js(tmp_path) == target
    assert target.stat().st_mtime_ns == before
    target.write_bytes(b"an older one")
    ensure_plotly_js.cache_clear()
    assert ensure_plotly_js(tmp_path).stat().st_size > 1_000_000
    assert [path.name for path in tmp_path.iterdir()] == ["plotly.min.js"]
