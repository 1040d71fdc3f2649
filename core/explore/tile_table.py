"""All that is known of the tiles of a data set, column by column: what filters and orders are applied to.

A column that is not in the index is joined when somebody asks for it, and only then is its source opened.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.errors import BadInput, NotFound
from core.explore.filters import ANY

OF_RUN = {"predicted_salt": "salt_proportion", "confidence": "confidence", "score": "map", "iou": "iou"}
T = TypeVar("T")


def _nothing() -> None:
    """The source of what is not there."""


@dataclass(frozen=True, eq=False)
class TileTable:
    """index: that of a store, N rows. The others give what they name when called, or None where there is none.

    predictions: row, salt_proportion, confidence, map, iou of the chosen run, one row a tile · findings: row, reason,
    severity, any number a tile · sections: (N,) int, number of the section, negative: alone · figures: (N, k) of
    `core.explore.likeness`.
    """

    index: pd.DataFrame
    predictions: Callable[[], pd.DataFrame | None] = _nothing
    findings: Callable[[], pd.DataFrame | None] = _nothing
    sections: Callable[[], np.ndarray | None] = _nothing
    figures: Callable[[], np.ndarray | None] = _nothing

    def __len__(self) -> int:
        return len(self.index)

    def columns(self) -> list[str]:
        """The columns with a number of at least one tile, those of the index first."""
        found = [name for name in map(str, self.index) if self._is_number(name) and self.index[name].notna().any()]
        found += [*OF_RUN, "difference"] if self.predictions() is not None else []
        return found + (["severity"] if self.findings() is not None else [])

    def rules(self) -> dict[str, int]:
        """The quality rules that hold for some tile, with their number of findings, the most frequent first."""
        findings = self.findings()
        counts = {} if findings is None else findings["reason"].value_counts().to_dict()
        return {str(rule): count for rule, count in counts.items()}

    def numbers(self, column: str) -> npt.NDArray[np.float64]:
        """A value per tile (N,) float64, NaN where it is not known. Raises `BadInput` for a column that is not here."""
        if column in self.index and self._is_number(column):
            return self.index[column].to_numpy(np.float64, na_value=np.nan)
        if column in OF_RUN:
            frame = self._needed(self.predictions, column, "choose a run that has predicted these tiles")
            return self._spread(frame["row"], frame[OF_RUN[column]])
        if column == "difference":
            return self.numbers("predicted_salt") - self.numbers("salt_proportion")
        if column == "severity":
            worst = self._findings().groupby("row")["severity"].max()
            return self._spread(worst.index, worst)
        raise BadInput(
            f"these tiles have no column {column!r}; expected one of {', '.join(self.columns())}; "
            "remove that filter or order"
        )

    def found(self, rule: str) -> npt.NDArray[np.bool_]:
        """Which tiles a quality rule ("any": one of them all) holds for: (N,) bool. Raises `BadInput`."""
        findings = self._findings()
        rows = findings["row"] if rule == ANY else findings["row"][findings["reason"] == rule]
        found = np.zeros(len(self), bool)
        found[rows.to_numpy()] = True
        return found

    def same_section(self, tile: str) -> npt.NDArray[np.bool_]:
        """Which tiles lie in the section of `tile`, itself included: (N,) bool. Raises `BadInput` or `NotFound`."""
        sections, row = self._sections(), self.row(tile)
        return sections == sections[row] if sections[row] >= 0 else np.arange(len(self)) == row

    def distances(self, tile: str) -> npt.NDArray[np.float32]:
        """How unlike `tile` every tile looks: (N,) float32. Raises `BadInput` or `NotFound`."""
        from core.explore.likeness import distances

        figures = self._needed(self.figures, "likeness", "they have not been measured")
        return distances(figures, self.row(tile))

    def row(self, tile: str) -> int:
        """Row number of a tile by its id. Raises `NotFound`."""
        rows = np.flatnonzero((self.index["id"] == tile).to_numpy())
        if not len(rows):
            raise NotFound(f"there is no tile {tile!r} in this data set; remove the filter or order that names it")
        return int(rows[0])

    def _is_number(self, column: str) -> bool:
        return self.index[column].dtype.kind in "iuf"

    def _spread(self, rows: npt.ArrayLike, values: pd.Series) -> npt.NDArray[np.float64]:
        spread = np.full(len(self), np.nan)
        spread[np.asarray(rows)] = values.to_numpy(np.float64)
        return spread

    def _findings(self) -> pd.DataFrame:
        return self._needed(self.findings, "quality findings", "open Quality and check them first")

    def _sections(self) -> np.ndarray:
        return self._needed(self.sections, "sections", "open Mosaic and find them first")

    @staticmethod
    def _needed(source: Callable[[], T | None], what: str, remedy: str) -> T:
        given = source()
        if given is None:
            words = what.replace("_", " ")
            raise BadInput(f"nothing is known of the {words} of these tiles: {remedy}, or remove that filter")
        return given
