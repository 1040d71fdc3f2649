"""A counterpart of Kaggle on http://localhost:7777, where the real `kaggle` package looks with its environment TEST.

It knows one login, one competition and its zip, speaks as Kaggle does (a download is a redirect to another address, an
upload too) and has every fault that a line can have. The port is fixed by the package, so servers of all test runs on
a machine take turns by a lock.
"""

from __future__ import annotations

import base64
import fcntl
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

PORT = 7777
URL = f"http://localhost:{PORT}"
LOCK = Path("/tmp/saltscope-kaggle-server.lock")
COMPETITION = "tgs-salt-identification-challenge"
LOGIN = {"username": "geologist", "key": "0123456789abcdef0123456789abcdef"}
TOKEN = "KGAT_0123456789"
STATUS = {"401": 401, "403": 403, "404": 404, "429": 429, "500": 500}  # by fault


@dataclass
class Kaggle:
    """What the server has and what it saw.

    archive: the competition's zip · fault: what is wrong with the line, see `Handler` · faults_left: how often it still
    is · ranges: where downloads began · received: files that were submitted · asked: names of the services asked for.
    """

    archive: bytes
    fault: str = ""
    faults_left: int = 10**6
    version: str = '"first"'
    pending: int = 1
    ranges: list[int] = field(default_factory=list)
    received: list[tuple[str, bytes]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def faulty(self, *names: str) -> bool:
        """Whether one of these faults is due now."""
        if self.fault not in names or not self.faults_left:
            return False
        self.faults_left -= 1
        return True


class Handler(BaseHTTPRequestHandler):
    """Answers one request."""

    kaggle: Kaggle

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])) or b"{}")
        service = self.path.rpartition("/")[2]
        self.kaggle.asked.append(service)
        if service == "IntrospectToken":
            known = body.get("token") == TOKEN
            self._json({"active": known, "username": LOGIN["username"]} if known else {}, 200 if known else 404)
        elif self.kaggle.faulty(*STATUS):
            retry = {"Retry-After": "1"} if self.kaggle.fault == "429" else {}
            self._json({"message": "no"}, STATUS[self.kaggle.fault], retry)
        elif not self._signed_in():
            self._json({"message": "Unauthenticated"}, 401)
        elif body.get("competitionName") != COMPETITION:
            self._json({"message": "Not found"}, 404)
        else:
            self._services()[service](body)

    def do_GET(self) -> None:
        """The zip, whole or from a byte on."""
        data, start = self.kaggle.archive, 0
        if self.headers.get("If-Range", self.kaggle.version) == self.kaggle.version and "Range" in self.headers:
            start = int(self.headers["Range"].removeprefix("bytes=").rstrip("-"))
        if start >= len(data):
            self._json({}, 416)
            return
        self.kaggle.ranges.append(start)
        self.send_response(206 if start else 200)
        longer = 1000 if self.kaggle.fault == "wrong length" else 0
        headers = {"Content-Length": len(data) - start + longer, "Accept-Ranges": "bytes", "ETag": self.kaggle.version}
        for name, value in headers.items():
            self.send_header(name, str(value))
        self.end_headers()
        cuts = ("cut at 60 %", "cut always") if not start else ("cut always",)
        self._send(data[start:], 0.6 if self.kaggle.faulty(*cuts) else 1)

    def do_PUT(self) -> None:
        data = self.rfile.read(int(self.headers["Content-Length"]))
        self.kaggle.received.append((self.path.rpartition("/")[2], data))
        self._json({}, 200)

    def _services(self) -> dict[str, Callable[[dict[str, Any]], None]]:
        return {
            "ListDataFiles": self._list,
            "DownloadDataFiles": self._redirect,
            "StartSubmissionUpload": self._start_upload,
            "CreateSubmission": self._create,
            "ListSubmissions": self._submissions,
        }

    def _list(self, body: dict[str, Any]) -> None:
        self._json({"files": [{"name": "train.zip", "totalBytes": len(self.kaggle.archive)}]})

    def _redirect(self, body: dict[str, Any]) -> None:
        self.send_response(302)
        self.send_header("Location", f"{URL}/storage/{COMPETITION}.zip")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _start_upload(self, body: dict[str, Any]) -> None:
        self._json({"token": "upload", "createUrl": f"{URL}/upload/{body['fileName']}"})

    def _create(self, body: dict[str, Any]) -> None:
        self._json({"message": "Successfully submitted", "ref": 1000 + len(self.kaggle.received)})

    def _submissions(self, body: dict[str, Any]) -> None:
        self.kaggle.pending -= 1
        scored = {"status": "COMPLETE", "publicScore": "0.81234", "privateScore": "0.83456"}
        state = scored if self.kaggle.pending < 0 else {"status": "PENDING"}
        refs = range(1001, 1001 + len(self.kaggle.received))
        self._json({"submissions": [{"ref": ref, **state} for ref in refs]})

    def _send(self, data: bytes, share: float) -> None:
        cut = int(share * len(data))
        step = 20_000 if self.kaggle.fault == "slow drip" else 1 << 16
        for place in range(0, cut, step):
            try:
                self.wfile.write(data[place : min(place + step, cut)])
                self.wfile.flush()
            except OSError:
                break
            if self.kaggle.fault == "slow drip":
                time.sleep(0.1)
        self.close_connection = True

    def _signed_in(self) -> bool:
        given = self.headers.get("Authorization", "")
        basic = base64.b64encode(f"{LOGIN['username']}:{LOGIN['key']}".encode()).decode()
        return given in (f"Basic {basic}", f"Bearer {TOKEN}")

    def _json(self, value: dict[str, Any], status: int = 200, headers: dict[str, str] | None = None) -> None:
        data = json.dumps(value).encode()
        self.send_response(status)
        sent = {"Content-Type": "application/json", "Content-Length": str(len(data)), **(headers or {})}
        for name, text in sent.items():
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        """Not a word."""


@contextmanager
def serving(archive: bytes) -> Iterator[Kaggle]:
    """The server, as soon as no other test run on this machine has it."""
    kaggle = Kaggle(archive)
    handler = type("KaggleHandler", (Handler,), {"kaggle": kaggle})
    with LOCK.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        server = ThreadingHTTPServer(("127.0.0.1", PORT), handler)
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield kaggle
        finally:
            server.shutdown()
            server.server_close()
            thread.join()
