"""What is known about one tile, in words."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from core.dataset.tiles import TileStore
from core.explore import columns, numbers

TOLD = {"id", "split", "z", "salt_proportion", "salt_pixels", "has_mask", "mean", "std", "section", "row", "col"}
LONGEST = 16  # characters of a text: enough of a checksum to find it again


def tile_facts(store: TileStore, row: int) -> list[tuple[str, str]]:
    """Names and values of all that the index says about the tile in `row`; what is not known is left out."""
    tile = store.index.iloc[row]
    height, width = store.tile_shape
    facts = [
        ("Tile", tile["id"]),
        ("Split", tile["split"]),
        ("Depth", numbers.depth(tile["z"])),
        ("Salt", numbers.percent(tile["salt_proportion"])),
        ("Grey level", "constant" if tile["std"] == 0 else f"{tile['mean']:.0f} ± {tile['std']:.0f}"),
        ("Size", f"{height} × {width}"),
    ]
    if tile["has_mask"]:
        facts.insert(4, ("Salt pixels", f"{tile['salt_pixels']:,.0f} of {height * width:,}"))
    if tile.get("section"):
        facts.append(("Section", f"{tile['section']}, row {tile['row']}, column {tile['col']}"))
    facts += [(_name(str(column)), _text(str(column), value)) for column, value in tile.items() if column not in TOLD]
    return [(name, value) for name, value in facts if value != numbers.NOTHING]


def _name(column: str) -> str:
    label = columns.column(column).label
    return label[:1].upper() + label[1:]


def _text(column: str, value: Any) -> str:
    if pd.isna(value) or value == "":
        return numbers.NOTHING
    if isinstance(value, str):
        return value if len(value) <= LONGEST else f"{value[: LONGEST - 1]}…"
    return (
        ("yes" if value else "no") if isinstance(value, bool | np.bool_) else columns.column(column).show(float(value))
    )
