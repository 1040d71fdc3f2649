"""Which labelled tiles must stay on one side of the split: those of one section show the same rock. Torch-free."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from core import atomic
from core.dataset.tiles import TileStore
from core.explore.mosaic.edges import SMALLEST
from core.explore.mosaic.saved import is_ready, mosaic_of
from core.progress import Progress, silent
from core.workspace import RunFolder, Workspace

Method = Literal["sections", "mosaic", "none"]
QUICK = 30_000  # tiles whose neighbours are found within a training's first minute; time grows with their square


@dataclass(frozen=True, eq=False)
class Grouping:
    """A number per tile (N,) that the tiles of one section share, and how it was found.

    method: "sections" of the data set's own, the "mosaic" of its edges, or "none": every tile for itself.
    """

    method: Method
    numbers: npt.NDArray[np.int64]

    def among(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64] | None:
        """The numbers of `rows`, for a split; None where no two share one, or all do."""
        numbers = self.numbers[rows]
        return numbers if 1 < len(np.unique(numbers)) < len(rows) else None


def grouping(workspace: Workspace, store: TileStore, wanted: str, progress: Progress = silent) -> Grouping:
    """The groups of a data set's tiles.

    wanted: "mosaic" or "none", as in the settings. A mosaic that is not there is found now, unless there are more
    than `QUICK` tiles, or these are too small for it.
    """
    if wanted == "none":
        return Grouping("none", np.arange(len(store)))
    if "section" in store.index:
        section = store.index["section"]
        return Grouping("sections", section.where(section.notna(), store.index["id"]).factorize()[0])
    quick = len(store) <= QUICK and min(store.tile_shape) >= SMALLEST
    if quick or is_ready(workspace, store):
        return Grouping("mosaic", mosaic_of(workspace, store, progress).groups)
    return Grouping("none", np.arange(len(store)))


def facts(found: Grouping, labelled: npt.NDArray[np.int64], validation: npt.NDArray[np.int64]) -> dict[str, Any]:
    """What config.json keeps of a split: method, groups (of all labelled tiles), validation_groups."""
    used = found if found.among(labelled) is not None else Grouping("none", np.arange(len(found.numbers)))
    return {
        "method": used.method,
        "groups": len(np.unique(used.numbers[labelled])),
        "validation_groups": len(np.unique(used.numbers[validation])),
    }


def in_words(run: RunFolder) -> str:
    """`2,471 tiles to learn from, 617 kept aside in 212 groups: …` of a run's split; "" before it is decided."""
    try:
        config = atomic.read_object(run.config)
        tiles, aside = f"{config['train_tiles']:,} tiles", f"{config['validation_tiles']:,} kept aside"
        if "folds" in config:
            words = f"{tiles}, each kept aside in one of {config['folds']} folds"
        else:
            words = f"{tiles} to learn from, {aside}"
    except (FileNotFoundError, ValueError, KeyError):
        return ""
    groups = config.get("groups", {"method": "none"})
    if groups["method"] == "none":
        return f"{words}, each tile for itself."
    return f"{words} in {groups['validation_groups']:,} groups: tiles of one section stay on one side."
