"""`python -m core mosaic`, as a script uses it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from core.dataset.importing import import_source
from core.workspace import Workspace

ROOT = Path(__file__).parents[2]


def call(workspace: Workspace, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "core", "mosaic", *words, "--workspace", str(workspace.root)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)


@pytest.fixture
def tiny(workspace: Workspace, kaggle_folder: Path) -> Workspace:
    import_source(kaggle_folder, workspace, "tiny")
    return workspace


def test_pairs_and_sections_as_json_and_as_csv(tiny: Workspace, tmp_path: Path) -> None:
    done = call(tiny, "tiny", "--json", "--csv", str(tmp_path / "pairs.csv"))
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    pairs, table = answer["pairs"], pd.read_csv(tmp_path / "pairs.csv", dtype={"first": str, "second": str})
    assert len(pairs) == len(table) == answer["pairs_found"] > 10
    assert list(table.columns) == list(pairs[0]) == ["first", "second", "where", "strength", "found"]
    assert [one["first"] for one in pairs] == table["first"].tolist()
    assert set(table["where"]) == {"right", "below"}
    assert sum(len(one["tiles"]) for one in answer["sections"]) == answer["tiles_in_sections"]

    at = {tile["id"]: (one["section"], tile["row"], tile["col"]) for one in answer["sections"] for tile in one["tiles"]}
    for pair in pairs:
        section, row, col = at[pair["first"]]
        step = (section, row, col + 1) if pair["where"] == "right" else (section, row + 1, col)
        assert at[pair["second"]] == step


def test_people_get_the_figures(tiny: Workspace) -> None:
    done = call(tiny, "tiny")
    assert done.returncode == 0, done.stderr
    assert "largest_section" in done.stdout
    assert "pairs_found" in done.stdout


def test_tiles_that_are_too_small_are_named(tmp_path: Path, workspace: Workspace) -> None:
    from core.dataset.pictures import write

    folder = tmp_path / "stamps" / "images"
    folder.mkdir(parents=True)
    for name in ("a", "b"):
        write(folder / f"{name}.png", pd.Series(range(16)).to_numpy("uint8").reshape(4, 4))
    import_source(folder.parent, workspace, "stamps")
    done = call(workspace, "stamps")
    assert done.returncode == 1
    assert "4×4" in done.stderr.splitlines()[-1]


def test_an_unknown_data_set_is_named(workspace: Workspace) -> None:
    for name in ("nobody", "../x"):
        done = call(workspace, name)
        assert done.returncode == 1
        assert name in done.stderr
