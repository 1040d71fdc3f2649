from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from core.dataset.importing import import_source
from core.errors import BadInput
from core.review.notes import LONGEST, NoteStore
from core.review.store import ReviewStore
from core.workspace import Workspace

ROOT = Path(__file__).resolve().parents[3]


def test_notes_of_a_tile_are_kept_in_order_and_apart(url: str) -> None:
    store = NoteStore(url)
    store.add("d", "a", "  top is off ", "ann")
    store.add("d", "a", "no, it is not", "bob")
    store.add("d", "b", "multiple", "ann")
    store.add("other", "a", "elsewhere", "ann")
    found = NoteStore(url).of_tile("d", "a")
    assert [(note.reviewer, note.text) for note in found] == [("ann", "top is off"), ("bob", "no, it is not")]
    assert abs((datetime.now(UTC) - found[0].time).total_seconds()) < 60
    assert store.history("d")["text"].tolist() == ["top is off", "no, it is not", "multiple"]
    assert store.of_tile("d", "c") == []


def test_a_note_that_comes_twice_is_one_note(url: str) -> None:
    """As when the server that had stored it was killed before it could say so."""
    store = NoteStore(url)
    for text, reviewer in (("look", "ann"), (" look", "ann "), ("look", "bob"), ("look", "ann")):
        store.add("d", "a", text, reviewer)
    assert [(note.reviewer, note.text) for note in store.of_tile("d", "a")] == [
        ("ann", "look"),
        ("bob", "look"),
        ("ann", "look"),
    ]


def test_a_note_outlives_the_run_that_it_was_written_with(store: ReviewStore, url: str) -> None:
    NoteStore(url).add("d", "t0000", "look at the flank", "ann")
    store.delete_run("r")
    assert len(NoteStore(url).of_tile("d", "t0000")) == 1


@pytest.mark.parametrize(("text", "reviewer"), [("", "ann"), ("  \n", "ann"), ("a" * (LONGEST + 1), "ann"), ("a", " ")])
def test_notes_that_make_no_sense(url: str, text: str, reviewer: str) -> None:
    with pytest.raises(BadInput, match="note"):
        NoteStore(url).add("d", "a", text, reviewer)


def test_notes_go_out_as_a_file_that_spreadsheets_can_open(
    workspace: Workspace, kaggle_folder: Path, tmp_path: Path
) -> None:
    import_source(kaggle_folder, workspace, "small")
    NoteStore(workspace.database_url).add("small", "a", '=HYPERLINK("x")', "ann")
    out = tmp_path / "notes.csv"
    command = [sys.executable, "-m", "core", "export", "notes", "small", str(out), "--workspace", str(workspace.root)]
    done = subprocess.run([*command, "--json"], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"file": str(out), "rows": 1}
    row = pd.read_csv(out).iloc[0]
    assert (row["tile"], row["reviewer"]) == ("a", "ann")
    assert row["text"].lstrip("'") == '=HYPERLINK("x")' and not row["text"].startswith("=")
