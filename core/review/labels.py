"""From findings about labels to the review queue: here a tile's label is judged, not a prediction of it."""

from __future__ import annotations

import pandas as pd

from core.dataset.tiles import TileStore
from core.review.policy import FLAG_COLUMNS, PREFIX
from core.review.store import ReviewStore
from core.review.tables import LABELS


def label_flags(index: pd.DataFrame, findings: pd.DataFrame) -> pd.DataFrame:
    """Findings as flags, with `policy.FLAG_COLUMNS`; those about tiles without a label are left out.

    index: of the data set · findings: of `core.explore.quality`. salt_proportion is that of the label, value the
    severity, limit 0, confidence 1 − the highest severity among the tile's `findings`.
    """
    found = findings[index["has_mask"].to_numpy(bool)[findings["row"]]]
    flags = found.assign(
        salt_proportion=index["salt_proportion"].to_numpy()[found["row"]],
        confidence=1 - found.groupby("id")["severity"].transform("max"),
        reason=PREFIX + found["reason"],
        value=found["severity"],
        limit=0.0,
        words=found["details"],
    )
    return flags[FLAG_COLUMNS].reset_index(drop=True)


def send(review: ReviewStore, tiles: TileStore, findings: pd.DataFrame) -> int:
    """Put the labels of `tiles` that `findings` are about into the queue; how many came in."""
    return review.add(LABELS, tiles.name, label_flags(tiles.index, findings))


def in_words(reasons: str) -> str:
    """The names of reasons as they are read: "quality:hole, quality:tiny_area" is "hole, tiny area"."""
    return reasons.replace(PREFIX, "").replace("_", " ")
