"""The review database as one file, taken and put back while others work with it (SQLite's online backup)."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import make_url

from core import atomic
from core.errors import BadInput, NotFound
from core.review.masks import MaskStore
from core.review.migration import check_known
from core.workspace import Workspace

TABLES = {"alembic_version", "review_items", "decisions"}  # what a review database of any age has


def backup(workspace: Workspace, target: Path) -> None:
    """Write all reviews as they are at one moment to `target`, whole or not at all. Raises `NotFound`, `BadInput`."""
    source = _file(workspace)
    if not source.exists():
        raise NotFound(f"{source}: there are no reviews yet, so there is nothing to back up")
    if target.is_dir():
        raise BadInput(f"{target} is a folder; expected the name of a file to write")
    with atomic.replacing(target) as part:
        _copy(source, part)


def restore(workspace: Workspace, source: Path) -> Path | None:
    """Make the reviews what `source` holds, in one step for all that have them open.

    Gives the file that keeps what was there before, None where nothing was. Raises `NotFound`, and `BadInput` for a
    file that is no backup or is damaged, and `WorkspaceError` for one of a newer program; then nothing is changed.
    """
    _check(source)
    target = _file(workspace)
    kept = None
    if target.exists():
        kept = target.with_name(f"{target.stem}-before-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}{target.suffix}")
        backup(workspace, kept)
    _copy(source, target)
    MaskStore(workspace.database_url)  # an older backup is brought up to date
    return kept


def _file(workspace: Workspace) -> Path:
    url = make_url(workspace.database_url)
    if url.get_backend_name() != "sqlite" or not url.database:
        raise BadInput(
            f"the reviews are in {url.render_as_string()}, which has tools of its own for this: pg_dump and pg_restore"
        )
    return Path(url.database)


def _copy(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as origin, closing(sqlite3.connect(target)) as copy:
        origin.backup(copy)


def _check(source: Path) -> None:
    if not source.is_file():
        raise NotFound(f"{source}: there is no such file; give one that `backup` wrote")
    expected = "expected a file that `backup` wrote"
    try:
        with closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as opened:
            names = {name for (name,) in opened.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            (state,) = opened.execute("PRAGMA quick_check").fetchone()
            versions = opened.execute("SELECT version_num FROM alembic_version").fetchall() if names >= TABLES else []
    except sqlite3.DatabaseError as error:
        raise BadInput(f"{source}: {error}; {expected}") from error
    if not names >= TABLES:
        raise BadInput(f"{source}: a database without reviews; {expected}")
    if state != "ok":
        raise BadInput(f"{source}: damaged ({state}); {expected}, try an older one")
    for (version,) in versions:
        check_known(version, str(source))
