"""How long a training will take: from earlier runs of such a network on this device, else a rough figure. Torch-free.

The rough figure takes the network to work at the pace of the newest run of another one on this device, or, where there
is none, at a fixed one.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any

from core.errors import BadInput
from core.segment.architecture import Layer, layers, products
from core.segment.schedule import CROPPED
from core.segment.settings import TrainSettings
from core.workspace import RunFolder, Workspace

# What convolutions of small tiles were seen to reach, in products a second, forward and backward together.
ROUGH_CPU_CORE = {True: 3e10, False: 1.8e10}  # with bf16 in the hardware or without
ROUGH_GPU = 3e12
FEWEST = 200  # tiles that a run has learned, each time counted, whose pace is taken for that of others


@dataclass(frozen=True)
class Expectation:
    """seconds: of one epoch · measured: the id of the run they were measured in, None: a rough figure."""

    seconds: float
    measured: str | None


def expected_epoch(
    workspace: Workspace, settings: TrainSettings, labelled: int, tile_shape: tuple[int, int], device: dict[str, Any]
) -> Expectation:
    """The time for one epoch over a data set with `labelled` labelled tiles.

    device: as `core.segment.device.describe` gives it.
    """
    work, network = _work(settings, labelled, tile_shape), layers(settings)
    others: float | None = None
    for run in workspace.all_runs():
        if (found := _pace(run, device)) is not None:
            theirs, pace = found
            if theirs == network:
                return Expectation(work * pace, run.id)
            others = others or pace
    if others is not None:
        return Expectation(work * others, None)
    rate = ROUGH_GPU if device["device"] != "cpu" else ROUGH_CPU_CORE[device["bf16"]] * device["cores"]
    return Expectation(work / rate, None)


def _work(settings: TrainSettings, labelled: int, tile_shape: tuple[int, int]) -> float:
    """Products of an epoch: three passes for a tile that is learned, one for a tile that is measured on."""
    measured, whole = 1 / settings.folds, products(settings, tile_shape)
    crop = [min(settings.crop or side, side) for side in tile_shape]
    learned = CROPPED * products(settings, (crop[0], crop[1])) + (1 - CROPPED) * whole
    return labelled * (3 * (1 - measured) * learned + measured * whole)


def _pace(run: RunFolder, device: dict[str, Any]) -> tuple[list[Layer], float] | None:
    """What `run` trained and the seconds a product that it took, if that was on such a device."""
    try:
        config, last = (json.loads(path.read_bytes()) for path in (run.config, run.last.with_suffix(".json")))
        theirs = TrainSettings.from_dict(config["settings"])
        same_device = all(config["device"].get(name) == device.get(name) for name in ("name", "cores"))
        network = layers(theirs)
        learned = last["epoch"] * config["train_tiles"]
        labelled, shape = config["train_tiles"] + config["validation_tiles"], config["tile_shape"]
        pace = float(last["seconds"]) / last["epoch"] / _work(theirs, labelled, shape)
    except (
        OSError,
        ValueError,
        KeyError,
        TypeError,
        BadInput,
    ):  # a run that has not come so far, or of another version
        return None
    return (network, pace) if same_device and learned >= FEWEST and math.isfinite(pace) else None
