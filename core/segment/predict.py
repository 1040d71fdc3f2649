"""Probability maps of whole data sets, and the score of a run. Imports torch."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from torch import nn

from core import atomic
from core.dataset.tiles import TileStore
from core.errors import BadInput, NotFound
from core.progress import Progress, silent
from core.segment import asides, checkpoint, figures, foreign, metrics
from core.segment.batches import DeviceTiles
from core.segment.config import load_config
from core.segment.device import describe
from core.segment.engine import open_fabric
from core.segment.masking import Masking
from core.segment.models import build
from core.segment.partial import Partial
from core.segment.settings import TrainSettings
from core.segment.trials import choose_precision
from core.segment.tta import DEFAULT_VIEWS, find
from core.segment.validation import probability_maps
from core.workspace import JobFolder, RunFolder, Workspace

logger = logging.getLogger(__name__)

SPLITS = ("train", "test", "all")
BATCH = 64
NEEDED = {"validation_ids": list, "device": dict, "precision": str, "micro_batch": int}  # of config.json


def run(
    workspace: Workspace,
    folder: JobFolder,
    progress: Progress,
    run_id: str,
    dataset: str | None,
    split: str,
    others: Sequence[str] = (),
    views: str = DEFAULT_VIEWS,
) -> dict[str, Any]:
    """Job: `predict`."""
    return predict(workspace, run_id, dataset, split, others=others, views=views, progress=progress)


def predict(
    workspace: Workspace,
    run_id: str,
    dataset: str | None = None,
    split: str = "test",
    *,
    others: Sequence[str] = (),
    views: str = DEFAULT_VIEWS,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Write the maps and figures of a split (train, test or all), whole or not at all.

    dataset: None is the run's own · others: runs whose probabilities are averaged with those of this run · views: of
    each tile, by their name in `core.segment.tta`; they are averaged too. Gives run, dataset, split, tiles, seconds
    and the rest of prediction.json; `core.segment.predictions` reads the folder. What was stopped or killed goes on
    where it was.
    Raises `NotFound`, `BadInput`, and `Stopped` from `progress`.
    """
    begun = time.perf_counter()
    runs = [workspace.existing_run(name) for name in (run_id, *others)]
    predictor = Predictor(runs, views)
    store = TileStore.open(workspace.existing_dataset(dataset or predictor.dataset))
    rows = _rows(store, split)
    facts = {
        "run": run_id,
        "dataset": store.name,
        "checksum": store.source.get("checksum"),
        "split": split,
        "tiles": len(rows),
        "tile_shape": list(store.tile_shape),
        "views": views,
        "runs": [run.id for run in runs],
        "epoch": predictor.epochs[0],
        "epochs": predictor.epochs,
    }
    if missing := predictor.without_depth(store, rows):
        facts["without_depth"] = missing
        logger.warning(
            "%d of %d tiles of %s have no depth, which %s was told in its training: predicted as of the mean depth",
            *(missing, len(rows), store.name, run_id),
        )
    folder = runs[0].predictions(store.name, split)
    with atomic.resuming_folder(folder, lambda: progress(0, None, "waiting for another prediction of these")) as part:
        partial = Partial.open(part, len(rows), store.tile_shape, facts | {"weights": predictor.weights})
        for maps, beside in predictor.maps(store, rows, progress, partial.done):
            partial.add(maps, beside)
        facts["seconds"] = round(partial.seconds + time.perf_counter() - begun, 2)
        masking = Masking.of(runs[0])
        kept_aside = predictor.kept_aside(store)[rows]
        told = asides.table(partial.asides)
        frame = figures.figures(store, rows, partial.maps, told, kept_aside, masking)
        figures.write(part, frame, facts | masking.facts)
        partial.finish()
    return facts | masking.facts


