"""A disk that is soon full."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

_MOUNTED = 'mount -t tmpfs -o size="$4" none "$1" || exit 77; "$2" -c "$3" "$1"; echo "ended: $?"; cat "$1/$5" || true'


def run(folder: Path, size: str, code: str, shown: str) -> str:
    """What `code` prints, how it ends and what its file `shown` holds, on a disk of `size` at `folder`, its argument.

    Skips the test where nobody may mount one.
    """
    folder.mkdir()
    command = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", _MOUNTED, "sh"]
    environment = os.environ | {"PYTHONPATH": f"{Path.cwd()}:{os.environ.get('PYTHONPATH', '')}"}
    done = subprocess.run(
        [*command, folder, sys.executable, code, size, shown], capture_output=True, text=True, env=environment
    )
    if done.returncode == 77 or "unshare" in done.stderr:
        pytest.skip(f"no small disk can be mounted here: {done.stderr}")
    return done.stdout
