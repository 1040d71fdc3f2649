"""How long work tells how far it is, and how it hears that it should stop.

A `Progress` is called often; whoever passes it decides what becomes of it: a bar in a terminal, a
line in a job's `status.json`, or nothing. It raises `core.errors.Stopped` when a stop was asked for.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Protocol

from core.meter import Meter, rate_in_words


class Progress(Protocol):
    """Called with what is done, out of how much, in words, and any facts worth keeping."""

    def __call__(self, done: int, total: int | None, what: str, **facts: Any) -> None: ...


def silent(done: int, total: int | None, what: str, **facts: Any) -> None:
    """A `Progress` that says nothing and never stops."""


@contextmanager
def terminal() -> Iterator[Progress]:
    """A `Progress` that draws a bar with rate and time left on stderr (plain lines if that is no terminal)."""
    if not sys.stderr.isatty():
        yield _plain_lines()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        task, meter = bars.add_task("", total=None, rate=""), Meter()

        def show(done: int, total: int | None, what: str, **facts: Any) -> None:
            meter.update(time.monotonic(), done, total)
            rate = rate_in_words(meter.rate, facts.get("tiles_per_second"))
            bars.update(task, completed=done, total=total, description=what, rate=rate)

        yield show


def _plain_lines(every_seconds: float = 2.0) -> Progress:
    last_time, last_what, meter = 0.0, "", Meter()

    def show(done: int, total: int | None, what: str, **facts: Any) -> None:
        nonlocal last_time, last_what
        now = time.monotonic()
        meter.update(now, done, total)
        if what != last_what or now - last_time >= every_seconds:
            parts = [f"{what}: {done}" + (f" of {total}" if total else "")]
            parts.append(rate_in_words(meter.rate, facts.get("tiles_per_second")))
            if left := meter.seconds_left(now):
                parts.append(f"{timedelta(seconds=round(left))} left")
            print(" · ".join(filter(None, parts)), file=sys.stderr, flush=True)
            last_time, last_what = now, what

    return show
