"""Saved views: names, round trips, two writers at once, damaged files."""

from __future__ import annotations

import subprocess
import sys

import pytest

from core.errors import BadInput, BadName, NotFound
from core.explore import views
from core.explore.filters import TileFilter
from core.workspace import Workspace

QUERY = {"split": "train", "where": "mean~1..2", "order": "-z", "run": "r1"}


def test_round_trip(workspace: Workspace) -> None:
    assert views.saved(workspace, "a") == {}
    views.save(workspace, "a", " Bright ones ", QUERY)
    views.save(workspace, "a", "öl/../..", {})
    views.save(workspace, "b", "elsewhere", {})
    assert list(views.saved(workspace, "a").items()) == [("Bright ones", QUERY), ("öl/../..", {})]
    assert TileFilter.from_query(views.saved(workspace, "a")["Bright ones"]).split == "train"


def test_saving_again_replaces_and_keeps_the_place(workspace: Workspace) -> None:
    for name in ("one", "two"):
        views.save(workspace, "a", name, {})
    views.save(workspace, "a", "one", QUERY)
    assert views.saved(workspace, "a") == {"one": QUERY, "two": {}}


def test_rename_and_delete(workspace: Workspace) -> None:
    for name in ("one", "two"):
        views.save(workspace, "a", name, QUERY)
    views.rename(workspace, "a", "one", "three")
    assert list(views.saved(workspace, "a")) == ["three", "two"]
    with pytest.raises(BadName, match="'two' already"):
        views.rename(workspace, "a", "three", "two")
    views.delete(workspace, "a", "three")
    assert list(views.saved(workspace, "a")) == ["two"]
    for gone in (lambda: views.delete(workspace, "a", "three"), lambda: views.rename(workspace, "a", "three", "x")):
        with pytest.raises(NotFound, match="'three'"):
            gone()


@pytest.mark.parametrize("name", ["", "  ", "x" * 61, "a\nb", "a\0"])
def test_names_fit_one_line(workspace: Workspace, name: str) -> None:
    with pytest.raises(BadName, match="expected 1 to 60"):
        views.save(workspace, "a", name, {})


def test_there_is_an_end(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "MOST", 2)
    for name in ("one", "two", "two"):
        views.save(workspace, "a", name, {})
    with pytest.raises(BadInput, match="delete one"):
        views.save(workspace, "a", "three", {})
    assert list(views.saved(workspace, "a")) == ["one", "two"]
    with pytest.raises(BadInput, match="filter by a range"):
        views.save(workspace, "a", "one", {"ids": "x" * 20_001})


def test_two_processes_at_once_lose_nothing(workspace: Workspace) -> None:
    script = (
        "import sys; from core.explore import views; from core.workspace import Workspace\n"
        "for n in range(30): views.save(Workspace.open(sys.argv[1]), 'a', f'{sys.argv[2]} {n}', {'text': str(n)})"
    )
    writers = [
        subprocess.Popen([sys.executable, "-c", script, str(workspace.root), who]) for who in ("first", "second")
    ]
    assert [writer.wait(timeout=60) for writer in writers] == [0, 0]
    kept = views.saved(workspace, "a")
    assert sorted(kept) == sorted(f"{who} {n}" for who in ("first", "second") for n in range(30))


@pytest.mark.parametrize(
    "content", ["", "[]", "{", '{"views": 3}', '{"views": {"a": {"text": 1}}}', '{"views": {"a": 1}}']
)
def test_a_damaged_file_is_named_and_left_alone(workspace: Workspace, content: str) -> None:
    views.save(workspace, "a", "one", {})
    path = workspace.explore("a") / "views.json"
    path.write_text(content)
    for use in (lambda: views.saved(workspace, "a"), lambda: views.save(workspace, "a", "two", {})):
        with pytest.raises(BadInput, match="views are damaged"):
            use()
    assert path.read_text() == content


def test_views_go_with_their_data_set(workspace: Workspace) -> None:
    views.save(workspace, "a", "one", {})
    workspace.dataset("a").mkdir()
    (workspace.dataset("a") / "index.parquet").touch()
    workspace.delete_dataset("a")
    assert views.saved(workspace, "a") == {}
