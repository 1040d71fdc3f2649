import json
import os
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from core import jobs
from core.jobs import JobFolder, State, process
from core.workspace import JobFolder as Folder

Create = Callable[..., JobFolder]


def rewrite(folder: Folder, **changes: Any) -> None:
    folder.status.write_text(json.dumps(json.loads(folder.status.read_text()) | changes))


def running_here(folder: Folder, **changes: Any) -> None:
    """As if this process ran the job."""
    started = datetime.now(UTC).isoformat()
    rewrite(folder, state="running", started=started, **(process.this_process() | changes))


def beat(folder: Folder, age_seconds: float) -> None:
    folder.heartbeat.touch()
    then = time.time() - age_seconds
    os.utime(folder.heartbeat, (then, then))


def test_a_new_job_is_queued(created: Create) -> None:
    now = jobs.status(created("count", steps=1))
    assert (now.state, now.started, now.seconds, now.total, now.error) == (State.QUEUED, None, None, None, None)


def test_queued_for_long_without_a_process_is_lost(created: Create) -> None:
    folder = created("count", steps=1)
    rewrite(folder, queued=(datetime.now(UTC) - timedelta(seconds=31)).isoformat())
    assert jobs.status(folder).state is State.LOST


def test_a_living_process_of_this_machine_is_running_whatever_the_heartbeat(created: Create) -> None:
    folder = created("count", steps=1)
    running_here(folder)
    beat(folder, 3600)
    assert jobs.status(folder).state is State.RUNNING


def test_a_zombie_counts_as_gone(created: Create) -> None:
    folder = created("count", steps=1)
    child = os.fork()
    if child == 0:
        os._exit(0)
    running_here(folder, pid=child)
    beat(folder, 0)
    os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
    assert jobs.status(folder).state is State.LOST
    os.waitpid(child, 0)


def test_a_pid_that_came_back_is_another_process(created: Create) -> None:
    folder = created("count", steps=1)
    running_here(folder, process_started=1000.0)
    beat(folder, 61)
    assert jobs.status(folder).state is State.LOST


def test_a_clock_that_was_set_does_not_lose_a_living_job(created: Create) -> None:
    folder = created("count", steps=1)
    running_here(folder, process_started=time.time() + 7200)
    beat(folder, 1)
    assert jobs.status(folder).state is State.RUNNING


def test_on_another_machine_the_heartbeat_tells(created: Create) -> None:
    folder = created("count", steps=1)
    running_here(folder, host="elsewhere", pid=1)
    assert jobs.status(folder).state is State.LOST
    beat(folder, 50)
    assert jobs.status(folder).state is State.RUNNING
    beat(folder, 61)
    assert jobs.status(folder).state is State.LOST


def test_the_heart_beats_while_the_work_is_deep_in_one_call(submitted: Create) -> None:
    folder = submitted("deep")
    end = time.monotonic() + 60
    while jobs.status(folder).what != "deep":
        assert time.monotonic() < end
        time.sleep(0.02)
    folder.heartbeat.unlink()
    time.sleep(1.5)
    assert process.has_heartbeat(folder)
    os.kill(jobs.status(folder).pid, signal.SIGKILL)
