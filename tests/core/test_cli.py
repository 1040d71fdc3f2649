"""The command line as a person or a script uses it: real processes."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from core.cli import main

ROOT = Path(__file__).parents[2]


def call(workspace: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "core", *words, "--workspace", str(workspace)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)


def answer(workspace: Path, *words: str) -> dict[str, Any]:
    done = call(workspace, *words, "--json")
    assert done.returncode == 0, done.stderr
    value = json.loads(done.stdout)
    assert isinstance(value, dict)
    return value


def refusal(workspace: Path, *words: str) -> str:
    done = call(workspace, *words)
    assert done.returncode == 1, (done.returncode, done.stdout, done.stderr)
    lines = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert len(lines) == 1, done.stderr
    assert "Traceback" not in done.stderr
    return lines[0]


def test_from_import_to_queue(tmp_path: Path, kaggle_folder: Path) -> None:
    space = tmp_path / "workspace"
    imported = answer(space, "import", str(kaggle_folder), "--name", "tiny")
    assert imported["changed"] is True
    assert answer(space, "import", str(kaggle_folder), "--name", "tiny")["changed"] is False

    listed = answer(space, "datasets")["datasets"]
    assert [(one["name"], one["tiles"], one["tile_shape"]) for one in listed] == [("tiny", 32, [101, 101])]
    summary = answer(space, "summary", "tiny")
    assert summary["train"] + summary["test"] == summary["tiles"] == 32

    trained = answer(space, "train", "tiny", "--set", "epochs=1", "--set", "width=2")
    run = trained["run"]
    assert trained["state"] == "finished"
    assert answer(space, "status", run) == trained
    assert [one["run"] for one in answer(space, "runs")["runs"]] == [run]

    score = answer(space, "evaluate", run, "--dataset", "tiny")
    assert score["map"] == pytest.approx(trained["best"]["map"], abs=0.15)  # prediction also averages the mirrored tile
    predicted = answer(space, "predict", run, "--split", "all")
    assert (predicted["run"], predicted["dataset"], predicted["split"]) == (run, "tiny", "all")
    assert predicted["tiles"] == 32

    flagged = answer(space, "flag", run, "--threshold", "1.0", "--min-confidence", "1.0")
    queue = answer(space, "queue", "--run", run)
    assert len(queue["items"]) == flagged["flagged"] == 32 - summary["constant_tiles"]

    assert answer(space, "delete", run, "--yes")["kind"] == "run"
    assert answer(space, "delete", "tiny", "--yes")["kind"] == "data set"
    assert answer(space, "datasets")["datasets"] == []
    assert answer(space, "queue")["items"] == []


def test_nothing_heavy_is_loaded_before_it_is_known_what_to_do() -> None:
    code = "import sys; import core.cli; print(*{'numpy', 'pandas', 'sqlalchemy', 'torch'} & set(sys.modules))"
    assert subprocess.check_output([sys.executable, "-c", code], cwd=ROOT, text=True).split() == []


def test_unknown_and_forbidden_names_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    space = str(tmp_path / "workspace")
    monkeypatch.setattr(signal, "signal", lambda *_: None)  # that of the tests stays
    for words in (
        ["summary", "NAME"],
        ["train", "NAME"],
        ["delete", "NAME", "--yes"],
        ["status", "NAME"],
        ["stop", "NAME"],
        ["resume", "NAME"],
        ["predict", "NAME"],
        ["flag", "NAME"],
        ["queue", "--run", "NAME"],
        ["evaluate", "NAME", "--dataset", "NAME"],
    ):
        for name in ("nobody", "../x"):
            line = [name if word == "NAME" else word for word in words]
            monkeypatch.setattr(sys, "argv", ["core", *line, "--workspace", space])
            with pytest.raises(SystemExit, match="1"):
                main()
            said = capsys.readouterr().err
            assert said.startswith("error: ") and name in said and said.count("\n") == 1


def test_settings_that_make_no_sense_are_refused(tmp_path: Path, kaggle_folder: Path) -> None:
    space = tmp_path / "workspace"
    answer(space, "import", str(kaggle_folder), "--name", "tiny")
    for pair in ("epochs=0", "epochs=many", "nonsense=1", "epochs"):
        assert pair.split("=")[0] in refusal(space, "train", "tiny", "--set", pair)
    assert "preset" in refusal(space, "train", "tiny", "--preset", "wonder")
    assert answer(space, "runs")["runs"] == []


def test_a_line_that_does_not_parse_ends_with_2(tmp_path: Path) -> None:
    assert call(tmp_path, "summary").returncode == 2
    assert call(tmp_path, "summary", "x", "--colour").returncode == 2
    assert call(tmp_path, "sing").returncode == 2


def test_a_workspace_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    assert "/proc" in refusal(Path("/proc/saltscope"), "demo")


def test_deleting_asks_first(tmp_path: Path) -> None:
    space = tmp_path / "workspace"
    answer(space, "demo", "--tiles", "32")
    command = [sys.executable, "-m", "core", "delete", "demo", "--workspace", str(space)]
    asked = subprocess.run(command, cwd=ROOT, input="n\n", capture_output=True, text=True, timeout=60)
    assert asked.returncode == 1
    assert "Delete data set demo" in asked.stderr
    assert len(answer(space, "datasets")["datasets"]) == 1
