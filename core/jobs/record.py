"""The two JSON files of a job, read and written whole."""

from __future__ import annotations

import json
import math
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core import atomic
from core.errors import BadInput, NotFound, WorkspaceError, in_words
from core.workspace import JobFolder


def now() -> str:
    """This moment as ISO 8601 in UTC, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def read(path: Path) -> dict[str, Any]:
    """The object in the JSON file `path`. Raises `NotFound` or `BadInput`."""
    try:
        return atomic.read_object(path)
    except FileNotFoundError as error:
        raise NotFound(f"there is no job in {path.parent}: {path.name} is missing") from error
    except OSError as error:
        raise WorkspaceError(in_words(error)) from error
    except ValueError as error:
        raise BadInput(f"{path} is not valid JSON ({error}); restore it or delete the job") from error


def plain(value: Any) -> Any:
    """`value` as JSON knows it: numbers that are not finite become null, numpy scalars numbers, the rest text."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if value is None or isinstance(value, str | int):
        return value
    return plain(value.item()) if getattr(value, "ndim", None) == 0 else str(value)


def overwrite(folder: JobFolder, record: dict[str, Any]) -> None:
    """Write `record` over status.json where it lies: a full disk has no room for a second file beside it.

    Blanks fill it up to the old length, so that it stays valid JSON if it got shorter.
    """
    handle = os.open(folder.status, os.O_WRONLY)
    try:
        old_length = os.fstat(handle).st_size
        os.pwrite(handle, json.dumps(record).encode().ljust(old_length), 0)
        os.fsync(handle)
    finally:
        os.close(handle)


def write(folder: JobFolder, record: dict[str, Any]) -> None:
    """Write status.json, whole or not at all."""
    atomic.write_json(folder.status, record)
