"""What is known of a tile as one number: its name, its unit, and how it is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from core.explore import numbers

if TYPE_CHECKING:
    from core.explore.tile_table import TileTable


@dataclass(frozen=True)
class Quantity:
    """One number a tile. column: in the index or beside it · axis: name and unit, for a figure's axis ·

    in_words: a value for people · hover: the same for plotly's hover texts · is_share: 0…1, drawn from 0 to 100 %.
    """

    column: str
    name: str
    axis: str
    in_words: Callable[[float | None], str]
    hover: str
    is_share: bool = False

    @property
    def tick_format(self) -> str:
        """For plotly: percentages, or numbers with separators between thousands."""
        return ".0%" if self.is_share else ","

    @property
    def in_sentence(self) -> str:
        """The name inside a sentence."""
        return self.name[0].lower() + self.name[1:]


DEPTH = Quantity("z", "Depth", "Depth (ft)", numbers.depth, ",.0f")
SALT = Quantity(
    "salt_proportion", "Salt proportion", "Salt proportion (share of the tile)", numbers.percent, ".1%", True
)
MEAN = Quantity("mean", "Grey mean", "Mean grey of the tile (0 to 255)", numbers.grey, ".1f")
SPREAD = Quantity("std", "Grey spread", "Standard deviation of the tile's grey (0 to 255)", numbers.grey, ".1f")
BLACK = Quantity("black", "Black pixels", "Black pixels (share of the tile)", numbers.percent, ".1%", True)
WHITE = Quantity("white", "White pixels", "White pixels (share of the tile)", numbers.percent, ".1%", True)
PREDICTED = Quantity(
    "predicted_salt", "Predicted salt", "Predicted salt (share of the tile)", numbers.percent, ".1%", True
)
CONFIDENCE = Quantity("confidence", "Confidence", "Confidence (0 to 1)", numbers.score, ".3f")
SCORE = Quantity("score", "Score", "Score of the prediction (0 to 1)", numbers.score, ".3f")

ALL = (DEPTH, SALT, MEAN, SPREAD, BLACK, WHITE, PREDICTED, CONFIDENCE, SCORE)
BY_COLUMN = {quantity.column: quantity for quantity in ALL}


def known(frame: pd.DataFrame) -> list[Quantity]:
    """The quantities that at least one tile of `frame` has, in the order of `ALL`."""
    return [quantity for quantity in ALL if quantity.column in frame and frame[quantity.column].notna().any()]


def measured(table: TileTable) -> pd.DataFrame:
    """The index of `table` with the quantities beside it that are known: what the chosen run predicted."""
    beside = [quantity.column for quantity in ALL if quantity.column not in table.index]
    return table.index.assign(**{name: table.numbers(name) for name in set(beside) & set(table.columns())})
