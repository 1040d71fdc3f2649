"""Reading a growing file of JSON lines without ever reading a line twice."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any


class JsonLinesTail:
    """All whole lines of a file so far; each call reads only what was added since the last.

    A line without its end is left for the next call. A file that was cut back (a resumed run drops the
    lines after its checkpoint) or replaced is read again from its start. Safe to share between threads.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._records: list[dict[str, Any]] = []
        self._offset = 0  # bytes of whole lines that were read
        self._last = b""  # the last of them, to see whether it is still the same file

    def read(self) -> list[dict[str, Any]]:
        """The records of all whole lines; empty while there is no file. The list is the caller's own."""
        with self._lock:
            try:
                self._catch_up()
            except FileNotFoundError:
                self._forget()
            return list(self._records)

    def _catch_up(self) -> None:
        with self.path.open("rb") as file:
            file.seek(self._offset - len(self._last))
            if file.read(len(self._last)) != self._last:
                self._forget()
                file.seek(0)
            text = file.read()
        whole = text[: text.rfind(b"\n") + 1]
        lines = whole.splitlines(keepends=True)
        self._records += filter(None, map(_record, lines))
        self._offset += len(whole)
        self._last = lines[-1] if lines else self._last

    def _forget(self) -> None:
        self._records, self._offset, self._last = [], 0, b""


def _record(line: bytes) -> dict[str, Any] | None:
    """The object in a line; None where there is none, as after a crash of the machine."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
