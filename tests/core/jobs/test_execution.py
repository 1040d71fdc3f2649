import json
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from core import jobs
from core.errors import BadInput, Busy, NotFound, Stopped, TrainingFailed, WorkspaceError
from core.jobs import JobFolder, State
from core.jobs.execution import resolve
from core.workspace import Workspace
from tests import small_disk

PACKAGES = ("core", "job_targets")
Create = Callable[..., JobFolder]


def test_a_job_runs_here_and_leaves_its_result(workspace: Workspace, created: Create) -> None:
    folder = created("count", steps=3)
    seen: list[int] = []
    result = jobs.execute(workspace, folder, lambda done, total, what, **facts: seen.append(done), PACKAGES)
    now = jobs.status(folder)
    assert result == now.result == {"steps": 3, "first": 0, "kind": "JobFolder"}
    assert seen == [0, 0, 1, 2]
    assert (now.state, now.done, now.total, now.what, now.facts) == (State.FINISHED, 2, 3, "counting", {"step": 2})
    assert (now.title, now.target, now.pid, now.error) == ("Test count", "job_targets:count", os.getpid(), None)
    assert now.created <= now.started <= now.finished
    assert 0 <= now.seconds < 5


@pytest.mark.parametrize(
    ("how", "raised", "words", "logged"),
    [
        ("words", TrainingFailed, "the loss is NaN; lower the learning rate", False),
        ("memory", WorkspaceError, "there is not enough memory; close other programs or ask for less at once", True),
        ("file", WorkspaceError, "missing.txt: No such file or directory", True),
        ("bug", ValueError, "unexpected error: ValueError: boom, see log.txt", True),
    ],
)
def test_every_failure_is_told_in_words(
    workspace: Workspace, created: Create, how: str, raised: type, words: str, logged: bool
) -> None:
    folder = created("fail", how=how)
    with pytest.raises(raised):
        jobs.execute(workspace, folder, packages=PACKAGES)
    now = jobs.status(folder)
    assert now.state is State.FAILED
    assert now.error.endswith(words)
    assert ("Traceback" in folder.log.read_text() if folder.log.exists() else False) is logged


def test_sigterm_stops_like_a_request_and_handlers_come_back(workspace: Workspace, created: Create) -> None:
    before = signal.getsignal(signal.SIGTERM)
    folder = created("fail", how="term")
    with pytest.raises(Stopped):
        jobs.execute(workspace, folder, packages=PACKAGES)
    assert jobs.status(folder).state is State.STOPPED
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_stop_asked_for_before_the_start_is_kept(workspace: Workspace, created: Create) -> None:
    folder = created("count", steps=3)
    jobs.request_stop(folder)
    with pytest.raises(Stopped):
        jobs.execute(workspace, folder, packages=PACKAGES)
    assert jobs.status(folder).state is State.STOPPED
    assert not (folder.root / "reached").exists()


def test_a_job_can_run_in_a_thread(workspace: Workspace, created: Create) -> None:
    folder = created("count", steps=2)
    thread = threading.Thread(target=jobs.execute, args=(workspace, folder), kwargs={"packages": PACKAGES})
    thread.start()
    thread.join()
    assert jobs.status(folder).state is State.FINISHED


def test_facts_that_json_does_not_know_are_made_plain(workspace: Workspace, created: Create) -> None:
    folder = created("odd_facts")
    jobs.execute(workspace, folder, packages=PACKAGES)
    now = jobs.status(folder)
    assert now.facts == {"loss": None, "best": 0.5, "path": "a", "shape": [2, 3]}
    assert now.result == {"values": "[0 1]", "score": None}


def test_remains_of_a_killed_process_are_swept(workspace: Workspace, created: Create) -> None:
    folder = created("count", steps=1)
    nested = folder.root / "predictions"
    (nested / ".part-abc").mkdir(parents=True)
    (folder.root / ".part-last.pt").touch()
    jobs.execute(workspace, folder, packages=PACKAGES)
    assert not list(folder.root.rglob(".part-*"))


@pytest.mark.parametrize(
    "target", ["os:system", "core", "core.atomic", "core.atomic:no_such", "core.no_such:run", "core.atomic:os.remove"]
)
def test_a_target_outside_of_core_or_missing_is_refused(workspace: Workspace, target: str) -> None:
    folder = workspace.job(jobs.new_id("bad"))
    jobs.create(folder, target, {}, "Bad")
    with pytest.raises(BadInput, match="can't run"):
        jobs.execute(workspace, folder)
    assert jobs.status(folder).state is State.FAILED


def test_what_is_no_function_is_refused() -> None:
    with pytest.raises(BadInput, match="expected a function"):
        resolve("core.atomic:PREFIX")


def test_a_job_that_runs_elsewhere_is_busy(
    workspace: Workspace, submitted: Create, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.jobs.lock.holding.__wrapped__.__defaults__", (0.1,))
    folder = submitted("deep")
    wait_for(folder, State.RUNNING)
    with pytest.raises(Busy, match=folder.id):
        jobs.execute(workspace, folder, packages=PACKAGES)
    os.kill(jobs.status(folder).pid, signal.SIGKILL)


def test_no_job_there(workspace: Workspace) -> None:
    with pytest.raises(NotFound, match=r"job\.json is missing"):
        jobs.execute(workspace, workspace.job("nothing"))


def test_a_job_file_that_is_no_json_is_named(workspace: Workspace, created: Create) -> None:
    folder = created("count", steps=1)
    folder.job.write_text("{")
    with pytest.raises(BadInput, match=r"job\.json is not valid JSON"):
        jobs.status(folder)
    folder.job.write_text("[]")
    with pytest.raises(BadInput, match=r"job\.json .*holds a list"):
        jobs.status(folder)
    folder.job.write_text("{}")
    folder.status.write_text('{"state": "running"}')
    with pytest.raises(BadInput, match=r"status\.json is damaged .*'host'"):
        jobs.status(folder)


def test_a_full_disk_is_told_even_where_nothing_fits_any_more(tmp_path: Path) -> None:
    code = (
        "from core import jobs; from core.workspace import Workspace; import sys;"
        "w = Workspace.open(sys.argv[1]); f = w.job('full');"
        "jobs.create(f, 'job_targets:fill_disk', {}, 'Fill');"
        "jobs.execute(w, f, packages=('job_targets',))"
    )
    shown = small_disk.run(tmp_path / "small", "256k", code, "jobs/full/status.json")
    told = json.loads(shown[shown.index("{") :])
    assert told["state"] == "failed"
    assert told["error"].endswith("the disk is full; free some space and try again")


def wait_for(folder: JobFolder, state: State, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while jobs.status(folder).state is not state:
        assert time.monotonic() < until, f"not {state} after {seconds} s: {jobs.status(folder)}"
        time.sleep(0.02)