def evaluate(
    workspace: Workspace,
    run_id: str,
    dataset: str | None = None,
    *,
    others: Sequence[str] = (),
    views: str = DEFAULT_VIEWS,
    progress: Progress = silent,
) -> dict[str, Any]:
    """The scores of a run: map (the competition's), iou, dice, threshold, tiles, standard_error (of map).

    others, views: as of `predict`; masks are made as was chosen for the run. On a data set that they learned it is over
    the tiles that all of them kept aside, elsewhere over all labelled ones. Where masks were tuned on these very tiles,
    held_out {value, error} is the score to report: of settings that were chosen without the tile's fold.
    Raises `NotFound`, `BadInput`, and `Stopped` from `progress`.
    """
    run = workspace.existing_run(run_id)
    if foreign.is_foreign(run) and not others:
        return foreign.evaluate(workspace, run, dataset)
    predictor = Predictor([run, *(workspace.existing_run(name) for name in others)], views)
    store = TileStore.open(workspace.existing_dataset(dataset or predictor.dataset))
    rows = np.flatnonzero(predictor.unlearned(store))
    if not len(rows):
        raise BadInput(f"data set {store.name!r} has no labelled tiles to measure on, which no network has learned")
    masking = Masking.of(predictor.runs[0])
    constant, counts, done = store.index["std"].to_numpy()[rows] == 0, [], 0
    for maps, beside in predictor.maps(store, rows, progress):
        some = slice(done, done := done + len(maps))
        masks = masking.treatment.masks(maps, constant[some], asides.any_salt(asides.table(beside)))
        counts.append(metrics.counts(store.masks[rows[some]], masks))
    both, either = np.concatenate(counts, axis=1)
    scores = metrics.score(both, either)
    return {
        "run": run_id,
        "dataset": store.name,
        "map": float(scores.mean()),
        "iou": float(metrics.iou(both, either).mean()),
        "dice": float(metrics.dice(both, either).mean()),
        "threshold": masking.treatment.threshold,
        "treatment": masking.treatment.to_dict(),
        "held_out": masking.held_out if store.name == predictor.dataset and not others else None,
        "tiles": len(rows),
        "standard_error": float(scores.std(ddof=1) / np.sqrt(len(rows))) if len(rows) > 1 else None,
    }


class Predictor:
    """The best networks of some runs, ready to predict together. Raises `NotFound` or `BadInput`.

    Each run counts as much as another; of a cross-validation, those networks that did not learn the tile, and all of
    them where none did. The first run says where, and in which number format as far
    as the device has it. precision: fp32 or bf16.
    """

    def __init__(self, runs: Sequence[RunFolder], views: str = DEFAULT_VIEWS) -> None:
        self.runs = list(runs)
        networks = [run.networks() for run in runs]
        for run, some in zip(runs, networks, strict=True):
            if run.split.exists() and some == [run]:
                raise NotFound(f"no fold of {run.id} has finished an epoch, so there is no network to predict with yet")
        self._configs = [[load_config(network, **NEEDED) for network in some] for some in networks]
        flat, first = [network for some in networks for network in some], self._configs[0][0]
        self.dataset: str = first["dataset"]
        facts = [checkpoint.load_facts(one.best, epoch=int, settings=dict, tile_shape=list) for one in flat]
        self.epochs: list[int] = [one["epoch"] for one in facts]
        self.weights = [_mark(network.best) for network in flat]
        every = [_settings(network, one["settings"]) for network, one in zip(flat, facts, strict=True)]
        self._views = [find(views, one.enlarge) for one in every]
        settings = _for_this_machine(flat[0], every[0], first)
        self.precision, _ = choose_precision(settings, _shape(flat[0], facts[0]["tile_shape"]))
        self._fabric = open_fabric(settings.device, self.precision, settings.deterministic)
        self._models = [self._fabric.setup_module(_best(run, one)) for run, one in zip(flat, every, strict=True)]
        self._batch = min(BATCH, 2 * first["micro_batch"])
        self._depth = any(one.depth for one in every)

    def kept_aside(self, store: TileStore) -> npt.NDArray[np.bool_]:
        """Which tiles of `store` are predicted by networks alone that did not learn them, though labelled: (N,)."""
        return np.logical_and.reduce([kept.any(axis=0) for kept in self._kept(store)])

    def unlearned(self, store: TileStore) -> npt.NDArray[np.bool_]:
        """Which tiles of `store` are labelled, and predicted by networks alone that did not learn them: (N,)."""
        found = store.index["has_mask"].to_numpy(bool)
        for kept, some in zip(self._kept(store), self._configs, strict=True):
            if some[0]["dataset"] == store.name:
                found = found & kept.any(axis=0)
        return found

    def without_depth(self, store: TileStore, rows: npt.NDArray[np.int64]) -> int:
        """How many of `rows` are taken to lie at the mean depth, as a network asks for theirs and there is none."""
        return int((~np.isfinite(store.index["z"].to_numpy(np.float64)[rows])).sum()) if self._depth else 0

    def maps(
        self, store: TileStore, rows: npt.NDArray[np.int64], progress: Progress, done: int = 0
    ) -> Iterator[tuple[npt.NDArray[np.uint8], npt.NDArray[np.float32]]]:
        """Of `rows` (k,) of `store` but for the first `done`, some at a time: maps (n, H, W) 0…255, `asides` (n, 1)."""
        tiles, shares = DeviceTiles.load(store, self._fabric.device, self._depth), self._shares(store)
        for first in range(done, len(rows), self._batch):
            progress(first, len(rows), f"predicting {store.name}")
            some = rows[first : first + self._batch]
            images = tiles.images(tiles.rows(some))
            maps, beside = probability_maps(self._models, images, self._views, shares[:, some])
            yield maps.cpu().numpy(), beside.cpu().numpy()
        progress(len(rows), len(rows), f"predicting {store.name}")

    def _kept(self, store: TileStore) -> list[npt.NDArray[np.bool_]]:
        """Of each run: which tiles each of its networks kept aside, (networks, N)."""
        known = store.index["id"]
        return [
            np.stack([known.isin(one["validation_ids"] if store.name == one["dataset"] else []) for one in some])
            for some in self._configs
        ]

    def _shares(self, store: TileStore) -> npt.NDArray[np.float32]:
        """How much each network has to say of each tile: (networks, N), 1 over all of them."""
        says = [np.where(kept.any(axis=0), kept, True) for kept in self._kept(store)]
        return np.concatenate([some / (some.sum(axis=0) * len(says)) for some in says]).astype(np.float32)


