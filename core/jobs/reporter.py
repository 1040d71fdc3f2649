"""The `Progress` of a job: it tells status.json how far the work is, and the work that it should stop."""

from __future__ import annotations

import sys
import threading
import time
from contextlib import suppress
from typing import Any

from core.errors import Stopped, WorkspaceError, in_words
from core.jobs import process, record
from core.jobs.states import State
from core.meter import Meter
from core.progress import Progress
from core.workspace import JobFolder

WRITE_SECONDS = 0.5  # status.json is written at most this often
HEARTBEAT_SECONDS = 1.0


class Reporter:
    """Calls are cheap (a few µs): they only take note. A thread of its own writes and lets the heart beat.

    So a slow disk does not slow the work, and the heart beats while the work is deep in one call.
    """

    def __init__(self, folder: JobFolder, progress: Progress) -> None:
        self._folder = folder
        self._progress = progress
        self._stop_request = folder.stop_request
        self._stop_asked = False
        self._record = record.read(folder.status)
        self._noted: tuple[int, int | None, str] = (0, None, "starting")
        self._facts: dict[str, Any] = self._record.get("facts", {})
        self._meter = Meter()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, name=f"job {folder.id}", daemon=True)

    def __call__(self, done: int, total: int | None, what: str, **facts: Any) -> None:
        self._noted = (done, total, what)
        if facts:
            self._facts = {**self._facts, **facts}
        self._progress(done, total, what, **facts)
        if self._stop_asked or self._stop_request.exists():
            raise Stopped(f"{self._folder.id} was asked to stop")

    def ask_stop(self) -> None:
        """Make the next call raise `Stopped`."""
        self._stop_asked = True

    def begin(self) -> None:
        """State running, by this process. Raises `OSError`."""
        self._record |= process.this_process() | {"state": State.RUNNING, "started": record.now(), "finished": None}
        process.touch_heartbeat(self._folder)
        self._write()
        self._thread.start()

    def end(self, state: State, result: dict[str, Any] | None = None, error: str | None = None) -> None:
        """The final state; if there is no room for a new file, over the old one. Raises `WorkspaceError`."""
        self._ended.set()
        self._thread.join()
        self._record |= {"state": state, "finished": record.now(), "result": record.plain(result), "error": error}
        try:
            self._write()
        except OSError as failure:
            print(f"status.json: {in_words(failure)}", file=sys.stderr)
            self._overwrite()

    def _overwrite(self) -> None:
        try:
            record.overwrite(self._folder, self._record)
        except OSError as error:
            raise WorkspaceError(in_words(error)) from error

    def _watch(self) -> None:
        next_beat = 0.0
        written = None
        while not self._ended.wait(WRITE_SECONDS):
            # A full disk must not end the work here: if it lasts, the work's own next file says so.
            with suppress(OSError):
                if time.monotonic() >= next_beat:
                    process.touch_heartbeat(self._folder)
                    next_beat = time.monotonic() + HEARTBEAT_SECONDS
            with suppress(OSError):
                if (noted := (self._noted, self._facts)) != written:
                    self._write()
                    written = noted

    def _write(self) -> None:
        done, total, what = self._noted
        now = time.monotonic()
        self._meter.update(now, done, total)
        pace = {"rate": self._meter.rate, "eta_seconds": self._meter.seconds_left(now)}
        self._record |= {"done": done, "total": total, "what": what, "facts": record.plain(self._facts)} | pace
        record.write(self._folder, self._record)
