"""Functions that the tests run as jobs."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

from core import atomic
from core.errors import TrainingFailed
from core.progress import Progress
from core.workspace import JobFolder, Workspace


def count(
    workspace: Workspace, folder: JobFolder, progress: Progress, steps: int, pause: float = 0.0
) -> dict[str, Any]:
    """Count to `steps`, from where an earlier process came to."""
    reached = folder.root / "reached"
    first = int(reached.read_text()) if reached.exists() else 0
    for step in range(first, steps):
        progress(step, steps, "counting", step=step)
        time.sleep(pause)
        atomic.write_bytes(reached, str(step + 1).encode())
    return {"steps": steps, "first": first, "kind": type(folder).__name__}


def fail(workspace: Workspace, folder: JobFolder, progress: Progress, how: str) -> dict[str, Any]:
    """End in one of the ways that work can end early."""
    progress(1, 2, "failing")
    match how:
        case "words":
            raise TrainingFailed("the loss is NaN; lower the learning rate")
        case "memory":
            raise MemoryError
        case "file":
            (folder.root / "missing.txt").read_text()
        case "bug":
            raise ValueError("boom")
        case "term":
            os.kill(os.getpid(), signal.SIGTERM)
            progress(2, 2, "not reached")
    return {}


def odd_facts(workspace: Workspace, folder: JobFolder, progress: Progress) -> dict[str, Any]:
    """Report what JSON does not know."""
    import numpy as np

    progress(1, 1, "odd", loss=float("nan"), best=np.float32(0.5), path=Path("a"), shape=(np.int64(2), 3))
    time.sleep(0.6)
    return {"values": np.arange(2), "score": np.float64("inf")}


def fill_disk(workspace: Workspace, folder: JobFolder, progress: Progress) -> dict[str, Any]:
    """Write until the disk is full, go on for a while, then write once more."""
    try:
        with (folder.root / "big").open("wb", buffering=0) as big:
            while True:
                big.write(bytes(4096))
    except OSError:
        for step in range(10):
            progress(step, 10, "on a full disk")
            time.sleep(0.1)
    atomic.write_bytes(folder.root / "checkpoint", bytes(8192))
    return {}


def deep(workspace: Workspace, folder: JobFolder, progress: Progress) -> dict[str, Any]:
    """One long call without a word of progress."""
    progress(0, 1, "deep")
    time.sleep(60)
    return {}
