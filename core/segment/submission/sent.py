"""What was sent to Kaggle and what it scored: one JSON object a line, never changed, only added to.

submissions/sent.jsonl of the workspace. A line is an event: what was sent, or what Kaggle said of it later. Two
writers take turns by a lock; a line that a kill left unfinished is passed over, and ended by whoever writes next.
"""

from __future__ import annotations

import fcntl
import json
import os
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core.errors import WorkspaceError, in_words
from core.tail import JsonLinesTail


@dataclass(frozen=True)
class Sent:
    """One submission. ref: Kaggle's number of it · runs: whose mean it is · status: pending, complete or error."""

    ref: int
    competition: str
    dataset: str
    runs: list[str]
    message: str
    file: str
    sent: str
    status: str = "pending"
    public_score: float | None = None
    private_score: float | None = None
    error: str | None = None


class SentLog:
    """The log in `workspace.submissions`."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "sent.jsonl"

    def add(self, sent: Sent) -> None:
        """Note what was sent."""
        self._append(asdict(sent))

    def update(self, ref: int, **changes: Any) -> None:
        """Note what Kaggle says of it now."""
        self._append({"ref": ref, **changes})

    def all(self) -> list[Sent]:
        """All submissions as they stand now, the newest first."""
        known: dict[int, Sent] = {}
        for event in JsonLinesTail(self._path).read():
            if "competition" in event:
                known[event["ref"]] = Sent(**event)
            elif event.get("ref") in known:
                changes = {name: value for name, value in event.items() if name != "ref"}
                known[event["ref"]] = replace(known[event["ref"]], **changes)
        return sorted(known.values(), key=lambda sent: sent.sent, reverse=True)

    def _append(self, event: dict[str, Any]) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("ab+") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                file.write(_gap(file.fileno()) + json.dumps(event).encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise WorkspaceError(in_words(error)) from error


def now() -> str:
    """This moment as ISO 8601 in UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _gap(handle: int) -> bytes:
    """A line's end where the last writer was killed before its own."""
    size = os.fstat(handle).st_size
    return b"" if not size or os.pread(handle, 1, size - 1) == b"\n" else b"\n"
