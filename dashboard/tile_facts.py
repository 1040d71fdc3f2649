"""What is known about one tile, in words."""

from __future__ import annotations

from core.dataset.tiles import TileStore
from core.explore import numbers


def tile_facts(store: TileStore, row: int) -> list[tuple[str, str]]:
    """Names and values of what the index says about the tile in `row`; what is not known is left out."""
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
    return [(name, value) for name, value in facts if value != numbers.NOTHING]
