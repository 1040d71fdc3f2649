"""The findings of a data set: found once by `check`, kept on disk, read by `load`.

findings.parquet holds the table of `table.findings`, and in its metadata what it was made from: checksum and number of
tiles of the data set, METHOD, predictions (the sources of those that labels were held against), mosaic (its method and
the links that were broken) and left_out (what could not be checked, in sentences).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from core import atomic, parquet
from core.dataset.tiles import TileStore
from core.errors import BadInput
from core.explore import mosaic
from core.explore.mosaic.neighbours import CUT
from core.explore.mosaic.saved import METHOD as MOSAIC_METHOD
from core.explore.quality.predictions import Predictions
from core.explore.quality.table import findings, unchecked
from core.progress import Progress, silent
from core.workspace import Workspace

METHOD = 1  # of all rules and limits; another number makes kept findings worthless


@dataclass(frozen=True, eq=False)
class Checked:
    """What a check of a data set found.

    findings: the columns of `table.findings`, the most severe first; `reason` is the rule, `details` its words ·
    made_from: see the module.
    """

    findings: pd.DataFrame
    made_from: dict[str, Any]

    @property
    def left_out(self) -> list[str]:
        """What could not be checked and what is needed for it, in sentences."""
        return list(self.made_from["left_out"])

    def outdated(self, workspace: Workspace, store: TileStore, predictions: Sequence[Predictions]) -> list[str]:
        """What has changed since, in sentences; empty if another check would find the same."""
        now = _made_from(workspace, store, predictions)
        changes = {
            "predictions": "There are other predictions now for labels to be held against.",
            "mosaic": "Other tiles of the mosaic touch now, so that labels have other neighbours.",
        }
        return [words for name, words in changes.items() if now[name] != self.made_from[name]]


def check(
    workspace: Workspace, store: TileStore, predictions: Sequence[Predictions] = (), progress: Progress = silent
) -> Checked:
    """Find what is suspicious and keep it, in place of what was kept before; finds the mosaic where it is not yet.

    predictions: out of fold, as `core.segment.out_of_fold` gives them.
    """
    made_from = _made_from(workspace, store, predictions)
    neighbours, problem = _neighbours(workspace, store, progress)
    found = findings(store, neighbours, predictions, progress=progress)
    store.release()
    made_from["left_out"] = unchecked(neighbours, predictions, problem)
    _keep(workspace.quality(store.name) / "findings.parquet", found, made_from)
    return Checked(found, made_from)


def load(workspace: Workspace, store: TileStore) -> Checked | None:
    """What the last check found; None if there was none, or only of another state of the data set."""
    try:
        found = parquet.read(workspace.quality(store.name) / "findings.parquet")
    except (FileNotFoundError, ValueError):
        return None
    made_from = {str(name): value for name, value in found.attrs.items()}
    found.attrs.clear()
    same = all(made_from.get(name) == value for name, value in _identity(store).items())
    return Checked(found, made_from) if same else None


def up_to_date(
    workspace: Workspace, store: TileStore, predictions: Sequence[Predictions] = (), progress: Progress = silent
) -> Checked:
    """What the last check found where nothing has changed since, else what a new one finds."""
    kept = load(workspace, store)
    if kept is not None and not kept.outdated(workspace, store, predictions):
        return kept
    return check(workspace, store, predictions, progress)


def _identity(store: TileStore) -> dict[str, Any]:
    return {"checksum": store.source.get("checksum"), "tiles": len(store), "method": METHOD}


def _made_from(workspace: Workspace, store: TileStore, predictions: Sequence[Predictions]) -> dict[str, Any]:
    broken = [list(link) for link in mosaic.broken_links(workspace, store.name)]
    return _identity(store) | {
        "predictions": [some.source for some in predictions],
        "mosaic": {"method": MOSAIC_METHOD, "cut": CUT, "broken": broken},
    }


def _neighbours(workspace: Workspace, store: TileStore, progress: Progress) -> tuple[pd.DataFrame | None, str]:
    """The pairs of tiles that touch; None, and why, where there can't be any."""
    try:
        return mosaic.mosaic_of(workspace, store, progress).pairs, ""
    except BadInput as error:
        return None, str(error)


def _keep(path: Path, found: pd.DataFrame, made_from: dict[str, Any]) -> None:
    if path.parent.exists():
        atomic.sweep(path.parent)
    kept = found.copy(deep=False)
    kept.attrs.update(made_from)
    with atomic.replacing(path) as part:
        kept.to_parquet(part, index=False)
