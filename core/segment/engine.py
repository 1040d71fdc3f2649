"""One training step on a device, and the number format that makes it fastest there. Imports torch."""

from __future__ import annotations

import logging
import time
from typing import Any

import torch
from lightning_fabric import Fabric
from torch import Tensor, nn
from torch.optim import Adam, Optimizer

from core.segment.device import resolve
from core.segment.losses import bce_dice
from core.segment.models import build
from core.segment.settings import TrainSettings

FORMATS = {"fp32": "32-true", "bf16": "bf16-mixed"}  # the setting and Fabric's word for it
GAIN = 1.1  # a coarser number format must be this much faster to be worth it
ROUNDS = 3


def open_fabric(device: str, precision: str) -> Fabric:
    """Fabric for one device. device, precision: as in the settings, precision decided. Raises `BadInput`."""
    kind = resolve(device)
    logging.getLogger("lightning_fabric").setLevel(logging.WARNING)  # it tells each choice, `Plan` keeps them
    # Batches of one shape come again and again, so trying out every convolution algorithm once pays.
    torch.backends.cudnn.benchmark = kind == "cuda"
    return Fabric(accelerator=kind, devices=1, precision=FORMATS[precision])


def set_up(fabric: Fabric, settings: TrainSettings) -> tuple[nn.Module, Optimizer]:
    """The network of `settings` with its first weights, and its optimiser, on Fabric's device."""
    fused = fabric.device.type in ("cpu", "cuda")
    model = build(settings).to(fabric.device)
    wrapped, optimizer = fabric.setup(model, Adam(model.parameters(), settings.learning_rate, fused=fused))
    return wrapped, optimizer


def training_step(fabric: Fabric, model: nn.Module, optimizer: Optimizer, images: Tensor, masks: Tensor) -> Tensor:
    """Learn from one batch; its loss stays on the device, and nobody waits for it.

    images: (N, 1, H, W) float, normalised · masks: (N, 1, H, W) float in {0, 1}.
    """
    loss = bce_dice(model(images), masks)
    fabric.backward(loss)
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    return loss.detach()


def choose_precision(settings: TrainSettings, tile_shape: tuple[int, int]) -> tuple[str, dict[str, float]]:
    """The number format to train with, and the tiles/s that were measured for each (empty if it was not asked)."""
    if settings.precision != "auto":
        return settings.precision, {}
    trials = {precision: _Trial(settings, precision, tile_shape) for precision in FORMATS}
    for _ in range(1 + ROUNDS):  # in turns, so that another program's load meets both
        for trial in trials.values():
            trial.step()
    speeds = {precision: round(trial.tiles_per_second, 1) for precision, trial in trials.items()}
    return ("bf16" if speeds["bf16"] >= GAIN * speeds["fp32"] else "fp32"), speeds


class _Trial:
    """Training steps on one made-up batch."""

    def __init__(self, settings: TrainSettings, precision: str, tile_shape: tuple[int, int]) -> None:
        self._fabric = open_fabric(settings.device, precision)
        self._model, self._optimizer = set_up(self._fabric, settings)
        tiles = torch.rand(min(settings.batch_size, 32), 1, *tile_shape, device=self._fabric.device)
        self._batch: tuple[Any, Any] = (tiles, (tiles > 0.5).float())
        self._seconds: list[float] = []

    def step(self) -> None:
        wait_for(self._fabric.device)
        begun = time.perf_counter()
        training_step(self._fabric, self._model, self._optimizer, *self._batch)
        wait_for(self._fabric.device)
        self._seconds.append(time.perf_counter() - begun)

    @property
    def tiles_per_second(self) -> float:
        """Of the fastest step; the first one does not count, since it sets things up."""
        return len(self._batch[0]) / min(self._seconds[1:])


def wait_for(device: torch.device) -> None:
    """Return when the device has done all that it was given."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()
