"""The tables of the review store. Whoever changes them adds a migration and moves `SCHEMA` on."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

SCHEMA = "0004"  # the newest revision in migrations/versions


class Verdict(StrEnum):
    """What a reviewer says of a prediction or a label."""

    ACCEPT = "accept"  # the mask that was shown is right
    CORRECTED = "corrected"  # another one was drawn
    NO_SALT = "no_salt"
    ALL_SALT = "all_salt"
    UNSURE = "unsure"
    NEEDS_WORK = "needs_work"  # said before masks could be drawn


LABELS = ""  # in place of a run: what is under review is the label itself


class Origin(StrEnum):
    """Where a mask came from."""

    DRAWN = "drawn"
    PREDICTION = "prediction"  # of the run, as it was
    IMPORTED = "imported"
    RESTORED = "restored"  # an older revision, or the label of the data set


UNDO = "undo"  # stands in place of a verdict in a row that takes another decision back


class UtcTime(TypeDecorator[datetime]):
    """A moment with its zone, kept as UTC also where the database knows no zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)

# A tile of a data set, as one run predicted it or, for the run `LABELS`, as it is labelled.
review_items = Table(
    "review_items",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run", String(100), nullable=False),
    Column("dataset", String(100), nullable=False),
    Column("tile", String(255), nullable=False),
    Column("salt_proportion", Float, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("created", UtcTime, nullable=False),
    UniqueConstraint("run", "dataset", "tile"),
)

# Why an item needs eyes: a row for each reason, with its numbers.
flags = Table(
    "flags",
    metadata,
    Column("item_id", ForeignKey(review_items.c.id, ondelete="CASCADE"), primary_key=True),
    Column("reason", String(40), primary_key=True),
    Column("value", Float, nullable=False),
    Column("limit", Float, nullable=False),
    Column("words", Text),  # null: they follow from the numbers
)

# What reviewers said. Rows are only ever added: to take one back is a row of its own that names it.
decisions = Table(
    "decisions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("item_id", ForeignKey(review_items.c.id, ondelete="CASCADE"), nullable=False, index=True),
    Column("verdict", String(40), nullable=False),
    Column("reviewer", String(100), nullable=False, index=True),
    Column("time", UtcTime, nullable=False),
    Column("note", Text, nullable=False),
    Column("batch", String(32), nullable=False),  # decisions taken in one act share it, and are taken back together
    Column("undoes", ForeignKey("decisions.id", ondelete="CASCADE"), unique=True),
)

# Masks that people made, as run-length codes. Rows are only ever added: a tile's newest is its label.
revisions = Table(
    "revisions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("dataset", String(100), nullable=False),
    Column("tile", String(255), nullable=False),
    Column("mask", Text, nullable=False),
    Column("parent", ForeignKey("revisions.id")),  # the one that it was made from; none: the label of the data set
    Column("origin", String(40), nullable=False),
    Column("run", String(100), nullable=False),  # whose prediction was in sight, "" if none was
    Column("decision", ForeignKey("decisions.id", ondelete="SET NULL")),  # that it was made by
    Column("withdrawn", Boolean, nullable=False),  # taken back together with its decision
    Column("reviewer", String(100), nullable=False),
    Column("time", UtcTime, nullable=False),
    Column("note", Text, nullable=False),
    Index("ix_revisions_dataset_tile", "dataset", "tile"),
)

# What somebody has drawn and not yet saved: one for each person and tile.
drafts = Table(
    "drafts",
    metadata,
    Column("dataset", String(100), primary_key=True),
    Column("tile", String(255), primary_key=True),
    Column("reviewer", String(100), primary_key=True),
    Column("mask", Text, nullable=False),
    Column("base", Integer),  # the revision that was in sight at the first stroke; none: the label of the data set
    Column("time", UtcTime, nullable=False),
)

# What people wrote about tiles. Rows are only ever added.
notes = Table(
    "notes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("dataset", String(100), nullable=False),
    Column("tile", String(255), nullable=False),
    Column("reviewer", String(100), nullable=False),
    Column("time", UtcTime, nullable=False),
    Column("text", Text, nullable=False),
    Index("ix_notes_dataset_tile", "dataset", "tile"),
)

# Who has which item on the desk, so that two people never judge the same one; it ends by itself.
claims = Table(
    "claims",
    metadata,
    Column("item_id", ForeignKey(review_items.c.id, ondelete="CASCADE"), primary_key=True),
    Column("reviewer", String(100), nullable=False),
    Column("until", UtcTime, nullable=False),
)