def _settings(run: RunFolder, values: dict[str, Any]) -> TrainSettings:
    with _damaged(run.best.with_suffix(".json")):
        return TrainSettings.from_dict(values)


def _shape(run: RunFolder, sides: list[Any]) -> tuple[int, int]:
    with _damaged(run.best.with_suffix(".json")):
        if len(sides) != 2 or not all(isinstance(side, int) and side > 0 for side in sides):
            raise BadInput(f"tile_shape={sides}: expected two numbers of pixels")
    return sides[0], sides[1]


@contextmanager
def _damaged(path: Path) -> Iterator[None]:
    """Say of what is wrong inside that it stands in `path`."""
    try:
        yield
    except BadInput as error:
        raise BadInput(f"{path} is damaged ({error}); restore it from a backup or train again") from error


def _best(run: RunFolder, settings: TrainSettings) -> nn.Module:
    model = build(settings)
    checkpoint.restore(run.best, checkpoint.load(run.best), model=model)
    return model


def _mark(path: Path) -> list[int]:
    """What is different when `path` was written anew."""
    facts = path.stat()
    return [facts.st_size, facts.st_mtime_ns]


def _for_this_machine(run: RunFolder, settings: TrainSettings, config: dict[str, Any]) -> TrainSettings:
    """The settings with the number format that the run chose, as far as the device is still of that kind and has it."""
    with _damaged(run.config):
        chosen = replace(settings, device=config["device"].get("device"), precision=config["precision"])
    try:
        here = describe(chosen.device)
    except BadInput:
        return replace(settings, device="auto", precision="auto")
    return chosen if here["bf16"] else replace(chosen, precision="fp32")


def _rows(store: TileStore, split: str) -> npt.NDArray[np.int64]:
    if split not in SPLITS:
        raise BadInput(f"split={split}: expected {', '.join(SPLITS)}")
    rows = np.flatnonzero((store.index["split"] == split).to_numpy() | (split == "all"))
    if not len(rows):
        raise BadInput(f"data set {store.name!r} has no {split} tiles to predict; choose another split")
    return rows
