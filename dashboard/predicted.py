"""What runs predicted for tiles, as the pages show it beside the labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from core.dataset import rle
from core.dataset.tiles import TileStore
from core.explore import numbers
from core.workspace import RunFolder
from dashboard import cache, state

MOST_RUNS = 8  # that are compared on one tile: the newest


@dataclass(frozen=True, eq=False)
class TilePrediction:
    """What a run says of one tile.

    probability: (H, W) uint8, 255 is 1 · mask: (H, W) uint8 in {0, 1} · emptied: its share of salt 0…1 before it was
    emptied as doubtful, 0 where it was not · figures: a row of `Predictions.frame`.
    """

    run: str
    probability: np.ndarray
    mask: np.ndarray
    emptied: float
    figures: dict[str, Any]

    @property
    def facts(self) -> list[tuple[str, str]]:
        """Names and values for people; a dash where something is not known."""
        return [
            ("Predicted salt", numbers.percent(self.figures["salt_proportion"])),
            ("Salt before it was emptied", numbers.percent(self.emptied) if self.emptied else numbers.NOTHING),
            ("Any salt at all", numbers.percent(self.figures.get("any_salt", np.nan))),
            ("Confidence", numbers.score(self.figures["confidence"])),
            ("Score", numbers.score(self.figures["map"])),
            ("IoU", numbers.score(self.figures["iou"])),
            ("Kept aside", "yes" if self.figures["validation"] else numbers.NOTHING),
        ]


def chosen_run() -> RunFolder | None:
    """The run in the bar."""
    name = state.selection().run
    return cache.workspace().run(name) if name else None


def codes(run: RunFolder | None, store: TileStore, rows: np.ndarray) -> list[str | None]:
    """Run-length codes of the masks that `run` predicted for the tiles in `rows` (k,); None where it predicted none."""
    found, known = masks(run, store, rows)
    return [code if here else None for code, here in zip(rle.encode_many(found), known, strict=True)]


def masks(run: RunFolder | None, store: TileStore, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What `run` predicted for the tiles in `rows` (k,): masks (k, H, W) uint8 in {0, 1}, and which it knows (k,)."""
    found, known = np.zeros((len(rows), *store.tile_shape), np.uint8), np.zeros(len(rows), bool)
    ids = store.index["id"].iloc[rows]
    for folder in run.predictions_of(store.name) if run else ():
        missing = np.flatnonzero(~known)
        opened = cache.predictions(folder)
        positions = opened.positions(ids.iloc[missing])
        places = missing[positions >= 0]
        found[places] = opened.masks(positions[positions >= 0])
        known[places] = True
    return found, known


def of_tile(run: RunFolder | None, dataset: str, tile: str) -> TilePrediction | None:
    """The newest prediction of `tile` by `run`, if there is one."""
    for folder in run.predictions_of(dataset) if run else ():
        opened = cache.predictions(folder)
        if run and opened.has(tile):
            position = opened.position(tile)
            figures = {str(name): value for name, value in opened.frame.iloc[position].items()}
            probability, mask = np.asarray(opened.probabilities[position]), opened.mask(position)
            emptied = float(opened.emptied(np.array([position]), mask[None])[0])
            return TilePrediction(run.id, probability, mask, emptied, figures)
    return None


def all_of_tile(dataset: str, tile: str) -> list[TilePrediction]:
    """What the newest runs that predicted `tile` say of it, the newest first."""
    found: list[TilePrediction] = []
    for run in cache.workspace().all_runs():
        prediction = of_tile(run, dataset, tile)
        found += [prediction] if prediction else []
        if len(found) == MOST_RUNS:
            break
    return found
