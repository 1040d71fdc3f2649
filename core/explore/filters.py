"""Which tiles a person looks at: one immutable object that pages, charts and links share."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal, cast, get_args

import numpy as np

from core.dataset.tiles import LONGEST_ID
from core.errors import BadInput
from core.explore import columns

if TYPE_CHECKING:
    from core.explore.tile_table import TileTable

Split = Literal["train", "test"]
Range = tuple[float, float]  # lowest and highest, both included

EMPTY: Range = (0.0, 0.0)  # salt range of tiles without salt
WITH_SALT: Range = (1e-9, 1.0)  # one pixel of salt is more, in a tile of any size
MOST_IDS = 500  # about 6 kB of URL
MOST_RANGES = 20
ANY = "any"  # finding
SEPARATOR = "/"  # the one character that can't stand in an id, which is a file's name
FIELDS = {"salt_proportion": "salt", "z": "depth"}  # columns whose range has a field of its own


@dataclass(frozen=True)
class TileFilter:
    """What a tile must be to be shown; a field at its default leaves all tiles.

    split: train or test. salt: lowest and highest salt proportion, both 0…1, both included; tiles
    without a mask never lie in it. depth: lowest and highest z in feet, both included; tiles without
    a depth never lie in it. ids: only these tiles. text: a part of the id, in any case. ranges: column
    and range of any other number that is known of a tile, both ends included; a tile without it never lies in it.
    finding: the reason of a quality finding, or "any". section: a tile in whose section of the mosaic the others lie.

    Raises `BadInput` for values that no tile could have.
    """

    split: Split | None = None
    salt: Range | None = None
    depth: Range | None = None
    ids: tuple[str, ...] = ()
    text: str = ""
    ranges: tuple[tuple[str, Range], ...] = ()
    finding: str = ""
    section: str = ""

    QUERY_KEYS: ClassVar[tuple[str, ...]] = ("split", "salt", "depth", "text", "ids", "where", "finding", "beside")

    def __post_init__(self) -> None:
        if self.split not in (None, *get_args(Split)):
            raise BadInput(f"split is {_short(self.split)}; expected train or test")
        for name, limits in (("salt", (0.0, 1.0)), ("depth", (-math.inf, math.inf))):
            _check_range(name, getattr(self, name), *limits)
        if len(self.ids) > MOST_IDS:
            raise BadInput(f"{len(self.ids):,} tiles picked one by one; expected at most {MOST_IDS}, or use a range")
        for text in (self.text, self.section, *self.ids):
            if len(text) > LONGEST_ID or not text.isprintable():
                raise BadInput(f"{_short(text)} is no part of a tile id; expected up to {LONGEST_ID} characters")
        if self.finding and not columns.NAME.fullmatch(self.finding):
            raise BadInput(f"finding is {_short(self.finding)}; expected any, or the name of a rule such as seam")
        names = [columns.check(name) for name, _ in self.ranges]
        if len(names) > MOST_RANGES or len(set(names)) < len(names):
            raise BadInput(f"{len(names)} ranges of columns; expected at most {MOST_RANGES}, each column once")
        for name, limits in self.ranges:
            _check_range(name, limits, -math.inf, math.inf)

    @property
    def limits(self) -> dict[str, Range]:
        """All ranges by the column that they hold for."""
        named = {column: getattr(self, field) for column, field in FIELDS.items()}
        return {column: limits for column, limits in named.items() if limits} | dict(self.ranges)

    def apply(self, tiles: TileTable) -> np.ndarray:
        """Row numbers (k,) int64, ascending, of the tiles that pass.

        Raises `BadInput` for a condition on what is not known of these tiles, `NotFound` for the section of no tile.
        """
        index = tiles.index
        keep = np.ones(len(index), dtype=bool)
        if self.split:
            keep &= (index["split"] == self.split).to_numpy()
        for column, (low, high) in self.limits.items():
            values = tiles.numbers(column)
            keep &= (values >= low) & (values <= high)
        if self.ids:
            keep &= index["id"].isin(self.ids).to_numpy()
        if self.text:
            keep &= index["id"].str.contains(self.text, case=False, regex=False).to_numpy(dtype=bool)
        if self.finding:
            keep &= tiles.found(self.finding)
        if self.section:
            keep &= tiles.same_section(self.section)
        return np.flatnonzero(keep)

    def with_range(self, column: str, limits: Range | None) -> TileFilter:
        """This filter with another range for `column`; None: with none."""
        if column in FIELDS:
            named: dict[str, Any] = {FIELDS[column]: limits}
            return replace(self, **named)
        others = tuple((name, kept) for name, kept in self.ranges if name != column)
        return replace(self, ranges=(*others, (column, limits)) if limits else others)

    def within(self, **limits: Range) -> TileFilter:
        """This filter, narrowed to ranges given by column. Raises `BadInput` if no value could lie in them."""
        narrowed = self
        for column, wanted in limits.items():
            widest = (0.0, 1.0) if column == "salt_proportion" else wanted
            narrowed = narrowed.with_range(column, _overlap(narrowed.limits.get(column, widest), wanted))
        return narrowed

    def chips(self) -> list[tuple[str, TileFilter]]:
        """For each condition: what it says in words, and the filter without it."""
        labels = {
            "split": self.split,
            "salt": self.salt and _salt_in_words(self.salt),
            "depth": self.depth and columns.range_in_words("z", *self.depth),
            "ids": self.ids and (f"tile {self.ids[0]}" if len(self.ids) == 1 else f"{len(self.ids)} picked tiles"),
            "text": self.text and f"id contains “{self.text}”",
            "finding": self.finding and _finding_in_words(self.finding),
            "section": self.section and f"section of tile {self.section}",
        }
        unset = TileFilter()
        chips = [(label, replace(self, **{name: getattr(unset, name)})) for name, label in labels.items() if label]
        ranges = [(columns.range_in_words(name, *limits), self.with_range(name, None)) for name, limits in self.ranges]
        return chips + ranges

    def to_query(self) -> dict[str, str]:
        """URL query parameters that `from_query` reads back; empty for no filter."""
        values = {
            "split": self.split,
            "salt": self.salt and _range_as_text(self.salt),
            "depth": self.depth and _range_as_text(self.depth),
            "text": self.text,
            "ids": SEPARATOR.join(self.ids),
            "where": SEPARATOR.join(f"{name}~{_range_as_text(limits)}" for name, limits in self.ranges),
            "finding": self.finding,
            "beside": self.section,
        }
        return {name: value for name, value in values.items() if value}

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> TileFilter:
        """Read from URL query parameters; those of others are left alone.

        A link that can't be meant is refused as a whole: `BadInput` names the parameter and its value.
        """
        conditions = [part.partition("~") for part in _parts(query.get("where", ""))]
        return cls(
            split=cast(Split, query.get("split")) or None,
            salt=_range_from_text("salt", query.get("salt")),
            depth=_range_from_text("depth", query.get("depth")),
            ids=tuple(_parts(query.get("ids", ""))),
            text=query.get("text", ""),
            ranges=tuple((columns.check(name), _given("where", limits)) for name, _, limits in conditions),
            finding=query.get("finding", ""),
            section=query.get("beside", ""),
        )


def _parts(text: str) -> list[str]:
    return list(dict.fromkeys(filter(None, text.split(SEPARATOR))))


def _check_range(name: str, limits: Range | None, lowest: float, highest: float) -> None:
    if limits is None:
        return
    low, high = limits
    if not (math.isfinite(low) and math.isfinite(high) and lowest <= low <= high <= highest):
        expected = "two numbers, the lower one first" + (
            f", within {lowest:g} to {highest:g}" if name == "salt" else ""
        )
        raise BadInput(f"{name} is {low:g}..{high:g}; expected {expected}")


def _given(name: str, text: str) -> Range:
    try:
        low, high = map(float, text.split(".."))
    except ValueError:
        raise BadInput(f"{name} is {_short(text)}; expected two numbers such as 0.1..0.5") from None
    return low, high


def _range_from_text(name: str, text: str | None) -> Range | None:
    return _given(name, text) if text else None


def _range_as_text(limits: Range) -> str:
    return "..".join(np.format_float_positional(limit, trim="-") for limit in limits)


def _salt_in_words(salt: Range) -> str:
    if salt == EMPTY:
        return "empty"
    if salt == WITH_SALT:
        return "with salt"
    return columns.range_in_words("salt_proportion", *salt)


def _finding_in_words(finding: str) -> str:
    return "any finding" if finding == ANY else finding.replace("_", " ")


def _overlap(first: Range, second: Range) -> Range:
    return max(first[0], second[0]), min(first[1], second[1])


def _short(value: object) -> str:
    text = str(value)
    return repr(text if len(text) <= 60 else text[:57] + "...")
