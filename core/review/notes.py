"""What people wrote about tiles.

A note belongs to the tile, whatever run it was seen with. Notes are only ever added.
"""

from __future__ import annotations

import weakref
from dataclasses import dataclass
from datetime import UTC, datetime

import pandas as pd
from sqlalchemy import insert, select

from core.errors import BadInput
from core.review.engine import connect, reading, writing
from core.review.migration import ensure_schema
from core.review.tables import notes

LONGEST = 2000  # characters


@dataclass(frozen=True)
class Note:
    """What one person wrote. time: UTC."""

    reviewer: str
    time: datetime
    text: str

    @property
    def signature(self) -> str:
        """'ann, 2026-01-02 10:00 UTC'."""
        return f"{self.reviewer}, {self.time:%Y-%m-%d %H:%M} UTC"


class NoteStore:
    """The notes behind an SQLAlchemy URL; raises `WorkspaceError` and `Busy` as `ReviewStore` does.

    May be shared by threads.
    """

    def __init__(self, url: str) -> None:
        self._engine = connect(url)
        weakref.finalize(self, self._engine.dispose)
        ensure_schema(self._engine)

    def add(self, dataset: str, tile: str, text: str, reviewer: str) -> None:
        """Keep a note; on the disk when this returns. Who says the newest one again has said it once.

        Raises `BadInput` for an empty or endless one, or no reviewer.
        """
        if not reviewer.strip():
            raise BadInput("a note needs a reviewer; give your name")
        if not 0 < len(text.strip()) <= LONGEST:
            raise BadInput(f"a note has {len(text.strip()):,} characters; expected 1 to {LONGEST:,}")
        row = {"dataset": dataset, "tile": tile, "reviewer": reviewer.strip(), "text": text.strip()}
        on_tile = (notes.c.dataset == dataset) & (notes.c.tile == tile)
        newest = select(*notes.c["reviewer", "text"]).where(on_tile).order_by(notes.c.id.desc()).limit(1)
        with writing(self._engine) as connection:
            if connection.execute(newest).first() != (row["reviewer"], row["text"]):
                connection.execute(insert(notes), row | {"time": datetime.now(UTC)})

    def of_tile(self, dataset: str, tile: str) -> list[Note]:
        """What was written about a tile, the oldest first."""
        wanted = (notes.c.dataset == dataset) & (notes.c.tile == tile)
        with reading(self._engine) as connection:
            rows = connection.execute(select(*notes.c["reviewer", "time", "text"]).where(wanted).order_by(notes.c.id))
            return [Note(*row) for row in rows]

    def history(self, dataset: str) -> pd.DataFrame:
        """All notes on tiles of `dataset`, the oldest first: note, tile, reviewer, time (UTC), text."""
        columns = (notes.c.id.label("note"), *notes.c["tile", "reviewer", "time", "text"])
        with reading(self._engine) as connection:
            found = connection.execute(select(*columns).where(notes.c.dataset == dataset).order_by(notes.c.id))
            return pd.DataFrame([tuple(row) for row in found], columns=list(found.keys()), dtype=object)
