"""`python -m dashboard`: the demo data set if there is none, then the server; prints the address."""

from __future__ import annotations

import argparse
import socket
import subprocess
import sys
from pathlib import Path

from core import actions
from core.errors import BadInput, SaltScopeError, WorkspaceError, in_words
from core.progress import terminal
from core.workspace import Workspace


def main() -> int:
    """Return the exit code: 1 with one line on stderr when the server can't be started."""
    parser = argparse.ArgumentParser(prog="python -m dashboard", description="Open SaltScope in the browser.")
    parser.add_argument("--port", type=int, default=8501)
    parser.add_argument("--address", default="127.0.0.1", help="0.0.0.0 lets other machines in; there are no accounts")
    options = parser.parse_args()
    try:
        _check_port(options.address, options.port)
        _ensure_dataset()
    except (SaltScopeError, OSError) as error:
        message = in_words(error) if isinstance(error, OSError) else str(error)
        print(f"error: {message}", file=sys.stderr)
        return 1
    print(f"SaltScope is at http://{options.address}:{options.port} (Ctrl-C ends it; trainings go on)", flush=True)
    app = Path(__file__).with_name("app.py")
    command = [sys.executable, "-m", "streamlit", "run", str(app)]
    command += ["--server.port", str(options.port), "--server.address", options.address]
    try:
        return subprocess.call(command)
    except KeyboardInterrupt:
        return 0


def _check_port(address: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OverflowError as error:
            raise BadInput(f"port {port}: expected a number from 1 to 65535") from error
        except OSError as error:
            raise WorkspaceError(
                f"port {port} on {address} can't be opened ({error.strerror}); choose another: make run PORT={port + 1}"
            ) from error


def _ensure_dataset() -> None:
    workspace = Workspace.open()
    if not workspace.dataset_names():
        with terminal() as progress:
            actions.make_demo(workspace, "demo", tiles=600, seed=0, with_run=False, progress=progress)


if __name__ == "__main__":
    sys.exit(main())
