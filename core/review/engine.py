"""How a database is reached: the only place that knows one kind of database from another.

SQLite has one writer at a time, and who waits for his turn asks again and again, the more seldom the longer he waits.
So writers queue up at a lock of their own, which serves them in the order they came (`_take_turn`). What a writer does
alone has to be short. Waiting for the disk is not part of it: a transaction is written to the WAL file, the next
writer begins, and only then does the first one wait until the disk holds that file (`_flush`). Many who wait at once
are served by one turn of the disk. It is as safe as `synchronous = FULL`, as nothing is acknowledged before: what is
read meanwhile lies further up in the same file.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError

from core import atomic
from core.errors import BadInput, Busy, SaltScopeError, WorkspaceError, in_words

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
        event.listen(engine, "close", _close_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection that sees one moment of the database. Raises `WorkspaceError` or `Busy`."""
    with _telling(engine), engine.begin() as connection:
        yield connection


@contextmanager
def writing(engine: Engine, durable: bool = True) -> Iterator[Connection]:
    """A transaction that is on the disk when this returns, or not at all. Raises `WorkspaceError` or `Busy`.

    durable: False for what may be lost with the power, though not with the process.
    """
    known: dict[Any, Any] = {}
    try:
        with _telling(engine), engine.execution_options(writes=True).begin() as connection:
            known = connection.connection.info
            if engine.dialect.name == "postgresql":  # one writer at a time, as with SQLite
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITERS_LOCK})")
            yield connection
    finally:
        _end_turn(known)
    if durable and "wal" in known:
        _flush(known)


@contextmanager
def migrating(engine: Engine) -> Iterator[Connection]:
    """A `writing` transaction on a database that may be new."""
    if engine.dialect.name == "sqlite":
        with _telling(engine), engine.execution_options(begins=False).connect() as connection:
            _wait_for_turn(connection)
            try:  # Readers and a writer don't wait for each other. The file remembers it.
                connection.exec_driver_sql("PRAGMA journal_mode = WAL")
            finally:
                _end_turn(connection.connection.info)
    with writing(engine) as connection:
        yield connection


def _set_up_sqlite(connection: Any, record: Any) -> None:
    connection.isolation_level = None  # the driver begins nothing by itself, `_begin_sqlite` does
    connection.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = NORMAL")  # `_flush` does the rest
    path = connection.execute("PRAGMA database_list").fetchone()[2]
    record.info.update(wal=Path(f"{path}-wal"), line=Path(f"{path}-turn"))


def _close_sqlite(connection: Any, record: Any) -> None:
    if (turn := record.info.pop("turn", None)) is not None:
        os.close(turn)


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("writes"):
        _take_turn(connection)
    elif options.get("begins", True):
        connection.exec_driver_sql("BEGIN")


def _take_turn(connection: Connection) -> None:
    """Become the one writer, before anything is read: who begins by reading can't wait for another one."""
    _wait_for_turn(connection)
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # waits too, for programs that know nothing of turns
    except BaseException:
        _end_turn(connection.connection.info)
        raise


def _wait_for_turn(connection: Connection) -> None:
    known = connection.connection.info
    if "turn" not in known:
        known["turn"] = _line_up(known["line"])
    if not _is_locked(known["turn"], BUSY_SECONDS):
        os.close(known.pop("turn"))  # so that what still waits for the lock will let go of it at once


def _end_turn(known: dict[Any, Any]) -> None:
    if "turn" in known:
        fcntl.flock(known["turn"], fcntl.LOCK_UN)


def _is_locked(file: int, seconds: float) -> bool:
    """Wait for the lock on an open file, as long as that; whoever dies lets go of it."""
    with suppress(BlockingIOError):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    waiting = Thread(target=_lock_and_close, args=(os.dup(file),), daemon=True)  # a lock knows no time limit itself
    waiting.start()
    waiting.join(seconds)
    return not waiting.is_alive()


def _lock_and_close(file: int) -> None:
    """The lock stays with the other numbers of the open file; without one, as nobody waits any more, it is let go."""
    fcntl.flock(file, fcntl.LOCK_EX)
    os.close(file)


def _line_up(line: Path) -> int:
    try:
        return os.open(line, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise WorkspaceError(in_words(error)) from error


def _flush(known: dict[Any, Any]) -> None:
    """Wait until the disk holds all that was committed. Raises `WorkspaceError`.

    known: what a connection keeps of its WAL file: where it is, and the one whose name the disk holds.
    """
    wal: Path = known["wal"]
    try:
        file = os.open(wal, os.O_RDWR)
    except FileNotFoundError:
        return  # this file system knows no WAL: SQLite has waited itself
    try:
        getattr(os, "fdatasync", os.fsync)(file)
        number = os.fstat(file).st_ino
        if known.get("named") != number:
            atomic.sync(wal.parent)
            known["named"] = number
    except OSError as error:
        raise WorkspaceError(f"{wal}: {error.strerror}; what was stored last may not be on the disk") from error
    finally:
        os.close(file)


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
