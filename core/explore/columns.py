"""The columns by which tiles are filtered and ordered: what people call them, and how their values are written."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

from core.errors import BadInput
from core.explore import numbers, quantities

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,39}")


@dataclass(frozen=True)
class Column:
    """label: what people call it, in a few words. show: a value with its unit. share: its values are parts of 1."""

    label: str
    show: Callable[[float], str]
    share: bool = False


def compact(value: float) -> str:
    """A number of any kind with four digits at most: `0.1235`, `1,204`, `−3.5`."""
    if not math.isfinite(value):
        return numbers.NOTHING
    return numbers.minus(f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}")


def _change(share: float) -> str:
    return ("+" if share > 0 else "") + numbers.minus(f"{100 * share:.3g} %")


KNOWN = {
    quantity.column: Column(quantity.in_sentence, quantity.in_words, quantity.is_share) for quantity in quantities.ALL
} | {
    "salt_pixels": Column("salt pixels", compact),
    "iou": Column("IoU", numbers.score),
    "difference": Column("predicted − labelled salt", _change, share=True),
    "severity": Column("severity of findings", compact),
}


def check(name: str) -> str:
    """Return `name` if a column could be called so. Raises `BadInput`."""
    if not NAME.fullmatch(name):
        shown = repr(name if len(name) <= 40 else name[:37] + "...")
        raise BadInput(f"{shown} is no name of a column; expected one such as mean or salt_pixels")
    return name


def column(name: str) -> Column:
    """How the column `name` is written; one that nobody knows is called by its name."""
    return KNOWN.get(name) or Column(name.replace("_", " "), compact)


def range_in_words(name: str, low: float, high: float) -> str:
    """`grey mean 90 to 120`."""
    known = column(name)
    if low == high:
        return f"{known.label} {known.show(low)}"
    return f"{known.label} {known.show(low)} to {known.show(high)}"
