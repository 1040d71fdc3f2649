"""How the groups of a comparison look in every figure: their colours and their names."""

from __future__ import annotations

from collections.abc import Mapping

from core.explore import colours
from core.explore.distributions import CLASSES

COLOURS: Mapping[str, str] = {
    "all": colours.NEUTRAL,
    "train": colours.ACCENT,
    "test": colours.NEUTRAL,
    "empty": colours.NEUTRAL,
    "with salt": colours.LABEL,
}
# The salt's orange in five steps that go away from the background: more salt stands out more.
LIGHT_STEPS = ("#f4c95d", "#e69f00", "#bb7400", "#854f00", "#4a2b00")
DARK_STEPS = ("#7d5200", "#b17800", "#e69f00", "#f5c860", "#fff1c9")


def group_colour(group: str, dark: bool) -> str:
    """`#rrggbb` of a group; the coverage classes are steps of orange."""
    if group in COLOURS:
        return COLOURS[group]
    return (DARK_STEPS if dark else LIGHT_STEPS)[CLASSES.index(group) - 1]


def filling(colour: str, groups: int) -> dict[str, str]:
    """A light area under the outline of one of a few `groups`; of more than two, areas would hide each other."""
    return {"fill": "tozeroy", "fillcolor": colours.faded(colour, 0.2)} if groups <= 2 else {}


def in_words(group: str) -> str:
    """`All tiles`, `Tiles with salt`, `Train tiles`, `Tiles with 0 to 25 % salt`."""
    if group == "with salt":
        return "Tiles with salt"
    return f"{group.capitalize()} tiles" if group in COLOURS else f"Tiles with {group} salt"


def with_count(group: str, tiles: int) -> str:
    """`train (n = 3,088)`."""
    return f"{group} (n = {tiles:,})"
