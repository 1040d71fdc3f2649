"""To Kaggle and back: a submission goes out, its status and score come in; both are noted in the workspace."""

from __future__ import annotations

import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from core.dataset.kaggle.client import ask, check_competition
from core.errors import BadInput, KaggleError
from core.progress import Progress, silent
from core.segment.submission.sent import Sent, SentLog, now
from core.workspace import JobFolder, Workspace

LONGEST = 500  # characters of a message
PATIENCE = 120.0  # seconds that a score is waited for; later it is asked for by hand
PAUSE = 2.0  # seconds between two questions


def run(
    workspace: Workspace,
    folder: JobFolder,
    progress: Progress,
    file: str,
    competition: str,
    dataset: str,
    runs: list[str],
    message: str,
) -> dict[str, Any]:
    """Job: `send`."""
    return asdict(send(workspace, Path(file), competition, dataset, runs, message, progress))


def send(
    workspace: Workspace,
    file: Path,
    competition: str,
    dataset: str,
    runs: list[str],
    message: str,
    progress: Progress = silent,
) -> Sent:
    """Send a submission and wait a while for its score.

    Raises `KaggleError` if it was not sent, and `Stopped` while it waits. Once it was sent, a question that goes wrong
    ends the waiting: the score can be asked for later.
    """
    check_competition(competition)
    check_message(message)
    answer = ask("submit", competition, str(file), message, progress=progress, what="Sending the submission")
    log = SentLog(workspace.submissions)
    log.add(Sent(answer["ref"], competition, dataset, runs, message, file.name, now()))
    until = time.monotonic() + PATIENCE
    while (sent := _sent(log, answer["ref"])).status == "pending" and time.monotonic() < until:
        progress(0, None, "Waiting for the score")
        try:
            refresh(workspace, competition, progress)
        except KaggleError:
            break
        time.sleep(PAUSE)
    return sent


def check_message(message: str) -> str:
    """Return the message to a submission if Kaggle takes it. Raises `BadInput`."""
    if not message.strip() or len(message) > LONGEST or "\0" in message:
        raise BadInput(f"a message of {len(message):,} characters; expected 1 to {LONGEST}, by which you know it again")
    return message


def refresh(workspace: Workspace, competition: str, progress: Progress = silent) -> int:
    """Note what Kaggle says now of what was sent; gives how many have changed. Raises `KaggleError`."""
    log = SentLog(workspace.submissions)
    answers = ask("submissions", check_competition(competition), progress=progress)["submissions"]
    told = {answer["ref"]: _changes(answer) for answer in answers}
    changed = 0
    for sent in log.all():
        changes = told.get(sent.ref, {})
        if sent.competition == competition and any(getattr(sent, name) != value for name, value in changes.items()):
            log.update(sent.ref, **changes)
            changed += 1
    return changed


def _sent(log: SentLog, ref: int) -> Sent:
    return next(one for one in log.all() if one.ref == ref)


def _changes(answer: dict[str, Any]) -> dict[str, Any]:
    scores = {name: _score(answer[name]) for name in ("public_score", "private_score")}
    return {"status": answer["status"], "error": answer["error"] or None, **scores}


def _score(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None
