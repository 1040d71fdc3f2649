"""What a terminal, or a file in its place, is told of long work."""

from __future__ import annotations

import re

import pytest

from core import progress
from core.progress import terminal


def test_lines_tell_how_fast_and_how_long(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(100, 200))
    monkeypatch.setattr(progress.time, "monotonic", lambda: float(next(clock)))
    with terminal() as tell:
        for done in range(0, 60, 10):
            tell(done, 600, "Reading tiles")
        tell(0, None, "waiting")
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "Reading tiles: 0 of 600" and lines[-1] == "waiting: 0"
    assert lines[1:-1] == [
        "Reading tiles: 20 of 600 · 10/s · 0:00:58 left",
        "Reading tiles: 40 of 600 · 10/s · 0:00:56 left",
    ]


def test_a_terminal_shows_the_rate_beside_the_bar(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress.sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("FORCE_COLOR", "1")
    with terminal() as tell:
        tell(1, 50, "epoch 1 of 50", tiles_per_second=160.0)
    assert re.search(r"epoch 1 of 50.*1/50.*160 tiles/s", capsys.readouterr().err)
