"""The state of a job, derived from its folder and its process."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from core.errors import BadInput
from core.jobs import process, record
from core.workspace import JobFolder

START_SECONDS = 30.0  # a job that no process took up for this long is lost


class State(StrEnum):
    """Where a job is in its life."""

    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"
    STOPPED = "stopped"
    LOST = "lost"
    IMPORTED = "imported"  # its results were made elsewhere: it never ran here

    @property
    def active(self) -> bool:
        """Whether a process works on it or is about to."""
        return self in (State.QUEUED, State.RUNNING)


@dataclass(frozen=True)
class JobStatus:
    """What is known of a job at one moment. Times are ISO 8601 in UTC."""

    id: str
    state: State
    title: str
    target: str
    created: str
    started: str | None = None
    finished: str | None = None
    seconds: float | None = None  # at work until the end, or until now; all attempts together
    done: int = 0
    total: int | None = None
    what: str = ""
    rate: float | None = None  # steps of `done` a second
    eta_seconds: float | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    result: dict[str, Any] | None = None
    error: str | None = None
    pid: int | None = None
    host: str | None = None


def status(folder: JobFolder) -> JobStatus:
    """How the job in `folder` goes. Raises `NotFound` or `BadInput`."""
    job, known = record.read(folder.job), record.read(folder.status)
    try:
        if known.get("state") == State.RUNNING and not process.is_alive(folder, known):
            known = record.read(folder.status)  # it may have ended between the two looks; now it has said its last word
        return _status(folder, job, known)
    except (KeyError, TypeError, ValueError) as error:
        raise BadInput(f"{folder.root}: job.json or status.json is damaged ({error!r}); delete this folder") from error


def _status(folder: JobFolder, job: dict[str, Any], known: dict[str, Any]) -> JobStatus:
    state, error = _derive(folder, known)
    return JobStatus(
        id=folder.id,
        state=state,
        title=job["title"],
        target=job["target"],
        created=job["created"],
        started=known.get("started"),
        finished=known.get("finished"),
        seconds=_seconds(folder, known, state),
        done=known.get("done", 0),
        total=known.get("total"),
        what=known.get("what", ""),
        rate=known.get("rate"),
        eta_seconds=known.get("eta_seconds") if state is State.RUNNING else None,
        facts=known.get("facts", {}),
        result=known.get("result"),
        error=error,
        pid=known.get("pid"),
        host=known.get("host"),
    )


def _derive(folder: JobFolder, known: dict[str, Any]) -> tuple[State, str | None]:
    state = State(known["state"])
    if state is State.QUEUED and time.time() - _timestamp(known["queued"]) > START_SECONDS:
        return State.LOST, f"no process took it up within {START_SECONDS:.0f} s, log.txt may say why; resume it"
    if state is State.RUNNING and not process.is_alive(folder, known):
        return State.LOST, "its process is gone without a word: killed, or the machine went down; resume it to go on"
    return state, known.get("error")


def _seconds(folder: JobFolder, known: dict[str, Any], state: State) -> float | None:
    before: float | None = known.get("before")
    if not known.get("started"):
        return before
    begin = _timestamp(known["started"])
    if known.get("finished"):
        end = _timestamp(known["finished"])
    else:
        end = time.time() if state is State.RUNNING else process.last_heartbeat(folder) or begin
    return round((before or 0.0) + max(0.0, end - begin), 3)


def _timestamp(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
