"""In which order tiles stand: as in the data set, by any number that is known of them, or by how they look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from core.dataset.tiles import LONGEST_ID
from core.errors import BadInput
from core.explore import columns
from core.explore.tile_table import TileTable


@dataclass(frozen=True)
class Order:
    """by: a column; "" as in the data set. down: the largest first. like: the tiles most like this one first.

    Tiles of which the number is not known come last. Raises `BadInput` for what can't be meant.
    """

    by: str = ""
    down: bool = False
    like: str = ""

    QUERY_KEYS: ClassVar[tuple[str, ...]] = ("order", "like")

    def __post_init__(self) -> None:
        if self.by:
            columns.check(self.by)
        if len(self.like) > LONGEST_ID or not self.like.isprintable():
            raise BadInput(f"like is no tile id; expected up to {LONGEST_ID} characters")

    def __bool__(self) -> bool:
        return bool(self.by or self.like)

    def apply(self, rows: np.ndarray, table: TileTable) -> np.ndarray:
        """`rows` (k,) int64 in this order; equal ones stay as they are. Raises `BadInput` or `NotFound`."""
        if self.like:
            return rows[np.argsort(table.distances(self.like)[rows], kind="stable")]
        if self.by:
            values = table.numbers(self.by)[rows]
            return rows[np.argsort(-values if self.down else values, kind="stable")]  # NaN comes last
        return rows

    def in_words(self) -> str:
        """`most like 0a1b2c`, `salt, most first`; "" as in the data set."""
        if self.like:
            return f"most like {self.like}"
        return f"{columns.column(self.by).label}, {'most' if self.down else 'least'} first" if self.by else ""

    def to_query(self) -> dict[str, str]:
        """URL query parameters that `from_query` reads back; empty as in the data set."""
        if self.like:
            return {"like": self.like}
        return {"order": ("-" if self.down else "") + self.by} if self.by else {}

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> Order:
        """Read from URL query parameters; those of others are left alone. Raises `BadInput`."""
        order = query.get("order", "")
        return cls(order.removeprefix("-"), order.startswith("-"), query.get("like", ""))
