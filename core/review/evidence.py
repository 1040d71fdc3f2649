"""What the rules are asked about, gathered: predictions, neighbours and quality findings of one data set.

Labels are those of the data set, as the checks of Quality see them too.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from core.dataset.tiles import TileStore
from core.errors import BadInput
from core.explore import mosaic, quality
from core.review.policy import RULES, FlagRules, Reason, tile_flags
from core.review.seams import Borders, worst_seams
from core.segment.predictions import load_predictions
from core.workspace import RunFolder, Workspace

BEYOND_PREDICTIONS = (Reason.PREDICTED_SEAM, Reason.LABEL_SEAM, Reason.QUALITY)
REMEDY = {
    Reason.PREDICTED_SEAM: "its neighbours are not known yet: python -m core mosaic {name}, or the page Mosaic",
    Reason.LABEL_SEAM: "its neighbours are not known yet: python -m core mosaic {name}, or the page Mosaic",
    Reason.QUALITY: "it was not checked yet: python -m core quality {name}, or the page Quality",
}


@dataclass(frozen=True, eq=False)
class Evidence:
    """tiles: as `policy` wants them · findings: id, reason, severity and details of findings about labelled tiles."""

    tiles: pd.DataFrame
    findings: pd.DataFrame | None = None

    def can_ask(self, reason: Reason) -> bool:
        """Whether what the rule needs is known of any tile."""
        column = RULES[reason].column
        return column in self.tiles and bool(self.tiles[column].notna().any())

    def flags(self, rules: FlagRules) -> pd.DataFrame:
        """`policy.tile_flags`."""
        return tile_flags(self.tiles, rules, self.findings)


def gather(workspace: Workspace, run: RunFolder, tiles: TileStore, predictions: pd.DataFrame) -> Evidence:
    """All that is known at this moment; what would take long to find is left out.

    predictions: of the run on these tiles, one row a tile, as `core.segment.predictions` describes it.
    """
    rows = predictions["row"].to_numpy(np.int64)
    columns = {}
    if found := mosaic.kept_mosaic(workspace, tiles):
        columns["predicted_seam"] = worst_seams(_predicted(run, tiles), found.pairs)[rows]
        columns["label_seam"] = worst_seams(_labelled(tiles), found.pairs)[rows]
    checked = quality.load(workspace, tiles)
    if checked is None:
        return Evidence(predictions.assign(**columns))
    findings = checked.findings[tiles.index["has_mask"].to_numpy(bool)[checked.findings["row"]]]
    columns["severity"] = findings.groupby("row")["severity"].max().reindex(rows).to_numpy(np.float64)
    return Evidence(predictions.assign(**columns), findings[["id", "reason", "severity", "details"]])


def require(evidence: Evidence, rules: Collection[Reason], name: str) -> None:
    """Raise `BadInput` with the remedy if one of `rules` can't be asked about data set `name`."""
    for reason in rules:
        if RULES[reason].column not in evidence.tiles:
            raise BadInput(f"rule {reason} can't be asked of data set {name}: {REMEDY[reason].format(name=name)}")


def _labelled(tiles: TileStore) -> Borders:
    borders = Borders.unknown(len(tiles), tiles.tile_shape)
    borders.read(np.arange(len(tiles)), tiles.masks.__getitem__)
    return replace(borders, known=tiles.index["has_mask"].to_numpy(bool))


def _predicted(run: RunFolder, tiles: TileStore) -> Borders:
    """Of all that the run predicted; of a tile predicted twice the newer."""
    borders = Borders.unknown(len(tiles), tiles.tile_shape)
    for folder in reversed(run.predictions_of(tiles.name)):
        predictions = load_predictions(folder)
        borders.read(predictions.frame["row"].to_numpy(np.int64), predictions.masks)
    return borders
