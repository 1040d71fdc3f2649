"""A job is a folder and a process: submit it, watch it, stop it, resume it.

    job.json      what to run: {"target": "core.package.module:function", "arguments", "title", "created"}
    status.json   how far it is, written by the process that runs it
    heartbeat     touched about once a second by that process
    stop          present when somebody asked for a stop
    lock          held by whoever runs the job, for as long as it runs
    log.txt       what the process printed, and the traceback of an unexpected error

The target is called as `function(workspace=…, folder=…, progress=…, **arguments) -> dict`. A job
outlives whoever started it; its state is derived from the folder and the process, never remembered.
"""

from core.jobs.execution import execute
from core.jobs.states import JobStatus, State, status
from core.jobs.submission import adopt, arguments, create, new_id, request_stop, requeue, resume, submit, wait
from core.workspace import JobFolder

__all__ = [
    "JobFolder",
    "JobStatus",
    "State",
    "adopt",
    "arguments",
    "create",
    "execute",
    "new_id",
    "request_stop",
    "requeue",
    "resume",
    "status",
    "submit",
    "wait",
]
