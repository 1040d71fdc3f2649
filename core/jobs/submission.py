"""Put a job into the world, ask it to stop, send it on its way again."""

from __future__ import annotations

import re
import secrets
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core import atomic
from core.errors import BadInput, Busy, WorkspaceError, in_words
from core.jobs import record
from core.jobs.execution import PACKAGES
from core.jobs.lock import holding
from core.jobs.states import JobStatus, State, status
from core.workspace import JobFolder, Workspace, check_name

ROOT = Path(__file__).resolve().parents[2]  # the folder that `core` is imported from


def new_id(kind: str) -> str:
    """An id that sorts by time and says what it is: "20261123-104512-unet-a1b2" (UTC)."""
    words = re.sub(r"[^A-Za-z0-9]+", "-", kind).strip("-").lower()
    return check_name(f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{words}-{secrets.token_hex(2)}", "job id")


def create(folder: JobFolder, target: str, arguments: dict[str, Any], title: str) -> None:
    """Write a queued job; `execute` runs it here, `submit` in a process of its own.

    `arguments` must be plain JSON, with absolute paths: the job may be resumed from anywhere.
    Raises `BadInput` if there is a job in `folder` already.
    """
    if folder.job.exists():
        raise BadInput(f"there is a job {folder.id} already; resume it or choose another id")
    created = record.now()
    job = {"target": target, "arguments": arguments, "title": title, "created": created}
    try:
        record.write(folder, {"state": State.QUEUED, "queued": created})
        atomic.write_json(folder.job, job)  # last: a folder with a job.json is a job
    except OSError as error:
        raise WorkspaceError(in_words(error)) from error


def adopt(folder: JobFolder, arguments: dict[str, Any], title: str) -> None:
    """Write a job whose results were made elsewhere: there is nothing to run or to resume."""
    moment = record.now()
    record.write(folder, {"state": State.IMPORTED, "queued": moment, "finished": moment})
    atomic.write_json(folder.job, {"target": "", "arguments": arguments, "title": title, "created": moment})


def submit(
    workspace: Workspace,
    folder: JobFolder,
    target: str,
    arguments: dict[str, Any],
    title: str,
    packages: tuple[str, ...] = PACKAGES,
) -> JobStatus:
    """Write a job and start a process for it that outlives this one."""
    create(folder, target, arguments, title)
    _start(workspace, folder, packages)
    return status(folder)


def arguments(folder: JobFolder) -> dict[str, Any]:
    """What the function of a job is called with. Raises `NotFound` or `BadInput`."""
    given = record.read(folder.job).get("arguments")
    return given if isinstance(given, dict) else {}


def request_stop(folder: JobFolder) -> JobStatus:
    """Ask a job to stop; it does at its next word of progress. Does nothing to one that has ended."""
    now = status(folder)
    if now.state.active:
        try:
            folder.stop_request.touch()
        except OSError as error:
            raise WorkspaceError(in_words(error)) from error
    return now


def requeue(folder: JobFolder) -> None:
    """Make a job that ended early ready to run again. Raises `Busy` if it is active, `BadInput` if it is finished."""
    _check_resumable(folder)
    with holding(folder):
        _check_resumable(folder)  # somebody else may have come first
        try:
            folder.stop_request.unlink(missing_ok=True)
            kept = {"facts": record.read(folder.status).get("facts", {}), "before": status(folder).seconds or 0.0}
            record.write(folder, {"state": State.QUEUED, "queued": record.now(), **kept})
        except OSError as error:
            raise WorkspaceError(in_words(error)) from error


def resume(workspace: Workspace, folder: JobFolder, packages: tuple[str, ...] = PACKAGES) -> JobStatus:
    """Run a job that was stopped, failed or lost again, with the same arguments, in a new process."""
    requeue(folder)
    _start(workspace, folder, packages)
    return status(folder)


def wait(folder: JobFolder, timeout: float) -> JobStatus:
    """The status as soon as the job is no longer active, or after `timeout` seconds."""
    until = time.monotonic() + timeout
    while (now := status(folder)).state.active and time.monotonic() < until:
        time.sleep(0.05)
    return now


def _check_resumable(folder: JobFolder) -> None:
    state = status(folder).state
    if state.active:
        raise Busy(f"{folder.id} is {state} already; wait for its end or stop it first")
    if state is State.IMPORTED:
        raise BadInput(
            f"{folder.id} was made elsewhere and imported: it was never trained here, so it can't be resumed"
        )
    if state is State.FINISHED:
        raise BadInput(f"{folder.id} is finished; there is nothing to resume")


def _start(workspace: Workspace, folder: JobFolder, packages: tuple[str, ...]) -> None:
    command = [sys.executable, "-u", "-m", "core.jobs.worker", str(workspace.root), str(folder.root), *packages]
    try:
        with folder.log.open("ab") as log:
            worker = subprocess.Popen(
                command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
    except OSError as error:
        raise WorkspaceError(in_words(error)) from error
    # Somebody has to fetch its exit status, or it stays a zombie as long as a server runs.
    threading.Thread(target=worker.wait, name=f"reap {folder.id}", daemon=True).start()
