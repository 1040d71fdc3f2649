from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, text

from core.errors import WorkspaceError
from core.review.store import ReviewStore
from core.review.tables import metadata

ROOT = Path(__file__).parents[3]
OPEN = (
    "import sys; from core.review.store import ReviewStore; ReviewStore(sys.argv[1]); print('alembic' in sys.modules)"
)


def open_elsewhere(url: str) -> str:
    done = subprocess.run([sys.executable, "-c", OPEN, url], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_migrations_make_what_the_tables_say(url: str) -> None:
    ReviewStore(url)
    engine = create_engine(url)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


def test_processes_may_open_a_new_database_at_once(url: str) -> None:
    with ThreadPoolExecutor(3) as pool:
        assert len(list(pool.map(open_elsewhere, [url] * 3))) == 3
    assert ReviewStore(url).counts()["items"] == 0


def test_an_up_to_date_database_needs_no_alembic(url: str) -> None:
    assert open_elsewhere(url) == "True"
    assert open_elsewhere(url) == "False"


def test_a_newer_database_is_left_alone(url: str) -> None:
    ReviewStore(url)
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(WorkspaceError, match="9999"):
        ReviewStore(url)
