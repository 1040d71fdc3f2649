from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from core import atomic

HANG = """
import sys, time
from pathlib import Path
from core import atomic
with atomic.{writer}(Path(sys.argv[1])) as part:
    (part / "half" if part.is_dir() else part).write_text("half")
    print("writing", flush=True)
    time.sleep(60)
"""


def start_writer(writer: str, target: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", HANG.format(writer=writer), str(target)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2])
    assert process.stdout is not None
    assert process.stdout.readline() == "writing\n"
    return process


def kill(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    process.communicate()


def test_an_error_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "a.json"
    atomic.write_json(target, {"old": 1})
    with pytest.raises(ZeroDivisionError), atomic.replacing(target) as part:
        part.write_text("half")
        _ = 1 / 0
    assert target.read_text() == '{\n  "old": 1\n}\n'
    assert os.listdir(tmp_path) == ["a.json"]


def test_an_error_leaves_the_old_folder(tmp_path: Path) -> None:
    target = tmp_path / "a"
    with atomic.replacing_folder(target) as part:
        (part / "x").write_text("old")
    with pytest.raises(ZeroDivisionError), atomic.replacing_folder(target) as part:
        (part / "x").write_text("new")
        _ = 1 / 0
    assert (target / "x").read_text() == "old"
    assert os.listdir(tmp_path) == ["a"]


def test_a_folder_replaces_another(tmp_path: Path) -> None:
    target = tmp_path / "a"
    for text in ("old", "new"):
        with atomic.replacing_folder(target) as part:
            (part / text).write_text(text)
    assert os.listdir(target) == ["new"]
    assert os.listdir(tmp_path) == ["a"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux swaps two folders in one step")
def test_a_folder_is_there_at_every_moment_of_its_replacement(tmp_path: Path) -> None:
    target = tmp_path / "a"
    over = threading.Event()

    def replace_often() -> None:
        for _ in range(200):
            with atomic.replacing_folder(target) as part:
                (part / "x").write_text("x")
        over.set()

    with atomic.replacing_folder(target) as part:
        (part / "x").write_text("x")
    writer = threading.Thread(target=replace_often)
    writer.start()
    looks = [target.exists() for _ in iter(over.is_set, True)]
    writer.join()
    assert len(looks) > 200 and all(looks)


def test_a_folder_replaces_another_where_two_cannot_be_swapped(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(atomic, "_swap", lambda *_: False)
    test_a_folder_replaces_another(tmp_path)


@pytest.mark.parametrize("writer", ["replacing", "replacing_folder"])
def test_remains_of_a_killed_writer_are_swept_and_living_ones_stay(tmp_path: Path, writer: str) -> None:
    process = start_writer(writer, tmp_path / "a")
    atomic.sweep(tmp_path)
    assert len(os.listdir(tmp_path)) == 1, "a living writer's part was swept"
    kill(process)
    atomic.sweep(tmp_path)
    assert os.listdir(tmp_path) == []


def test_an_old_folder_moved_aside_comes_back(tmp_path: Path) -> None:
    aside = tmp_path / f"{atomic.PREFIX}old-a"
    aside.mkdir()
    (aside / "x").write_text("old")
    atomic.sweep(tmp_path)
    assert (tmp_path / "a" / "x").read_text() == "old"


def test_removing_is_one_step(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x").write_text("x")
    before = time.monotonic()
    atomic.remove_folder(tmp_path / "a")
    assert os.listdir(tmp_path) == []
    assert time.monotonic() - before < 5
