"""How long work tells how far it is, and how it hears that it should stop.

A `Progress` is called often; whoever passes it decides what becomes of it: a bar in a terminal, a
line in a job's `status.json`, or nothing. It raises `core.errors.Stopped` when a stop was asked for.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol


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
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task("", total=None)

        def show(done: int, total: int | None, what: str, **facts: Any) -> None:
            bars.update(task, completed=done, total=total, description=what)

        yield show


def _plain_lines(every_seconds: float = 2.0) -> Progress:
    last_time, last_what = 0.0, ""

    def show(done: int, total: int | None, what: str, **facts: Any) -> None:
        nonlocal last_time, last_what
        now = time.monotonic()
        if what != last_what or now - last_time >= every_seconds:
            print(f"{what}: {done}" + (f" of {total}" if total else ""), file=sys.stderr, flush=True)
            last_time, last_what = now, what

    return show
