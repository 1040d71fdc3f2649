"""What reviews were worth: each run that learned reviewed labels beside the run that learned the data set's own.

The two are compared tile by tile on what both kept aside and no revision touches: there both are held against the same
labels, and no reviewer has chosen the tile. Torch-free until predictions are wanted that do not lie there yet.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from core import atomic, jobs
from core.dataset.tiles import TileStore
from core.errors import SaltScopeError
from core.explore import numbers
from core.jobs import State
from core.progress import Progress, silent
from core.review.masks import MaskStore
from core.segment.bootstrap import means
from core.segment.predictions import Predictions, is_of_now, load_predictions
from core.segment.settings import TrainSettings
from core.workspace import JobFolder, RunFolder, Workspace

DRAWS = 2000  # of the bootstrap
SPLIT = "train"  # of the tiles that are to be predicted


@dataclass(frozen=True)
class Entry:
    """One run with labels=reviewed.

    revisions: how many masks it learned · reviewers, first, last: who made them, from when to when (UTC) · base: the
    newest finished run of the same settings with labels=competition · tiles: that both kept aside and nobody touched ·
    score, base_score: means over these · difference: mean of score − base_score, tile by tile, with its bootstrap
    standard error · missing: runs whose predictions are wanted first · words: why something is not known.
    """

    run: str
    state: str
    revisions: int
    reviewers: list[str] = field(default_factory=list)
    first: datetime | None = None
    last: datetime | None = None
    base: str | None = None
    tiles: int | None = None
    score: float | None = None
    base_score: float | None = None
    difference: float | None = None
    standard_error: float | None = None
    missing: tuple[str, ...] = ()
    words: str = ""


@dataclass(frozen=True, eq=False)
class _Learned:
    """What a run was told and has kept aside."""

    run: RunFolder
    state: State
    settings: TrainSettings
    kept_aside: frozenset[str]


def ledger(workspace: Workspace, store: TileStore, masks: MaskStore) -> list[Entry]:
    """An entry for each run on `store` that learned reviewed labels, the newest first."""
    runs = [one for run in workspace.all_runs() if (one := _learned(run, store))]
    history = masks.history(store.name)
    return [_entry(one, runs, store, history) for one in runs if one.run.labels.exists()]


def measured(workspace: Workspace, dataset: str, progress: Progress = silent) -> list[Entry]:
    """The ledger of a data set; runs that have not predicted what is wanted for it do so first."""
    store, masks = TileStore.open(workspace.existing_dataset(dataset)), MaskStore(workspace.database_url)
    entries = ledger(workspace, store, masks)
    missing = dict.fromkeys(run for entry in entries for run in entry.missing)
    if not missing:
        return entries
    from core.segment.predict import predict

    for run in missing:
        predict(workspace, run, dataset, SPLIT, progress=progress)
    return ledger(workspace, store, masks)


def run(workspace: Workspace, folder: JobFolder, progress: Progress, dataset: str) -> dict[str, Any]:
    """Job: `measured`."""
    return {"dataset": dataset, "runs": [entry.run for entry in measured(workspace, dataset, progress)]}


def in_words(entry: Entry) -> str:
    """Some lines for people."""
    span = "" if entry.first is None else f", {_moment(entry.first)} to {_moment(entry.last)}"
    who = f" by {', '.join(entry.reviewers)}{span}" if entry.reviewers else ""
    lines = [f"{entry.run}: learned {entry.revisions:,} masks{who}"]
    if entry.base:
        lines.append(f"against {entry.base}, over {entry.tiles:,} tiles that both kept aside and nobody touched")
    if entry.score is not None:
        lines.append(
            f"score {numbers.score(entry.score)}, without reviews {numbers.score(entry.base_score)}: {gain(entry)}"
        )
    return "\n  ".join([*lines, *([entry.words] if entry.words else [])])


def gain(entry: Entry) -> str:
    """'+0.012 ± 0.004'; a dash where it is not known."""
    if entry.difference is None:
        return numbers.NOTHING
    return numbers.with_error(numbers.signed(entry.difference), numbers.score(entry.standard_error))


def bootstrap_error(differences: npt.NDArray[np.float64], seed: int = 0) -> float:
    """Standard error of the mean of (n,) numbers: its spread over `DRAWS` samples drawn from them with replacement."""
    return float(np.std(means(differences, DRAWS, seed), ddof=1))


def _moment(time: datetime | None) -> str:
    return f"{time:%Y-%m-%d %H:%M} UTC" if time else numbers.NOTHING


def _learned(run: RunFolder, store: TileStore) -> _Learned | None:
    """None for a run on other tiles, one that has not begun, and one that can't be read: its own page tells of that."""
    try:
        config = atomic.read_object(run.config)
        if (config["dataset"], config["checksum"]) != (store.name, store.source.get("checksum")):
            return None
        settings = TrainSettings.from_dict(config["settings"])
        return _Learned(run, jobs.status(run).state, settings, frozenset(config["validation_ids"]))
    except (OSError, ValueError, KeyError, TypeError, SaltScopeError):
        return None


