"""What is fastest on this device, found by a few training steps on one made-up batch. Imports torch."""

from __future__ import annotations

import time
from dataclasses import replace

import torch

from core.segment.device import describe, resolve
from core.segment.engine import FORMATS, TrainingStep, open_fabric, set_up, wait_for
from core.segment.launch import WARM_UP, pays, worth_compiling
from core.segment.losses import loss_at
from core.segment.settings import TrainSettings
from core.segment.side_by_side import others_at_work, workers

GAIN = 1.1  # a coarser number format must be this much faster to be worth it
ROUNDS = 3  # steps that count, the fastest of them
BATCH = 32  # tiles at most

Speeds = dict[str, float]  # tiles/s by what was tried


def choose_precision(settings: TrainSettings, tile_shape: tuple[int, int]) -> tuple[str, Speeds]:
    """The number format to train with, and the tiles/s that were measured for each, if there was a choice.

    A device that only imitates bf16 is not tried with it: a few steps take a CPU without it more than a minute.
    """
    if settings.precision != "auto":
        return settings.precision, {}
    if not describe(settings.device)["bf16"]:
        return "fp32", {}
    # Where a GPU waits for the host, a format's own speed shows only in a recorded step.
    launch = "graph" if settings.launch != "eager" and resolve(settings.device) == "cuda" else "eager"
    trials = {one: _Trial(replace(settings, precision=one, launch=launch), tile_shape) for one in FORMATS}
    speeds = _speeds(trials)
    return ("bf16" if speeds["bf16"] >= GAIN * speeds["fp32"] else "fp32"), speeds


def choose_launch(settings: TrainSettings, tile_shape: tuple[int, int], steps: int) -> tuple[str, Speeds]:
    """How the operations of each of `steps` steps shall reach the device, and the tiles/s that were measured for it.

    settings: with a decided precision. On a CPU no step is tried: there is nothing to record for, and compiling made
    each of the networks slower; the networks of an ensemble go side by side, and the parts of a batch do where other
    programs are at work. On a GPU it is tried where the training is long enough, and taken where it saves more than it
    costs.
    """
    if settings.launch != "auto":
        return settings.launch, {}
    if (device := resolve(settings.device)) != "cuda":
        apart = device == "cpu" and _goes_side_by_side(settings)
        return ("side_by_side" if apart else "eager"), {}
    speeds = _speeds({one: _Trial(replace(settings, launch=one), tile_shape) for one in ("eager", "graph")})
    best = max(speeds, key=lambda one: speeds[one])
    seconds = settings.batch_size / speeds[best]
    if worth_compiling(steps, seconds):
        begun = time.perf_counter()
        speeds |= _speeds({"compiled": _Trial(replace(settings, launch="compiled"), tile_shape)})
        if pays(steps, seconds, settings.batch_size / speeds["compiled"], time.perf_counter() - begun):
            best = "compiled"
    return best, speeds


def _goes_side_by_side(settings: TrainSettings) -> bool:
    """Where all cores have an equal number of an ensemble's networks, which loses nothing by it, or at need."""
    count = workers(settings.batch_size * settings.networks)
    even = settings.networks > 1 and settings.networks % min(count, settings.networks) == 0
    return count > 1 and (even or others_at_work())


def _speeds(trials: dict[str, _Trial]) -> Speeds:
    for _ in range(max(trial.rounds for trial in trials.values())):
        for trial in trials.values():  # in turns, so that another program's load meets all
            trial.step()
    return {name: round(trial.tiles_per_second, 1) for name, trial in trials.items()}


class _Trial:
    """Training steps with settings that leave nothing open."""

    def __init__(self, settings: TrainSettings, tile_shape: tuple[int, int]) -> None:
        self._fabric = open_fabric(settings.device, settings.precision, settings.deterministic)
        count = min(settings.batch_size, BATCH) * settings.networks
        tiles = torch.rand(count, 1, *tile_shape, device=self._fabric.device)
        loss = loss_at("bce_dice", 0, settings.salt_head)
        parts = (self._fabric, *set_up(self._fabric, settings), len(tiles))
        self._step = TrainingStep(*parts, launch=settings.launch, loss=loss)
        self._batch = (tiles, (tiles > 0.5).float())
        self.rounds = 1 + ROUNDS + WARM_UP * (settings.launch != "eager")
        self._seconds: list[float] = []

    def step(self) -> None:
        wait_for(self._fabric.device)
        begun = self._clock()
        self._step(*self._batch)
        wait_for(self._fabric.device)
        self._seconds.append(self._clock() - begun)

    def _clock(self) -> float:
        """Seconds; on a CPU those that it worked for this process, shared among threads, whatever else it has to do."""
        if self._fabric.device.type == "cpu":
            return time.process_time() / torch.get_num_threads()
        return time.perf_counter()

    @property
    def tiles_per_second(self) -> float:
        """Of the fastest of the last steps; the first ones do not count, since they set things up."""
        return len(self._batch[0]) / min(self._seconds[-ROUNDS:])
