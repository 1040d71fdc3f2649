"""Kaggle through the real `kaggle` package, against a real server with every fault."""

from __future__ import annotations

import io
import json
import os
import stat
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.dataset.kaggle import credentials
from core.dataset.kaggle.client import ask, check_competition
from core.dataset.kaggle.download import download
from core.errors import BadInput, Busy, KaggleError, Stopped
from core.segment.submission import SentLog, sending
from core.segment.submission.sending import refresh, send
from core.workspace import Workspace
from tests import sources
from tests.kaggle_server import COMPETITION, LOGIN, TOKEN, Kaggle, serving

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kaggle]:
    """Kaggle with a competition of three train and two test tiles, in one zip as Kaggle packs it."""
    folder = sources.write(tmp_path_factory.mktemp("files"), sources.kaggle())
    members = {path.name: path.read_bytes() for path in folder.iterdir()} | {"flamingo.zip": os.urandom(600_000)}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    with serving(buffer.getvalue()) as kaggle:
        yield kaggle


@pytest.fixture
def kaggle(server: Kaggle, home: Path) -> Iterator[Kaggle]:
    """The server without faults, and this person's login where the package looks for it."""
    sound = server.archive
    credentials.save(LOGIN)
    yield server
    server.archive, server.fault, server.faults_left, server.version = sound, "", 10**6, '"first"'
    server.ranges.clear(), server.asked.clear(), server.received.clear()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home without credentials, and the package told to talk to the test server."""
    for name in ("KAGGLE_API_TOKEN", "KAGGLE_USERNAME", "KAGGLE_KEY", "KAGGLE_CONFIG_DIR", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("KAGGLE_API_ENVIRONMENT", "TEST")
    return tmp_path / "home"


def test_where_credentials_are_found(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert credentials.found() is None
    path = credentials.save(LOGIN)
    assert path == home / ".config" / "kaggle" / "kaggle.json" and credentials.found() == str(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    monkeypatch.setenv("KAGGLE_USERNAME", "x")
    monkeypatch.setenv("KAGGLE_KEY", "y")
    assert credentials.found() == "the environment variables KAGGLE_USERNAME and KAGGLE_KEY"
    (home / ".kaggle").mkdir()
    (home / ".kaggle" / "access_token").write_text(TOKEN)
    assert credentials.found() == str(home / ".kaggle" / "access_token")
    monkeypatch.setenv("KAGGLE_API_TOKEN", TOKEN)
    assert credentials.found() == "the environment variable KAGGLE_API_TOKEN"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "not a kaggle.json"),
        (b"PK\3\4", "not a kaggle.json"),
        (b"[" * 5000, "not a kaggle.json"),
        (b'{"username": "' + b"x" * 20_000, "not a kaggle.json"),
        (b"{}", "incomplete: username and key missing"),
        (b'{"username": "secret-user"}', "incomplete: key missing"),
        (b'{"username": "secret-user", "key": ["secret"]}', "incomplete: key missing"),
        (b'{"username": "secret-user", "key": "secret\\nAuthorization: x"}', "incomplete: key missing"),
    ],
)
def test_a_file_that_is_no_login_is_explained_and_not_repeated(data: bytes, words: str) -> None:
    with pytest.raises(BadInput, match=words) as caught:
        credentials.check(data)
    assert "secret" not in str(caught.value)


def test_from_kaggle_to_a_data_set(kaggle: Kaggle, workspace: Workspace) -> None:
    told: list[str] = []
    report = download(workspace, COMPETITION, "tgs", progress=lambda done, total, what, **facts: told.append(what))
    assert (report.name, report.train, report.test, report.changed) == ("tgs", 3, 2, True)
    assert {"Downloading kB", "Checking the zip file", "Decoding tiles"} <= set(told)
    again = download(workspace, COMPETITION, "tgs")
    assert (again.changed, kaggle.ranges) == (False, [0, 0])


def test_a_token_of_the_newer_kind(kaggle: Kaggle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAGGLE_API_TOKEN", TOKEN)
    assert ask("files", COMPETITION)["files"][0]["name"] == "train.zip"


def test_a_download_goes_on_where_it_was_cut(kaggle: Kaggle, workspace: Workspace) -> None:
    kaggle.fault = "cut at 60 %"
    assert download(workspace, COMPETITION, "tgs").tiles == 5
    assert kaggle.ranges[:2] == [0, 0] and len(kaggle.ranges) == 3
    assert 0.4 < kaggle.ranges[2] / len(kaggle.archive) <= 0.6


def test_another_file_is_not_appended_to_the_first(kaggle: Kaggle, workspace: Workspace) -> None:
    kaggle.fault = "cut always"
    with pytest.raises(KaggleError, match="the connection to Kaggle broke"):
        download(workspace, COMPETITION, "tgs")
    kaggle.fault, kaggle.version = "", '"second"'
    assert download(workspace, COMPETITION, "tgs").tiles == 5


def test_a_length_that_is_never_reached(kaggle: Kaggle, workspace: Workspace) -> None:
    kaggle.fault = "wrong length"
    with pytest.raises(KaggleError, match="the connection to Kaggle broke"):
        download(workspace, COMPETITION, "tgs")
    assert workspace.dataset_names() == []


def test_a_damaged_zip_is_removed(kaggle: Kaggle, workspace: Workspace) -> None:
    whole = kaggle.archive
    kaggle.archive = whole[:300] + b"!!!!" + whole[304:]
    with pytest.raises(BadInput, match="what Kaggle sent is damaged"):
        download(workspace, COMPETITION, "tgs")
    assert workspace.dataset_names() == [] and not list(workspace.sources.rglob("*.zip"))
    kaggle.archive, kaggle.version = whole, '"mended"'
    assert download(workspace, COMPETITION, "tgs").tiles == 5


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("401", r"Kaggle does not know these credentials \(.*kaggle\.json\): wrong or expired"),
        ("403", rf"You must accept the competition's rules first: https://www\.kaggle\.com/c/{COMPETITION}/rules"),
        ("404", "Kaggle has no competition 'tgs-"),
        ("500", "Kaggle answered 500"),
    ],
)
def test_refusals_are_explained(kaggle: Kaggle, workspace: Workspace, fault: str, words: str) -> None:
    kaggle.fault = fault
    with pytest.raises(KaggleError, match=words) as caught:
        download(workspace, COMPETITION, "tgs")
    assert LOGIN["key"] not in str(caught.value)
    assert len(kaggle.asked) == 1 and workspace.dataset_names() == []


def test_too_many_requests_are_waited_out(kaggle: Kaggle) -> None:
    kaggle.fault, kaggle.faults_left = "429", 1
    begun = time.monotonic()
    assert ask("files", COMPETITION)["files"]
    assert time.monotonic() - begun > 1 and kaggle.asked == ["ListDataFiles"] * 2


def test_no_credentials_at_all(server: Kaggle, home: Path) -> None:
    with pytest.raises(KaggleError, match=r"no Kaggle credentials were found; get a kaggle\.json"):
        ask("files", COMPETITION)


def test_a_login_can_be_tried_before_it_is_kept(kaggle: Kaggle) -> None:
    assert ask("files", COMPETITION, login=LOGIN)["files"]
    with pytest.raises(KaggleError, match="does not know these credentials"):
        ask("files", COMPETITION, login={"username": "x", "key": "y"})


def test_a_slow_download_tells_its_way_and_can_be_stopped(kaggle: Kaggle, workspace: Workspace) -> None:
    kaggle.fault = "slow drip"
    seen: list[int] = []

    def progress(done: int, total: int | None, what: str, **facts: Any) -> None:
        seen.append(done)
        if done > 100:
            raise Stopped("enough")

    begun = time.monotonic()
    with pytest.raises(Stopped):
        download(workspace, COMPETITION, "tgs", progress=progress)
    assert time.monotonic() - begun < 15 and sorted(seen) == seen
    kaggle.fault = ""
    assert download(workspace, COMPETITION, "tgs").tiles == 5
    assert kaggle.ranges[-1] > 0, "it went on from where it was stopped"


def test_two_downloads_into_one_place(kaggle: Kaggle, workspace: Workspace) -> None:
    kaggle.fault = "slow drip"
    first = threading.Thread(target=lambda: download(workspace, COMPETITION, "tgs"), daemon=True)
    first.start()
    while first.is_alive() and not list(workspace.sources.rglob("*.zip")):
        time.sleep(0.05)
    with pytest.raises(Busy, match="somebody downloads into"):
        download(workspace, COMPETITION, "tgs")
    first.join(60)


def test_a_submission_and_its_score(kaggle: Kaggle, workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "out.csv").write_text("id,rle_mask\nddd,\neee,1 4\n")
    kaggle.pending = 1
    sent = send(workspace, tmp_path / "out.csv", COMPETITION, "tgs", ["a"], "a first one")
    assert kaggle.received == [("out.csv", (tmp_path / "out.csv").read_bytes())]
    assert (sent.status, sent.public_score, sent.private_score) == ("complete", 0.81234, 0.83456)
    assert SentLog(workspace.submissions).all() == [sent]
    assert refresh(workspace, COMPETITION) == 0
    with pytest.raises(BadInput, match="a message of 0 characters"):
        send(workspace, tmp_path / "out.csv", COMPETITION, "tgs", ["a"], "")


def test_what_was_sent_is_sent_even_if_nobody_can_be_asked_for_its_score(
    kaggle: Kaggle, workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "out.csv").write_text("id,rle_mask\nddd,\neee,1 4\n")
    kaggle.pending, asked = 1, sending.ask

    def ask(request: str, *given: Any, **more: Any) -> dict[str, Any]:
        if request == "submissions":
            raise KaggleError("Kaggle can't be reached")
        return asked(request, *given, **more)

    with monkeypatch.context() as offline:
        offline.setattr(sending, "ask", ask)
        assert send(workspace, tmp_path / "out.csv", COMPETITION, "tgs", ["a"], "a first one").status == "pending"
    assert len(kaggle.received) == len(SentLog(workspace.submissions).all()) == 1
    assert refresh(workspace, COMPETITION) == 0, "pending still"
    assert refresh(workspace, COMPETITION) == 1


@pytest.mark.parametrize("name", ["", "../x", "a/b", "x" * 101, "tgs salt", "tgs?x=1", "tgs\0", "ｔｇｓ"])
def test_names_that_no_competition_has(name: str) -> None:
    with pytest.raises(BadInput, match="is no name of a competition"):
        check_competition(name)


def test_the_key_is_in_no_file_but_its_own(kaggle: Kaggle, workspace: Workspace, home: Path) -> None:
    download(workspace, COMPETITION, "tgs")
    holding = [path for top in (workspace.root, home) for path in top.rglob("*") if path.is_file()]
    holding = [path for path in holding if LOGIN["key"].encode() in path.read_bytes()]
    assert holding == [credentials.folder() / "kaggle.json"]
    assert json.loads(holding[0].read_bytes()) == LOGIN


def test_the_command_and_its_refusals(kaggle: Kaggle, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "core", "download", "--workspace", str(tmp_path / "space")]
    done = subprocess.run([*command, "--json"], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert (json.loads(done.stdout)["name"], json.loads(done.stdout)["tiles"]) == ("tgs", 5)
    kaggle.fault = "403"
    done = subprocess.run([*command, "--name", "again"], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1].startswith("error: You must accept the competition's rules first: https://")
    assert "Traceback" not in done.stderr
