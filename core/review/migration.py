"""Brings a database to the schema that this program knows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text

from core.errors import WorkspaceError
from core.review.engine import migrating, reading
from core.review.tables import SCHEMA

if TYPE_CHECKING:
    from alembic.config import Config

FOLDER = Path(__file__).parent / "migrations"


def ensure_schema(engine: Engine) -> None:
    """Upgrade an empty or older database; cheap if there is nothing to do.

    Processes that open the same database at once wait for each other. Raises `WorkspaceError` for a newer one.
    """
    with reading(engine) as connection:
        if _version(connection) == SCHEMA:
            return
    with migrating(engine) as connection:
        if _version(connection) != SCHEMA:  # else somebody else has been quicker
            _upgrade(connection)


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def check_known(version: str | None, where: str) -> None:
    """Raise `WorkspaceError` where a newer program has made the schema of the database `where`."""
    from alembic.script import ScriptDirectory

    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if version is not None and version not in known:
        raise WorkspaceError(
            f"{where} has schema {version}, this program knows up to {SCHEMA}; use the newer program that wrote it"
        )


def _upgrade(connection: Connection) -> None:
    from alembic import command

    check_known(_version(connection), connection.engine.url.render_as_string())
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    return config
