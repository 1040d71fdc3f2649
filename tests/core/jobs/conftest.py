"""Jobs that run `job_targets`, in real processes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core import jobs
from core.workspace import JobFolder, Workspace

PACKAGES = ("core", "job_targets")


@pytest.fixture(autouse=True)
def importable_targets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this process and the workers import `job_targets`."""
    here = str(Path(__file__).parent)
    monkeypatch.syspath_prepend(here)
    monkeypatch.setenv("PYTHONPATH", here)


@pytest.fixture
def created(workspace: Workspace) -> Callable[..., JobFolder]:
    """Write a queued job that runs the function of that name."""

    def create(name: str, /, **arguments: Any) -> JobFolder:
        folder = workspace.job(jobs.new_id(name))
        jobs.create(folder, f"job_targets:{name}", arguments, f"Test {name}")
        return folder

    return create


@pytest.fixture
def submitted(workspace: Workspace) -> Callable[..., JobFolder]:
    """Start a job that runs the function of that name."""

    def submit(name: str, /, **arguments: Any) -> JobFolder:
        folder = workspace.job(jobs.new_id(name))
        jobs.submit(workspace, folder, f"job_targets:{name}", arguments, f"Test {name}", PACKAGES)
        return folder

    return submit
