"""Run a job in this process: a background worker and a command in a terminal both do it here."""

from __future__ import annotations

import importlib
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from core import atomic
from core.errors import BadInput, SaltScopeError, Stopped, WorkspaceError, in_words
from core.jobs import record
from core.jobs.lock import holding
from core.jobs.reporter import Reporter
from core.jobs.signals import stopping
from core.jobs.states import State
from core.progress import Progress, silent
from core.workspace import JobFolder, Workspace

PACKAGES = ("core",)  # job.json is data: it may name what to run only from here


def execute(
    workspace: Workspace, folder: JobFolder, progress: Progress = silent, packages: tuple[str, ...] = PACKAGES
) -> dict[str, Any]:
    """Run the job in `folder` to its end and return its result; status.json tells the way and the end.

    Whatever ends it early is raised again after it was recorded: `Stopped`, a `SaltScopeError` (memory
    and operating-system errors become one), or the unexpected error, with its traceback in log.txt.
    Raises `Busy` if another process works on it.
    """
    job = record.read(folder.job)
    with holding(folder):
        reporter = _begin(folder, progress)
        with _recording(folder, reporter), stopping(reporter.ask_stop):
            reporter(0, None, "starting")
            function = resolve(job["target"], packages)
            result = function(workspace=workspace, folder=folder, progress=reporter, **job["arguments"])
        reporter.end(State.FINISHED, result)
        return result


def _begin(folder: JobFolder, progress: Progress) -> Reporter:
    reporter = Reporter(folder, progress)
    try:
        _sweep(folder)
        reporter.begin()
    except OSError as error:
        raise WorkspaceError(in_words(error)) from error
    return reporter


@contextmanager
def _recording(folder: JobFolder, reporter: Reporter) -> Iterator[None]:
    try:
        yield
    except BaseException as error:
        state, words = _verdict(error)
        if not isinstance(error, SaltScopeError | Stopped | KeyboardInterrupt):
            _log(folder, error)
        reporter.end(state, error=words)
        if isinstance(error, MemoryError | OSError):
            raise WorkspaceError(words) from error
        raise


def resolve(target: str, packages: tuple[str, ...] = PACKAGES) -> Callable[..., dict[str, Any]]:
    """The function "package.module:function". Raises `BadInput` if it is outside of `packages` or missing."""
    module_name, _, name = target.partition(":")
    if module_name.split(".")[0] not in packages or not name.isidentifier():
        raise BadInput(f"a job can't run {target!r}: expected {' or '.join(packages)}.module:function")
    try:
        function = getattr(importlib.import_module(module_name), name)
    except (ModuleNotFoundError, AttributeError) as error:
        raise BadInput(f"a job can't run {target!r}: {error}") from error
    if not callable(function):
        raise BadInput(f"a job can't run {target!r}: it is a {type(function).__name__}, expected a function")
    return function


def _verdict(error: BaseException) -> tuple[State, str | None]:
    """The state that `error` leads to, with one sentence for people."""
    if isinstance(error, Stopped | KeyboardInterrupt):
        return State.STOPPED, None
    if isinstance(error, SaltScopeError):
        return State.FAILED, str(error)
    if isinstance(error, MemoryError):
        return State.FAILED, "there is not enough memory; close other programs or ask for less at once"
    if isinstance(error, OSError):
        return State.FAILED, in_words(error)
    return State.FAILED, f"unexpected error: {type(error).__name__}: {error}, see log.txt"


def _log(folder: JobFolder, error: BaseException) -> None:
    lines = traceback.format_exception(error)
    try:
        with folder.log.open("a", encoding="utf-8") as log:
            log.writelines(lines)
    except OSError:  # a full disk must not hide what happened
        sys.stderr.writelines(lines)


def _sweep(folder: JobFolder) -> None:
    for place in (folder.root, *folder.root.rglob("*")):
        if place.is_dir() and not place.name.startswith(atomic.PREFIX):
            atomic.sweep(place)
