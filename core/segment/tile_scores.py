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
from core.segment.predictions import is_of_now
from core.segment.treatment import PLAIN, Treatment
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
    """by_tile: scores 0…1 by tile id · state: of the data set that was predicted, its checksum; None: not known.

    views: of each tile, by their name in `tta`, "" if not known · treatment: how its masks were made.
    """

    by_tile: pd.Series = field(default_factory=lambda: pd.Series(dtype=np.float64))
    state: str | None = None
    views: str = ""
    treatment: Treatment = PLAIN

    def __len__(self) -> int:
        return len(self.by_tile)


def tile_scores(run: RunFolder, dataset: str) -> TileScores:
    """Scores of the labelled tiles of `dataset` that the run did not learn from; empty where it predicted none.

    Of predictions that were made elsewhere nobody knows what their model had learned: there all labelled tiles count.
    Of several predictions of a tile the newest counts; those for an older state of the data set do not, nor those by
    other networks than the run's own best ones. Raises `BadInput` for damaged predictions.
    """
    every = is_foreign(run)
    told = [(folder, _facts(folder)) for folder in run.predictions_of(dataset)]
    current = [(folder, facts) for folder, facts in told if every or is_of_now(run, facts)]
    found = [(folder, facts, scores) for folder, facts in current if len(scores := _scores(folder, every))]
    if not found:
        return TileScores()
    folder, newest, _ = found[0]
    together = pd.concat([scores for _, facts, scores in found if _way(facts) == _way(newest)])
    by_tile = together[~together.index.duplicated()].sort_index()
    return TileScores(by_tile, newest.get("checksum"), str(newest.get("views", "")), _treatment(folder, newest))


def _way(facts: dict[str, Any]) -> tuple[Any, ...]:
    """What predictions must share for their scores to stand in one mean."""
    return facts.get("checksum"), facts.get("views")


def _treatment(folder: Path, facts: dict[str, Any]) -> Treatment:
    try:
        return Treatment.from_dict(facts.get("treatment", {}))
    except (BadInput, AttributeError, TypeError) as error:
        raise BadInput(f"{folder / 'prediction.json'} is damaged ({error}); predict again") from error


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
