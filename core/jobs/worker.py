"""The process of a job: `python -m core.jobs.worker WORKSPACE FOLDER PACKAGE…`."""

from __future__ import annotations

import sys
from pathlib import Path

from core.errors import SaltScopeError, Stopped
from core.jobs.execution import execute
from core.workspace import JobFolder, RunFolder, Workspace


def main(root: str, folder: str, *packages: str) -> int:
    """Run the job in `folder`; 0 if it finished or was stopped, else 1."""
    workspace = Workspace(Path(root))
    place = Path(folder)
    kind = RunFolder if place.parent == workspace.runs else JobFolder
    try:
        execute(workspace, kind(place), packages=packages)
    except Stopped:
        return 0
    except SaltScopeError as error:
        print(error, file=sys.stderr)
        return 1
    except Exception:  # its traceback is in log.txt already, where stderr goes too
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
