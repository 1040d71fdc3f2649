"""The competition's score of each tile that a run kept aside in its training, from what it predicted. Torch-free."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from core import atomic
from core.errors import BadInput
from core.segment.foreign import is_foreign
from core.workspace import RunFolder


@dataclass(frozen=True)
class Score:
    """map: the mean over `tiles` tiles · standard_error: of that mean, None for one tile."""

    map: float
    standard_error: float | None
    tiles: int

    @classmethod
    def of(cls, scores: pd.Series) -> Score | None:
        """The mean of the scores (n,) of tiles; None without any."""
        if scores.empty:
            return None
        error = float(scores.std(ddof=1) / np.sqrt(len(scores))) if len(scores) > 1 else None
        return cls(float(scores.mean()), error, len(scores))


@dataclass(frozen=True, eq=False)
class TileScores:
    """by_tile: scores 0…1 by tile id · state: of the data set that was predicted, its checksum; None: not known."""

    by_tile: pd.Series = field(default_factory=lambda: pd.Series(dtype=np.float64))
    state: str | None = None

    def __len__(self) -> int:
        return len(self.by_tile)


def tile_scores(run: RunFolder, dataset: str) -> TileScores:
    """Scores of the labelled tiles of `dataset` that the run did not learn from; empty where it predicted none.

    Of predictions that were made elsewhere nobody knows what their model had learned: there all labelled tiles count.
    Of several predictions of a tile the newest counts; those for an older state of the data set do not.
    Raises `BadInput` for damaged predictions.
    """
    folders = run.predictions_of(dataset)
    states = [_facts(folder).get("checksum") for folder in folders]
    every = is_foreign(run)
    found = [_scores(folder, every) for folder, state in zip(folders, states, strict=True) if state == states[0]]
    if not found:
        return TileScores()
    together = pd.concat(found)
    return TileScores(together[~together.index.duplicated()].sort_index(), states[0])


def _facts(folder: Path) -> dict[str, Any]:
    try:
        return atomic.read_object(folder / "prediction.json")
    except (OSError, ValueError) as error:
        raise BadInput(f"{folder / 'prediction.json'} is damaged ({error}); predict again") from error


def _scores(folder: Path, every: bool) -> pd.Series:
    path = folder / "predictions.parquet"
    try:
        frame = pd.read_parquet(path, columns=["id", "map", "validation"])
    except (OSError, ValueError, KeyError) as error:  # pyarrow's errors are among them
        raise BadInput(f"{path} is damaged ({error}); predict again") from error
    counts = (frame["validation"].to_numpy(bool) | every) & frame["map"].notna().to_numpy()
    return frame[counts].set_index("id")["map"].astype(np.float64)
