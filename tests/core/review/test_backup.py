"""A backup is the state of one moment; restoring it loses nothing either."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from core.errors import BadInput, NotFound, WorkspaceError
from core.review.backup import backup, restore
from core.review.store import ReviewStore
from core.workspace import Workspace
from tests.core.review.conftest import flags


@pytest.fixture
def open_store(workspace: Workspace) -> ReviewStore:
    """A store of ten open items that stays open all the time, as a server keeps it."""
    opened = ReviewStore(workspace.database_url)
    opened.flag("r", "d", flags(10))
    return opened


def decide(store: ReviewStore, count: int) -> None:
    for item in store.queue().loc[lambda queue: queue["verdict"].isna(), "id"].iloc[:count]:
        store.decide(int(item), "accept", "ann")  # type: ignore[arg-type]


def test_what_was_backed_up_comes_back_and_the_rest_is_kept(
    workspace: Workspace, open_store: ReviewStore, tmp_path: Path
) -> None:
    decide(open_store, 3)
    backup(workspace, tmp_path / "reviews.db")
    decide(open_store, 4)
    kept = restore(workspace, tmp_path / "reviews.db")
    assert open_store.counts()["decided"] == 3, "seen by those who have it open"
    decide(open_store, 1)
    assert ReviewStore(workspace.database_url).counts()["decided"] == 4
    assert kept is not None
    restore(workspace, kept)
    assert open_store.counts()["decided"] == 7


def test_a_backup_of_an_empty_workspace_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no reviews yet"):
        backup(workspace, tmp_path / "reviews.db")
    assert not (tmp_path / "reviews.db").exists()


def test_a_backup_goes_into_a_workspace_without_reviews(
    workspace: Workspace, open_store: ReviewStore, tmp_path: Path
) -> None:
    backup(workspace, tmp_path / "reviews.db")
    other = Workspace.open(tmp_path / "other")
    assert restore(other, tmp_path / "reviews.db") is None
    restored = ReviewStore(other.database_url)
    decide(restored, 1)
    assert restored.counts()["open"] == 9


@pytest.mark.parametrize("content", [b"", b"no database at all, but long enough to be looked at" * 40])
def test_what_is_no_backup_changes_nothing(
    workspace: Workspace, open_store: ReviewStore, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "bad.db").write_bytes(content)
    with pytest.raises(BadInput, match=r"bad\.db"):
        restore(workspace, tmp_path / "bad.db")
    with pytest.raises(NotFound, match="no such file"):
        restore(workspace, tmp_path / "nowhere.db")
    with closing(sqlite3.connect(tmp_path / "foreign.db")) as foreign:
        foreign.execute("CREATE TABLE other (x)")
    with pytest.raises(BadInput, match="without reviews"):
        restore(workspace, tmp_path / "foreign.db")
    assert open_store.counts()["open"] == 10


def test_a_damaged_backup_is_refused(workspace: Workspace, open_store: ReviewStore, tmp_path: Path) -> None:
    backup(workspace, tmp_path / "reviews.db")
    content = bytearray((tmp_path / "reviews.db").read_bytes())
    content[5000:] = bytes(len(content) - 5000)
    (tmp_path / "reviews.db").write_bytes(content)
    with pytest.raises(BadInput, match=r"reviews\.db"):
        restore(workspace, tmp_path / "reviews.db")
    assert open_store.counts()["open"] == 10


def test_a_backup_of_a_newer_program_changes_nothing(
    workspace: Workspace, open_store: ReviewStore, tmp_path: Path
) -> None:
    backup(workspace, tmp_path / "newer.db")
    with closing(sqlite3.connect(tmp_path / "newer.db")) as newer, newer:
        newer.execute("UPDATE alembic_version SET version_num = '9999'")
    before = sorted(workspace.root.iterdir())
    with pytest.raises(WorkspaceError, match=r"newer\.db has schema 9999, .*use the newer program"):
        restore(workspace, tmp_path / "newer.db")
    assert sorted(workspace.root.iterdir()) == before
    assert ReviewStore(workspace.database_url).counts()["open"] == 10


@pytest.mark.parametrize("name", ["b#1.db", "b?1.db", "b%41.db"])
def test_a_backup_may_have_any_name(workspace: Workspace, open_store: ReviewStore, tmp_path: Path, name: str) -> None:
    backup(workspace, tmp_path / "there" / name)
    restore(workspace, tmp_path / "there" / name)
    assert [path.name for path in (tmp_path / "there").iterdir()] == [name]


def test_another_kind_of_database_has_its_own_tools(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SALTSCOPE_DATABASE_URL", "postgresql+psycopg://ann:secret@host/name")
    with pytest.raises(BadInput, match="pg_dump") as refused:
        backup(workspace, tmp_path / "reviews.db")
    assert "secret" not in str(refused.value)
