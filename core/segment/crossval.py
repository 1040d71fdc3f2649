"""Cross-validation: every labelled tile is predicted by a network that did not learn it. Imports torch.

    runs/<id>/config.json       settings, dataset, checksum, folds (how many)
    runs/<id>/folds.parquet     id, fold: decided once, whatever becomes of the mosaic
    runs/<id>/folds/fold-<k>/   a training, as any run holds it, and result.json once it is done
    runs/<id>/folds/random/     fold 0 of a split that tears sections apart, where the leak is measured
    runs/<id>/scores.parquet    id, fold, map, random of each labelled tile

The folds come one after the other; a whole one is never trained again.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from core import atomic
from core.dataset.tiles import TileStore
from core.errors import TrainingFailed
from core.progress import Progress, silent
from core.segment import grouping, metrics
from core.segment.config import load_config
from core.segment.labels import labelled_for
from core.segment.plan import fold_numbers
from core.segment.postprocess import FEWEST, tune_run
from core.segment.predict import predict
from core.segment.predictions import load_predictions
from core.segment.settings import TrainSettings
from core.segment.train import train
from core.segment.treatment import PLAIN
from core.segment.tuning import Mean
from core.workspace import JobFolder, RunFolder, Workspace


def run(
    workspace: Workspace, folder: JobFolder, progress: Progress, settings: dict[str, Any], leak: bool = False
) -> dict[str, Any]:
    """Job: `cross_validate`."""
    return cross_validate(workspace, RunFolder(folder.root), TrainSettings.from_dict(settings), leak, progress)


def cross_validate(
    workspace: Workspace, run: RunFolder, settings: TrainSettings, leak: bool = False, progress: Progress = silent
) -> dict[str, Any]:
    """Train all folds, or those that are left; predict each labelled tile by the fold that kept it aside; tune.

    leak: also train fold 0 of a split without groups, and compare on its tiles. Gives what `train` gives, with best
    {epoch (mean), map, loss (mean)} over all labelled tiles, and folds, standard_error, tiles, by_fold, leak
    {tiles, grouped, random, gain {value, error}} or None. Raises as `train` does.
    """
    store = labelled_for(run, TileStore.open(workspace.existing_dataset(settings.dataset)))
    split = _split(workspace, run, store, settings, progress)
    count = int(split["fold"].max()) + 1
    parts = count + leak
    results: list[dict[str, Any]] = []
    for number, (folder, one, aside) in enumerate(_trainings(run, settings, split, leak)):
        told = _Part(progress, number, parts, results)
        results.append(_result(workspace, run, folder, one, aside, told))
    progress(0, None, "predicting what each fold kept aside", tiles_per_second=None)
    predict(workspace, run.id, settings.dataset, "train", progress=progress)
    scores = _scores(run, store, split, leak, progress)
    if len(scores) >= FEWEST:
        tune_run(workspace, run.id, progress)
    return _summary(results, scores, count)


def _split(
    workspace: Workspace, run: RunFolder, store: TileStore, settings: TrainSettings, progress: Progress
) -> pd.DataFrame:
    """id and fold of each labelled tile; as it was decided at the start. Raises `TrainingFailed`."""
    if run.split.exists():
        if load_config(run)["checksum"] != store.source.get("checksum"):
            raise TrainingFailed(f"data set {store.name!r} was replaced since {run.id} began; start a new one on it")
        return pd.read_parquet(run.split)
    groups = grouping.grouping(workspace, store, settings.groups, progress)
    alone = grouping.Grouping("none", np.arange(len(store)))
    numbers, random = (fold_numbers(workspace, store, some, settings) for some in (groups, alone))
    labelled = np.flatnonzero(numbers >= 0)
    if numbers.max() + 1 < settings.folds:
        raise TrainingFailed(
            f"data set {store.name!r} has {len(labelled)} labelled tiles, which with their groups make "
            f"{numbers.max() + 1} folds, too few for folds={settings.folds}; choose fewer"
        )
    ids = store.index["id"].iloc[labelled].to_numpy()
    split = pd.DataFrame({"id": ids, "fold": numbers[labelled], "random": random[labelled]})
    config = {
        "settings": settings.to_dict(),
        "dataset": store.name,
        "checksum": store.source.get("checksum"),
        "tile_shape": list(store.tile_shape),
        "folds": settings.folds,
        "train_tiles": len(labelled),
        "validation_tiles": len(labelled),
        "groups": grouping.facts(groups, labelled, labelled),
        "validation_ids": split["id"].tolist(),
    }
    atomic.write_json(run.config, config)
    with atomic.replacing(run.split) as part:
        split.to_parquet(part, index=False)
    return split


def _trainings(
    run: RunFolder, settings: TrainSettings, split: pd.DataFrame, leak: bool
) -> Iterator[tuple[RunFolder, TrainSettings, list[str]]]:
    """Folder, settings and the tiles kept aside of each training, in order."""
    for fold in range(settings.folds):
        yield run.fold(fold), replace(settings, fold=fold), split["id"][split["fold"] == fold].tolist()
    if leak:
        aside = split["id"][split["random"] == 0].tolist()
        yield run.random_fold, replace(settings, fold=0, groups="none"), aside


def _result(
    workspace: Workspace, run: RunFolder, folder: RunFolder, settings: TrainSettings, aside: list[str], told: Progress
) -> dict[str, Any]:
    """Train one fold, unless that was done before; every one in the number format that the first has chosen."""
    if folder.result.exists():
        return atomic.read_object(folder.result)
    if not folder.validation.exists():
        folder.root.mkdir(parents=True, exist_ok=True)
        if run.labels.exists():
            shutil.copyfile(run.labels, folder.labels)
        atomic.write_json(folder.validation, {"ids": aside})
    first = run.fold(0)
    if folder != first and first.config.exists():
        chosen = load_config(first)
        settings = replace(settings, **{name: chosen[name] for name in ("precision", "launch") if name in chosen})
    result = train(workspace, folder, settings, told)
    atomic.write_json(folder.result, result)
    return result


class _Part:
    """The progress of one training among several: of the whole."""

    def __init__(self, progress: Progress, number: int, parts: int, results: list[dict[str, Any]]) -> None:
        self._progress, self._number, self._parts = progress, number, parts
        self._before = sum(result["epoch"] for result in results)
        self._results = list(results)

    def __call__(self, done: int, total: int | None, what: str, **facts: Any) -> None:
        if "epoch" in facts:
            facts |= {"epoch": self._before + facts["epoch"], "fold": self._number}
        if facts.get("epochs"):
            facts["epochs"] = self._before + facts["epochs"] * (self._parts - self._number)
        words = f"fold {self._number + 1} of {self._parts}: {what}"
        whole = None if total is None else total * self._parts
        self._progress(done + (total or 0) * self._number, whole, words, **facts)


def _scores(run: RunFolder, store: TileStore, split: pd.DataFrame, leak: bool, progress: Progress) -> pd.DataFrame:
    """id, fold, map of each labelled tile by the fold that kept it aside; random: by the random fold, else NaN.

    Masks are those at .5, whatever treatment the run has, and the labels those that it learned.
    """
    found = load_predictions(run.predictions(store.name, "train"))
    places = found.positions(split["id"])
    predicted = places >= 0
    scores = split[["id", "fold"]].assign(map=np.nan, random=np.nan)
    rows = store.rows(split["id"][predicted].tolist())
    scores.loc[predicted, "map"] = _plain_scores(store, rows, found.probabilities[places[predicted]])
    if leak:
        scores.loc[split["random"] == 0, "random"] = _random_scores(store, run.random_fold, split, progress)
    with atomic.replacing(run.scores) as part:
        scores.to_parquet(part, index=False)
    return scores.dropna(subset="map")


def _random_scores(store: TileStore, folder: RunFolder, split: pd.DataFrame, progress: Progress) -> np.ndarray:
    from core.segment.predict import Predictor

    rows = store.rows(split["id"][split["random"] == 0].tolist())
    maps = np.concatenate([found for found, _ in Predictor([folder]).maps(store, rows, progress)])
    return _plain_scores(store, rows, maps)


def _plain_scores(store: TileStore, rows: np.ndarray, maps: np.ndarray) -> np.ndarray:
    return metrics.competition_score(store.masks[rows], PLAIN.masks(maps, np.zeros(len(rows), bool)))


def _summary(results: list[dict[str, Any]], scores: pd.DataFrame, count: int) -> dict[str, Any]:
    own = results[:count]
    whole = Mean.of(scores["map"].to_numpy())
    best = {
        "epoch": round(float(np.mean([one["best"]["epoch"] for one in own]))),
        "map": whole.value,
        "loss": float(np.mean([one["best"]["loss"] for one in own])),
    }
    by_fold = scores.groupby("fold")["map"].agg(["mean", "size"]).rename(columns={"mean": "map", "size": "tiles"})
    facts = {name: own[0].get(name) for name in ("device", "precision", "micro_batch")}
    return facts | {
        "epoch": sum(one["epoch"] for one in results),
        "epochs": sum(one["epochs"] for one in results),
        "best": best,
        "seconds": round(sum(one["seconds"] for one in results), 1),
        "early": any(one["early"] for one in results),
        "folds": count,
        "map": whole.value,
        "standard_error": whole.error,
        "tiles": len(scores),
        "by_fold": by_fold.reset_index().to_dict("records"),
        "leak": _leak(scores),
    }


def _leak(scores: pd.DataFrame) -> dict[str, Any] | None:
    """How much better the same tiles score where tiles of their sections were learned."""
    both = scores.dropna()
    if both.empty:
        return None
    gain = Mean.of((both["random"] - both["map"]).to_numpy())
    return {
        "tiles": len(both),
        "grouped": float(both["map"].mean()),
        "random": float(both["random"].mean()),
        "gain": {"value": gain.value, "error": gain.error},
    }
