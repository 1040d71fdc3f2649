from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, text

from core.errors import WorkspaceError
from core.review.notes import NoteStore
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


def older_schema(url: str, schema: str) -> None:
    """A database as an older program left it: two items, one decided, taken back and decided again."""
    engine = create_engine(url)
    config = Config()
    config.set_main_option("script_location", str(ROOT / "core" / "review" / "migrations"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, schema)
        for statement in (
            "INSERT INTO review_items VALUES (1, 'r', 'd', 'a', 0.01, 0.2, '2026-01-01'), "
            "(2, 'r', 'd', 'b', 0.02, 0.9, '2026-01-01')",
            "INSERT INTO flags (item_id, reason, value, 'limit') "
            "VALUES (1, 'low_confidence', 0.2, 0.5), (1, 'salt_under', 0.01, 0.05), "
            "(2, 'salt_under', 0.02, 0.05)",
            "INSERT INTO decisions VALUES (1, 1, 'accept', 'ann', '2026-01-02 10:00:00', 'fine', 'x', NULL), "
            "(2, 1, 'undo', 'ann', '2026-01-02 10:01:00', '', 'y', 1), "
            "(3, 1, 'needs_work', 'bob', '2026-01-02 10:02:00', 'top is off', 'z', NULL)",
        ):
            connection.execute(text(statement))
    engine.dispose()


@pytest.mark.parametrize("schema", ["0001", "0002", "0003"])
def test_an_older_database_is_upgraded_and_loses_nothing(url: str, schema: str) -> None:
    older_schema(url, schema)
    store = ReviewStore(url)
    queue = store.queue("r", "d").set_index("tile")
    assert queue.index.tolist() == ["b", "a"]
    decided = queue.loc["a"]
    assert (decided["verdict"], decided["reviewer"], decided["note"]) == ("needs_work", "bob", "top is off")
    assert f"{decided['decided']:%Y-%m-%d %H:%M}" == "2026-01-02 10:02"
    assert queue["salt_proportion"].to_dict() == {"a": 0.01, "b": 0.02}
    words = [flag.words for flag in store.reasons(int(decided["id"]))]
    assert words == ["confidence 0.200 is under 0.500", "predicted salt 1.0 % is under 5.0 %"]
    assert store.undo("bob") == [1]
    assert store.undo("ann") == [], "what was taken back before stays so"
    NoteStore(url).add("d", "a", "top is off", "bob")
    engine = create_engine(url)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        assert connection.execute(text("SELECT count(*) FROM decisions")).scalar() == 4
    engine.dispose()
