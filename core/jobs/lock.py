"""One process at a time works on a job, on every machine that shares the folder."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from core.errors import Busy, WorkspaceError, in_words
from core.workspace import JobFolder

# A process that ends, or the children of a killed one, may hold the lock for a moment after status.json tells the end.
PATIENCE_SECONDS = 5.0


@contextmanager
def holding(folder: JobFolder, patience: float = PATIENCE_SECONDS) -> Iterator[None]:
    """Hold the job's lock; the kernel lets it go when the process dies. Raises `Busy` after `patience` seconds."""
    try:
        handle = os.open(folder.lock, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise WorkspaceError(in_words(error)) from error
    try:
        until = time.monotonic() + patience
        while not _taken(handle):
            if time.monotonic() >= until:
                raise Busy(f"another process works on {folder.id}; wait for its end or stop it first")
            time.sleep(0.02)
        yield
    finally:
        os.close(handle)


def _taken(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
