"""Asking Kaggle, through the process that holds the `kaggle` package: answers, progress, and errors in sentences."""

from __future__ import annotations

import json
import selectors
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from os import environ
from pathlib import Path
from typing import Any

from core.dataset.kaggle import credentials
from core.errors import BadInput, KaggleError
from core.progress import Progress, silent

ROOT = Path(__file__).resolve().parents[3]
SILENCE = 90.0  # seconds without a word after which nothing is expected any more
LOOK = 0.2  # seconds between two looks whether a stop was asked for
TRIES = 4
PATIENCE = 60.0  # seconds that Kaggle may ask for; more is said to the person
PAUSE = 1.0  # seconds before a broken connection is tried again


def ask(
    command: str,
    *arguments: str,
    login: Mapping[str, str] | None = None,
    progress: Progress = silent,
    what: str = "Asking Kaggle",
) -> dict[str, Any]:
    """The answer of one of the commands of `core.dataset.kaggle.worker`; the first of `arguments` is the competition.

    login: username and key to use instead of those that are found. What is broken off is asked again a few times, but
    for `submit`, which may have arrived. Raises `KaggleError` with the remedy, and whatever `progress` raises to stop:
    the process is then ended.
    """
    for attempt in range(TRIES):
        try:
            return _ask(command, arguments, login, progress, what)
        except KaggleError as error:
            if error.wait is None or command == "submit" or attempt == TRIES - 1:
                raise
            _wait(error.wait, progress, f"{what}: waiting to be let in again")
    raise AssertionError("the last attempt returns or raises")


def _ask(
    command: str, arguments: tuple[str, ...], login: Mapping[str, str] | None, progress: Progress, what: str
) -> dict[str, Any]:
    with _running([command, *arguments], login) as process:
        for line in _lines(process, progress, what):
            if "result" in line:
                result: dict[str, Any] = line["result"]
                return result
            if "error" in line:
                raise _in_words(line, arguments[0])
            progress(line["done"], line["total"], what)
    raise KaggleError("the process that talks to Kaggle ended without an answer; try again, the log has its last words")


def _wait(seconds: float, progress: Progress, what: str) -> None:
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        progress(0, None, what)
        time.sleep(min(LOOK, left))


def check_competition(name: str) -> str:
    """Return the name of a competition as its address has it. Raises `BadInput`."""
    if not (0 < len(name) <= 100 and name.isascii() and name.replace("-", "").isalnum()):
        shown = repr(name if len(name) <= 60 else name[:57] + "...")
        raise BadInput(
            f"{shown} is no name of a competition; expected the last part of its address, "
            "such as tgs-salt-identification-challenge"
        )
    return name


@contextmanager
def _running(arguments: list[str], login: Mapping[str, str] | None) -> Iterator[subprocess.Popen[bytes]]:
    """The process, ended in any case on the way out."""
    command = [sys.executable, "-m", "core.dataset.kaggle.worker", *arguments]
    names = {"username": "KAGGLE_USERNAME", "key": "KAGGLE_KEY"}
    given = {names[name]: value for name, value in (login or {}).items()}
    environment = {name: value for name, value in environ.items() if not (login and name == "KAGGLE_API_TOKEN")} | given
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def _lines(process: subprocess.Popen[bytes], progress: Progress, what: str) -> Iterator[dict[str, Any]]:
    """What the process says, as it comes; `progress` is heard meanwhile."""
    assert process.stdout is not None
    last: tuple[int, int | None] = (0, None)
    heard = time.monotonic()
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while True:
            if not selector.select(LOOK):
                progress(*last, what)
                if time.monotonic() - heard > SILENCE:
                    raise KaggleError(
                        f"Kaggle has not said a word for {SILENCE:.0f} s; try again, it goes on from here"
                    )
                continue
            line = process.stdout.readline()
            if not line:
                return
            value: dict[str, Any] = json.loads(line)
            heard, last = time.monotonic(), (value.get("done", last[0]), value.get("total", last[1]))
            yield value


def _in_words(answer: dict[str, Any], competition: str) -> KaggleError:
    address = f"https://www.kaggle.com/c/{competition}"
    status, source = answer.get("status"), credentials.found()
    if answer["error"] == "credentials" and source is None:
        return KaggleError(
            f"no Kaggle credentials were found; get a kaggle.json at {credentials.SETTINGS}, "
            f"and give it to the page Data or lay it in {credentials.folder()}"
        )
    if status == 401:
        return KaggleError(
            f"Kaggle does not know these credentials ({source or 'as given'}): wrong or expired; "
            f"make new ones at {credentials.SETTINGS}",
            status,
        )
    if status == 403:
        return KaggleError(f"You must accept the competition's rules first: {address}/rules", status)
    if status == 404:
        return KaggleError(f"Kaggle has no competition {competition!r}; check the last part of its address", status)
    if status == 429:
        wait = _seconds(answer.get("retry_after"))
        return KaggleError(
            f"Kaggle asks for patience: too many requests; try again in {wait:.0f} s",
            status,
            wait if wait <= PATIENCE else None,
        )
    if status is not None:
        return KaggleError(f"Kaggle answered {status}: {answer['words']}; try again later", status)
    if answer["error"] == "unexpected":
        return KaggleError(f"the kaggle package failed ({answer['words']}); install requirements.txt anew")
    return KaggleError(
        f"the connection to Kaggle broke ({answer['words']}); try again, a download goes on from here", wait=PAUSE
    )


def _seconds(retry_after: str | None) -> float:
    """What a Retry-After in seconds says; ten without one that can be read."""
    try:
        return max(0.0, float(retry_after or "10"))
    except ValueError:
        return 10.0
