"""A real server and a real browser, for tests and benchmarks."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, Playwright

ROOT = Path(__file__).resolve().parents[1]
APP = ROOT / "dashboard" / "app.py"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass
class Server:
    """`streamlit run` on a free port, over one workspace."""

    script: Path
    workspace: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, cwd: Path | None = None) -> None:
        """Start and wait until the server answers."""
        command = [sys.executable, "-m", "streamlit", "run", str(self.script)]
        command += ["--server.port", str(self.port), "--server.headless", "true"]
        environment = {**os.environ, "SALTSCOPE_WORKSPACE": str(self.workspace)}
        with (self.workspace.parent / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=cwd or self.workspace.parent, env=environment, stdout=log, stderr=log
            )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=1):
                    return
            except OSError:
                time.sleep(0.05)
        self.kill()
        raise TimeoutError((self.workspace.parent / "server.log").read_text())

    def kill(self) -> None:
        """End the server as a crash would."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process = None


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def launch(playwright: Playwright) -> Browser:
    """Debian's Chromium where it is installed, else Playwright's own."""
    installed = shutil.which("chromium") or shutil.which("chromium-browser")
    return playwright.chromium.launch(executable_path=installed, args=FLAGS)


@contextmanager
def frozen(server: Server, page: Page) -> Iterator[None]:
    """Once the page is at rest, the server answers nothing until the end."""
    page.wait_for_timeout(1000)
    assert server.process is not None
    server.process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        server.process.send_signal(signal.SIGCONT)
