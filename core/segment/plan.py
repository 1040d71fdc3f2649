"""What a run decides once, at its start, and keeps in config.json for every later resume. Imports torch."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from core import atomic
from core.dataset.splits import folds
from core.dataset.tiles import TileStore
from core.errors import TrainingFailed
from core.progress import Progress, silent
from core.segment import first_weights, grouping
from core.segment.config import load_config
from core.segment.depths import depths_of
from core.segment.device import describe
from core.segment.settings import TrainSettings
from core.segment.trials import choose_launch, choose_precision
from core.workspace import RunFolder, Workspace

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Plan:
    """Which tiles are learned and which are kept aside, and how the device is used.

    train_rows, validation_rows: rows of the data set · precision: fp32 or bf16 · device: its name in words ·
    micro_batch: tiles that memory allows at once · launch: as `TrainingStep` takes it · depths: mean and spread of
    those that are learned, None: the network is not told them.
    """

    train_rows: npt.NDArray[np.int64]
    validation_rows: npt.NDArray[np.int64]
    precision: str
    device: str
    micro_batch: int
    launch: str
    depths: dict[str, float] | None


def make_plan(
    workspace: Workspace, run: RunFolder, store: TileStore, settings: TrainSettings, progress: Progress = silent
) -> Plan:
    """The plan in config.json, or a new one that is written there; it holds whatever becomes of the mosaic later.

    Raises `TrainingFailed` for fewer than two labelled tiles, or when the data set is another than at the start.
    """
    begins = not run.config.exists()
    if begins:
        atomic.write_json(run.config, _decide(workspace, run, store, settings, progress))
    config = json.loads(run.config.read_bytes())
    was_fast = not begins and config["precision"] == "bf16" and config["device"].get("bf16")
    if was_fast and not describe(settings.device)["bf16"]:
        logger.warning(
            "run %s began in bf16, which this device only imitates, many times slower than %s had it; "
            "go on with it there, or start a new run here",
            *(run.id, config["device"]["name"]),
        )
    if config["checksum"] != store.source.get("checksum"):
        raise TrainingFailed(f"data set {store.name!r} was replaced since run {run.id} began; start a new run on it")
    validation = np.sort(store.rows(config["validation_ids"]))
    train = np.setdiff1d(_labelled(store), validation)
    launch, depths = config.get("launch", "eager"), config.get("depths")  # runs of older versions do not say
    device = config["device"]["name"]
    return Plan(train, validation, config["precision"], device, config["micro_batch"], launch, depths)


def keep_micro_batch(run: RunFolder, tiles: int) -> None:
    """Note for every later resume that memory allows only `tiles` tiles at once."""
    atomic.write_json(run.config, load_config(run) | {"micro_batch": tiles})


def _labelled(store: TileStore) -> npt.NDArray[np.int64]:
    return np.flatnonzero(store.index["has_mask"].to_numpy())


def _decide(
    workspace: Workspace, run: RunFolder, store: TileStore, settings: TrainSettings, progress: Progress
) -> dict[str, Any]:
    """The tiles to keep aside are those of validation.json, where a cross-validation has written it."""
    labelled = _labelled(store)
    if len(labelled) < 2:
        raise TrainingFailed(
            f"data set {store.name!r} has {len(labelled) or 'no'} labelled tile{'s' * (len(labelled) != 1)}; "
            "a training needs at least 2, one to learn from and one to measure on"
        )
    depths = depths_of(store) if settings.depth else None
    first_weights.fetch(settings)
    device = describe(settings.device)
    precision, speeds = choose_precision(settings, store.tile_shape)
    groups = grouping.grouping(workspace, store, settings.groups, progress)
    if run.validation.exists():
        validation = np.sort(store.rows(atomic.read_object(run.validation, ids=list)["ids"]))
    else:
        validation = _validation(workspace, store, groups, settings)
    train_tiles = len(labelled) - len(validation)
    steps = settings.epochs * -(-train_tiles // settings.batch_size)
    launch, launch_speeds = choose_launch(replace(settings, precision=precision), store.tile_shape, steps)
    return {
        "settings": settings.to_dict(),
        "dataset": store.name,
        "checksum": store.source.get("checksum"),
        "tile_shape": list(store.tile_shape),
        "train_tiles": train_tiles,
        "validation_tiles": len(validation),
        "groups": grouping.facts(groups, labelled, validation),
        "device": device,
        "precision": precision,
        "launch": launch,
        "speeds": speeds | launch_speeds,  # tiles/s of training steps, as measured for these choices
        "micro_batch": settings.batch_size * settings.networks,
        "depths": depths,
        "first_weights": first_weights.in_words(settings),
        "validation_ids": store.index["id"].iloc[validation].tolist(),
    }


def fold_numbers(
    workspace: Workspace, store: TileStore, groups: grouping.Grouping, settings: TrainSettings
) -> npt.NDArray[np.int64]:
    """The fold of each tile, (N,), -1: of none; few tiles make fewer folds.

    They are made of the data set's own labels, so that they are the same for all runs, whatever reviewers have made of
    them. A tile that only they have labelled stays with its group, or is always learned.
    """
    own = TileStore.open(workspace.existing_dataset(store.name))
    first = own if len(_labelled(own)) > 1 else store
    rows = _labelled(first)
    salt = first.index["salt_proportion"].to_numpy()[rows]
    together = groups.among(rows)
    k = min(settings.folds, len(rows) if together is None else len(np.unique(together)))
    numbers = np.full(len(store), -1)
    numbers[rows] = folds(salt, together, k, settings.split_seed)
    if together is not None:
        of_group = dict(zip(together.tolist(), numbers[rows].tolist(), strict=True))
        new = np.setdiff1d(_labelled(store), rows)
        numbers[new] = [of_group.get(group, -1) for group in groups.numbers[new].tolist()]
    return numbers


def _validation(
    workspace: Workspace, store: TileStore, groups: grouping.Grouping, settings: TrainSettings
) -> npt.NDArray[np.int64]:
    """Rows of the fold that is kept aside."""
    numbers = fold_numbers(workspace, store, groups, settings)
    k = int(numbers.max()) + 1
    if settings.fold >= k:
        raise TrainingFailed(
            f"fold={settings.fold}: {(numbers >= 0).sum()} labelled tiles and their groups make {k} folds"
        )
    return np.flatnonzero(numbers == settings.fold)