def _entry(mine: _Learned, runs: list[_Learned], store: TileStore, history: pd.DataFrame) -> Entry:
    learned = pd.read_parquet(mine.run.labels)
    made = history[history["id"].isin(learned["revision"])]
    reviewers = sorted(made["reviewer"].unique())
    span = (made["time"].min(), made["time"].max()) if len(made) else (None, None)
    entry = Entry(mine.run.id, mine.state.value, len(learned), reviewers, *span)
    if mine.state is not State.FINISHED:
        return replace(entry, words=f"it is {mine.state.value}, so there is no score yet")
    base = _base(mine, runs)
    if base is None:
        return replace(entry, words="no finished run with the same settings learned the data set's own labels")
    touched = set(history["tile"]) | set(learned["id"])
    tiles = sorted((mine.kept_aside & base.kept_aside) - touched)
    return _compared(replace(entry, base=base.run.id, tiles=len(tiles)), mine.run, base.run, store, tiles)


def _base(mine: _Learned, runs: list[_Learned]) -> _Learned | None:
    """The newest finished run that was told the same but to learn the data set's own labels."""
    wanted = replace(mine.settings, labels="competition")
    return next((one for one in runs if one.state is State.FINISHED and one.settings == wanted), None)


def _compared(entry: Entry, run: RunFolder, base: RunFolder, store: TileStore, tiles: list[str]) -> Entry:
    if not tiles:
        return replace(entry, words="people have touched every tile that both runs kept aside")
    scores = [_scores(one, store, tiles) for one in (run, base)]
    missing = tuple(one.id for one, known in zip((run, base), scores, strict=True) if known is None)
    if scores[0] is None or scores[1] is None:
        return replace(entry, missing=missing, words=f"not predicted yet: {', '.join(missing)}")
    difference = scores[0] - scores[1]
    return replace(
        entry,
        score=float(scores[0].mean()),
        base_score=float(scores[1].mean()),
        difference=float(difference.mean()),
        standard_error=bootstrap_error(difference) if len(tiles) > 1 else None,
    )


def _scores(run: RunFolder, store: TileStore, tiles: list[str]) -> npt.NDArray[np.float64] | None:
    """The score of each tile by the run's best network alone; None where it has not predicted all of them."""
    for folder in run.predictions_of(store.name):
        found = _sound(run, folder, store)
        if found is not None and all(map(found.has, tiles)):
            return found.frame["map"].to_numpy(np.float64)[[found.position(tile) for tile in tiles]]
    return None


def _sound(run: RunFolder, folder: Path, store: TileStore) -> Predictions | None:
    """Predictions of these very tiles by what is the run's best network now."""
    try:
        found = load_predictions(folder)
        current = is_of_now(run, found.facts)
    except (SaltScopeError, OSError, ValueError):
        return None
    return found if current and found.facts.get("checksum") == store.source.get("checksum") else None
