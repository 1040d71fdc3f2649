"""Which tiles a person looks at: one immutable object that pages, charts and links share."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Literal, cast, get_args

import numpy as np

from core.errors import BadInput
from core.explore import numbers

if TYPE_CHECKING:
    import pandas as pd

Split = Literal["train", "test"]
Range = tuple[float, float]  # lowest and highest, both included

EMPTY: Range = (0.0, 0.0)  # salt range of tiles without salt
WITH_SALT: Range = (1e-9, 1.0)  # one pixel of salt is more, in a tile of any size
MOST_IDS = 500  # about 6 kB of URL
ID_SEPARATOR = "/"  # the one character that can't stand in an id, which is a file's name
LONGEST_TEXT = 100  # characters


@dataclass(frozen=True)
class TileFilter:
    """What a tile must be to be shown; a field at its default leaves all tiles.

    split: train or test. salt: lowest and highest salt proportion, both 0…1, both included; tiles
    without a mask never lie in it. depth: lowest and highest z in feet, both included; tiles without
    a depth never lie in it. ids: only these tiles. text: a part of the id, in any case.

    Raises `BadInput` for values that no tile could have.
    """

    split: Split | None = None
    salt: Range | None = None
    depth: Range | None = None
    ids: tuple[str, ...] = ()
    text: str = ""

    QUERY_KEYS: ClassVar[tuple[str, ...]] = ("split", "salt", "depth", "text", "ids")

    def __post_init__(self) -> None:
        if self.split not in (None, *get_args(Split)):
            raise BadInput(f"split is {_short(self.split)}; expected train or test")
        for name, limits in (("salt", (0.0, 1.0)), ("depth", (-math.inf, math.inf))):
            _check_range(name, getattr(self, name), *limits)
        if len(self.ids) > MOST_IDS:
            raise BadInput(f"{len(self.ids):,} tiles picked one by one; expected at most {MOST_IDS}, or use a range")
        for text in (self.text, *self.ids):
            if len(text) > LONGEST_TEXT or not text.isprintable():
                raise BadInput(f"{_short(text)} is no part of a tile id; expected up to {LONGEST_TEXT} characters")

    def apply(self, index: pd.DataFrame) -> np.ndarray:
        """Row numbers (k,) int64, ascending, of the tiles of a store's `index` that pass."""
        keep = np.ones(len(index), dtype=bool)
        if self.split:
            keep &= (index["split"] == self.split).to_numpy()
        for column, limits in (("salt_proportion", self.salt), ("z", self.depth)):
            if limits:
                keep &= index[column].between(*limits).to_numpy()
        if self.ids:
            keep &= index["id"].isin(self.ids).to_numpy()
        if self.text:
            keep &= index["id"].str.contains(self.text, case=False, regex=False).to_numpy(dtype=bool)
        return np.flatnonzero(keep)

    def within(self, salt: Range, depth: Range) -> TileFilter:
        """This filter, narrowed to a rectangle of salt proportion and depth. Raises `BadInput` if none is left."""
        return replace(self, salt=_overlap(self.salt or (0.0, 1.0), salt), depth=_overlap(self.depth or depth, depth))

    def chips(self) -> list[tuple[str, TileFilter]]:
        """For each condition: what it says in words, and the filter without it."""
        labels = {
            "split": self.split,
            "salt": self.salt and _salt_in_words(self.salt),
            "depth": self.depth and "depth {} to {}".format(*map(numbers.depth, self.depth)),
            "ids": self.ids and (f"tile {self.ids[0]}" if len(self.ids) == 1 else f"{len(self.ids)} picked tiles"),
            "text": self.text and f"id contains “{self.text}”",
        }
        unset = TileFilter()
        return [(label, replace(self, **{name: getattr(unset, name)})) for name, label in labels.items() if label]

    def to_query(self) -> dict[str, str]:
        """URL query parameters that `from_query` reads back; empty for no filter."""
        values = {
            "split": self.split,
            "salt": self.salt and _range_as_text(self.salt),
            "depth": self.depth and _range_as_text(self.depth),
            "text": self.text,
            "ids": ID_SEPARATOR.join(self.ids),
        }
        return {name: value for name, value in values.items() if value}

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> TileFilter:
        """Read from URL query parameters; those of others are left alone.

        A link that can't be meant is refused as a whole: `BadInput` names the parameter and its value.
        """
        return cls(
            split=cast(Split, query.get("split")) or None,
            salt=_range_from_text("salt", query.get("salt")),
            depth=_range_from_text("depth", query.get("depth")),
            ids=tuple(dict.fromkeys(filter(None, query.get("ids", "").split(ID_SEPARATOR)))),
            text=query.get("text", ""),
        )


def _check_range(name: str, limits: Range | None, lowest: float, highest: float) -> None:
    if limits is None:
        return
    low, high = limits
    if not (math.isfinite(low) and math.isfinite(high) and lowest <= low <= high <= highest):
        expected = "two numbers, the lower one first" + (
            f", within {lowest:g} to {highest:g}" if name == "salt" else ""
        )
        raise BadInput(f"{name} is {low:g}..{high:g}; expected {expected}")


def _range_from_text(name: str, text: str | None) -> Range | None:
    if not text:
        return None
    try:
        low, high = map(float, text.split(".."))
    except ValueError:
        raise BadInput(f"{name} is {_short(text)}; expected two numbers such as 0.1..0.5") from None
    return low, high


def _range_as_text(limits: Range) -> str:
    return "..".join(np.format_float_positional(limit, trim="-") for limit in limits)


def _salt_in_words(salt: Range) -> str:
    if salt == EMPTY:
        return "empty"
    if salt == WITH_SALT:
        return "with salt"
    return "salt {} to {}".format(*map(numbers.percent, salt))


def _overlap(first: Range, second: Range) -> Range:
    return max(first[0], second[0]), min(first[1], second[1])


def _short(value: object) -> str:
    text = str(value)
    return repr(text if len(text) <= 60 else text[:57] + "...")
