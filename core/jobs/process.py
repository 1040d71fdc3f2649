"""Who a process is, and whether it still lives."""

from __future__ import annotations

import os
import socket
import time
from typing import Any

import psutil

from core.workspace import JobFolder

SILENCE_SECONDS = 60.0  # a heartbeat older than this is none
CLOCK_SECONDS = 2.0  # a process's start, computed from the wall clock, moves a little when the clock is set


def this_process() -> dict[str, Any]:
    """host, pid and process_started of this process; together they name it for good."""
    process = psutil.Process()
    return {"host": socket.gethostname(), "pid": process.pid, "process_started": process.create_time()}


def is_alive(folder: JobFolder, record: dict[str, Any]) -> bool:
    """Whether the process that `record` names still works on the job in `folder`.

    On this machine the process itself tells; from another one only the heartbeat can. A pid that
    came back with another start time is another process, unless the heart still beats: then
    the clock was set.
    """
    if record["host"] != socket.gethostname():
        return has_heartbeat(folder)
    try:
        process = psutil.Process(record["pid"])
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        same = abs(process.create_time() - record["process_started"]) <= CLOCK_SECONDS
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        same = False
    return same or has_heartbeat(folder)


def last_heartbeat(folder: JobFolder) -> float | None:
    """When the heart last beat, in seconds since the epoch."""
    try:
        return folder.heartbeat.stat().st_mtime
    except OSError:
        return None


def has_heartbeat(folder: JobFolder) -> bool:
    """Whether the heart beat within the last `SILENCE_SECONDS`."""
    last = last_heartbeat(folder)
    return last is not None and time.time() - last <= SILENCE_SECONDS


def touch_heartbeat(folder: JobFolder) -> None:
    """Let the heart beat once."""
    handle = os.open(folder.heartbeat, os.O_WRONLY | os.O_CREAT, 0o644)
    try:
        os.utime(handle)
    finally:
        os.close(handle)
