"""How a database is reached: the only place that knows one kind of database from another."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError

from core.errors import BadInput, Busy, SaltScopeError, WorkspaceError

BUSY_SECONDS = 15  # how long a writer waits for another one
WRITERS_LOCK = 0x5A175C09  # any number that nobody else uses in the same PostgreSQL database

SQLITE_WORDS = {
    "SQLITE_READONLY": "no permission to write here; choose another --workspace or change the file's permissions",
    "SQLITE_CANTOPEN": "can't be opened; choose another --workspace or change the folder's permissions",
    "SQLITE_PERM": "no permission to write or read here; choose another --workspace or change its permissions",
    "SQLITE_FULL": "the disk is full; free some space and try again",
    "SQLITE_IOERR": "the disk does not read or write it; look after the disk and try again",
    "SQLITE_CORRUPT": "is damaged; restore it from a backup",
    "SQLITE_NOTADB": "is no database; move it away or restore it from a backup",
}


def connect(url: str) -> Engine:
    """An engine for `url`, which connects when it is first used. Raises `BadInput`."""
    try:
        engine = create_engine(url)
    except ArgumentError as error:
        raise BadInput(f"{url!r} names no database ({error}); expected postgresql+psycopg://user@host/name") from error
    except ModuleNotFoundError as error:
        raise BadInput(f"this database needs the package {error.name}: pip install {error.name}") from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection that sees one moment of the database. Raises `WorkspaceError` or `Busy`."""
    with _telling(engine), engine.begin() as connection:
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that is on the disk when this returns, or not at all. Raises `WorkspaceError` or `Busy`."""
    with _telling(engine), engine.execution_options(begin="BEGIN IMMEDIATE").begin() as connection:
        if engine.dialect.name == "postgresql":  # one writer at a time, as with SQLite
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITERS_LOCK})")
        yield connection


@contextmanager
def migrating(engine: Engine) -> Iterator[Connection]:
    """A `writing` transaction on a database that may be new."""
    if engine.dialect.name == "sqlite":
        with _telling(engine), engine.execution_options(begin=None).connect() as connection:
            # Readers and a writer don't wait for each other. The file remembers it.
            connection.exec_driver_sql("PRAGMA journal_mode = WAL")
    with writing(engine) as connection:
        yield connection


def _set_up_sqlite(connection: Any, record: Any) -> None:
    connection.isolation_level = None  # the driver begins nothing by itself, `_begin_sqlite` does
    connection.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")  # committed means on the disk


def _begin_sqlite(connection: Connection) -> None:
    # What writes says BEGIN IMMEDIATE and so takes its turn at once: who begins by reading can't wait for a writer.
    if words := connection.get_execution_options().get("begin", "BEGIN"):
        connection.exec_driver_sql(words)


@contextmanager
def _telling(engine: Engine) -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        told = _in_words(engine, error)
        if told is None:
            raise
        raise told from error


def _in_words(engine: Engine, error: DBAPIError) -> SaltScopeError | None:
    """The error for people, None for a bug."""
    if engine.dialect.name != "sqlite":
        if not isinstance(error, OperationalError):
            return None
        return WorkspaceError(f"{engine.url.render_as_string()}: {str(error.orig).strip()}")
    name = getattr(error.orig, "sqlite_errorname", "")
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return Busy(f"{engine.url.database}: another process writes to it since {BUSY_SECONDS} s; try again")
    words = next((words for start, words in SQLITE_WORDS.items() if name.startswith(start)), None)
    return WorkspaceError(f"{engine.url.database}: {words}") if words else None
