"""A mosaic in figures and by tile id, for the command line and for files."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from core.dataset.tiles import TileStore
from core.explore.mosaic.assembly import ALONE, Mosaic
from core.explore.mosaic.neighbours import CUT, closed, squares


def totals(store: TileStore, mosaic: Mosaic) -> dict[str, Any]:
    """Figures of a mosaic.

    squares: 2×2 blocks of tiles whose four pairs were each kept for their own strength, whether or not the square
    closes; closed_squares of them do. Chance closes one in about as many as there are tiles, so their share tells
    how right the pairs are.
    """
    found = pd.concat([mosaic.links, mosaic.refused], ignore_index=True)
    found = found[found["strength"] > CUT].reset_index(drop=True)
    blocks = squares(found)
    return {
        "tiles": len(store),
        "constant_tiles": int((store.index["std"] == 0).sum()),
        "pairs_found": len(mosaic.pairs),
        "section_count": len(mosaic.sizes),
        "tiles_in_sections": int(mosaic.sizes.sum()),
        "largest_section": int(mosaic.sizes.max(initial=0)),
        "refused_links": len(mosaic.refused),
        "squares": len(blocks),
        "closed_squares": int(closed(found, blocks).sum()),
    }


def section_table(store: TileStore, mosaic: Mosaic) -> pd.DataFrame:
    """A row per section, the largest first: tiles, rows, columns, labelled (share, 0…1), salt (mean; NaN: no label)."""
    members = np.flatnonzero(mosaic.section != ALONE)
    columns = ["id", "salt_proportion", "has_mask"]
    facts = store.index.iloc[members][columns].assign(row=mosaic.row[members], col=mosaic.col[members])
    found = facts.groupby(mosaic.section[members]).agg(
        tiles=("id", "size"),
        rows=("row", "max"),
        columns=("col", "max"),
        labelled=("has_mask", "mean"),
        salt=("salt_proportion", "mean"),
    )
    return found.assign(rows=found["rows"] + 1, columns=found["columns"] + 1).rename_axis("section")


def pairs_by_id(store: TileStore, mosaic: Mosaic) -> pd.DataFrame:
    """All pairs that touch: first, second (ids), where, strength (NaN: only by place), found."""
    ids = store.index["id"].to_numpy()
    pairs = mosaic.pairs
    return pairs.assign(first=ids[pairs["first"]], second=ids[pairs["second"]], strength=pairs["strength"].round(4))


def section_lists(store: TileStore, mosaic: Mosaic) -> list[dict[str, Any]]:
    """Per section, the largest first: section (its number) and tiles, a list of {id, row, col}."""
    ids = store.index["id"].to_numpy()
    order = np.lexsort((mosaic.col, mosaic.row, mosaic.section))
    members = order[mosaic.section[order] != ALONE]
    places = [
        {"id": id, "row": row, "col": col}
        for id, row, col in zip(ids[members], mosaic.row[members].tolist(), mosaic.col[members].tolist(), strict=True)
    ]
    ends = np.cumsum(mosaic.sizes).tolist()
    return [
        {"section": number, "tiles": places[end - size : end]}
        for number, (size, end) in enumerate(zip(mosaic.sizes.tolist(), ends, strict=True))
    ]
