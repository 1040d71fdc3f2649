import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from core import jobs
from core.errors import BadInput, Busy
from core.jobs import JobFolder, JobStatus, State
from core.workspace import Workspace

PACKAGES = ("core", "job_targets")
Submit = Callable[..., JobFolder]


def until(true: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


def running(folder: JobFolder) -> JobStatus:
    """The status as soon as the job says its first words."""
    until(lambda: jobs.status(folder).what not in ("", "starting"))
    return jobs.status(folder)


def test_an_id_tells_time_and_kind() -> None:
    assert re.fullmatch(r"\d{8}-\d{6}-u-net-demo-[0-9a-f]{4}", jobs.new_id("U-Net (demo)"))


def test_a_submitted_run_finishes_in_another_process_and_no_zombie_stays(workspace: Workspace) -> None:
    run = workspace.run(jobs.new_id("count"))
    first = jobs.submit(workspace, run, "job_targets:count", {"steps": 3}, "Count", PACKAGES)
    assert first.state in (State.QUEUED, State.RUNNING)
    now = jobs.wait(run, 60)
    assert now.state is State.FINISHED
    assert now.result["kind"] == "RunFolder"
    assert now.pid != os.getpid()
    until(lambda: not psutil.pid_exists(now.pid))


def test_progress_comes_with_rate_time_left_and_facts(submitted: Submit) -> None:
    folder = submitted("count", steps=100_000, pause=0.01)
    until(lambda: jobs.status(folder).rate is not None)
    now = jobs.status(folder)
    assert 5 < now.rate < 110
    assert now.eta_seconds > 100
    assert now.facts["step"] == now.done
    assert now.seconds > 0
    jobs.request_stop(folder)
    assert jobs.wait(folder, 60).state is State.STOPPED
    assert jobs.status(folder).eta_seconds is None


def test_a_job_outlives_the_process_that_submitted_it(workspace: Workspace) -> None:
    code = (
        "from core import jobs; from core.workspace import Workspace; import sys;"
        "w = Workspace.open(sys.argv[1]);"
        "jobs.submit(w, w.job('survivor'), 'job_targets:count', {'steps': 5, 'pause': .1}, 'C', ('job_targets',))"
    )
    environment = os.environ | {"PYTHONPATH": f"{Path.cwd()}:{os.environ['PYTHONPATH']}"}
    subprocess.run([sys.executable, "-c", code, workspace.root], check=True, env=environment, cwd="/")
    folder = workspace.job("survivor")
    assert jobs.status(folder).state.active
    assert jobs.wait(folder, 60).state is State.FINISHED


def test_stop_and_resume_go_on_where_it_was(workspace: Workspace, submitted: Submit) -> None:
    folder = submitted("count", steps=40, pause=0.02)
    running(folder)
    jobs.request_stop(folder)
    stopped = jobs.wait(folder, 60)
    assert stopped.state is State.STOPPED
    with pytest.raises(Busy):
        jobs.resume(workspace, folder, PACKAGES)
        jobs.resume(workspace, folder, PACKAGES)
    finished = jobs.wait(folder, 60)
    assert finished.state is State.FINISHED
    assert finished.result["first"] == int(stopped.facts["step"])
    with pytest.raises(BadInput, match="nothing to resume"):
        jobs.resume(workspace, folder, PACKAGES)
    assert jobs.request_stop(folder).state is State.FINISHED
    assert not folder.stop_request.exists()


def test_a_killed_worker_is_lost_and_can_be_resumed(workspace: Workspace, submitted: Submit) -> None:
    folder = submitted("count", steps=60, pause=0.02)
    os.kill(running(folder).pid, signal.SIGKILL)
    lost = jobs.wait(folder, 60)
    assert lost.state is State.LOST
    assert "resume it" in lost.error
    assert lost.seconds < 30
    jobs.resume(workspace, folder, PACKAGES)
    finished = jobs.wait(folder, 60)
    assert finished.state is State.FINISHED
    assert finished.result["first"] > 0
    assert finished.error is None
    assert finished.seconds > lost.seconds, "all attempts together"


def test_of_many_resumes_at_once_one_wins(workspace: Workspace, submitted: Submit) -> None:
    folder = submitted("deep")
    os.kill(running(folder).pid, signal.SIGKILL)
    jobs.wait(folder, 60)
    code = (
        "from core import jobs; from core.errors import Busy; from core.workspace import JobFolder, Workspace;"
        "import sys; from pathlib import Path; w = Workspace(Path(sys.argv[1])); sys.stdin.readline()\n"
        "try: jobs.resume(w, JobFolder(Path(sys.argv[2])), ('job_targets',)); print('won')\n"
        "except Busy: print('busy')"
    )
    command = [sys.executable, "-c", code, workspace.root, folder.root]
    rivals = [subprocess.Popen(command, stdin=-1, stdout=-1, text=True) for _ in range(4)]
    time.sleep(0.5)  # all of them wait for the word
    with ThreadPoolExecutor() as pool:
        words = list(pool.map(lambda rival: rival.communicate("go\n")[0].strip(), rivals))
    assert sorted(words) == ["busy", "busy", "busy", "won"]
    os.kill(running(folder).pid, signal.SIGKILL)


def test_sigterm_of_a_worker_stops_it(submitted: Submit) -> None:
    folder = submitted("count", steps=100_000, pause=0.01)
    os.kill(running(folder).pid, signal.SIGTERM)
    assert jobs.wait(folder, 60).state is State.STOPPED


def test_an_unexpected_error_leaves_one_traceback_in_the_log(submitted: Submit) -> None:
    folder = submitted("fail", how="bug")
    assert jobs.wait(folder, 60).error == "unexpected error: ValueError: boom, see log.txt"
    assert folder.log.read_text().count("Traceback") == 1


def test_an_id_that_is_taken_is_refused(created: Submit) -> None:
    folder = created("count", steps=1)
    with pytest.raises(BadInput, match="already"):
        jobs.create(folder, "job_targets:count", {}, "Again")
