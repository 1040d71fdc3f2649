"""One training step on a device, as large as its memory allows, and what makes it fastest there. Imports torch."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable

import torch
from lightning_fabric import Fabric
from torch import Tensor, nn
from torch.optim import Adam, Optimizer

from core.segment.allocation import give_back, keep_memory
from core.segment.device import resolve
from core.segment.losses import bce_dice
from core.segment.models import build
from core.segment.settings import TrainSettings

FORMATS = {"fp32": "32-true", "bf16": "bf16-mixed"}  # the setting and Fabric's word for it
GAIN = 1.1  # a coarser number format must be this much faster to be worth it
ROUNDS = 3
# Torch has an error of its own for a GPU's memory, but only words for the CPU's; the last two are oneDNN's.
NO_MEMORY = ("can't allocate memory", "could not create a primitive", "could not create a memory object")


def open_fabric(device: str, precision: str, deterministic: bool = False) -> Fabric:
    """Fabric for one device. device, precision: as in the settings, precision decided. Raises `BadInput`.

    deterministic: use only operations that give the same bits every time, as far as torch has them.
    """
    kind = resolve(device)
    logging.getLogger("lightning_fabric").setLevel(logging.WARNING)  # it tells each choice, `Plan` keeps them
    # Batches of one shape come again and again, so trying out every convolution algorithm once pays.
    torch.backends.cudnn.benchmark = kind == "cuda" and not deterministic
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # cuBLAS is only deterministic with this
    torch.use_deterministic_algorithms(deterministic, warn_only=True)
    if kind == "cpu":
        keep_memory()
    return Fabric(accelerator=kind, devices=1, precision=FORMATS[precision])


def set_up(fabric: Fabric, settings: TrainSettings) -> tuple[nn.Module, Optimizer]:
    """The network of `settings` with its first weights, and its optimiser, on Fabric's device."""
    fused = fabric.device.type in ("cpu", "cuda")
    model = build(settings).to(fabric.device)
    wrapped, optimizer = fabric.setup(model, Adam(model.parameters(), settings.learning_rate, fused=fused))
    return wrapped, optimizer


class TrainingStep:
    """Learns from one batch at a time, in as many parts as memory asks for.

    micro_batch: tiles of one part. When memory does not suffice it is halved, once and for all; then `smaller` is told
    the new size. The gradient is the same but for batch norm, which sees a part at a time.
    """

    def __init__(
        self,
        fabric: Fabric,
        model: nn.Module,
        optimizer: Optimizer,
        micro_batch: int,
        smaller: Callable[[int], None] = lambda tiles: None,
    ) -> None:
        self.micro_batch = micro_batch
        self._fabric, self._model, self._optimizer, self._smaller = fabric, model, optimizer, smaller

    def __call__(self, images: Tensor, masks: Tensor) -> Tensor:
        """Learn from a batch; its loss stays on the device, and nobody waits for it.

        images: (N, 1, H, W) float, normalised · masks: (N, 1, H, W) float in {0, 1}.
        """
        while (loss := self._loss(images, masks)) is None:  # out here the failed attempt's memory is free again
            self._halve(len(images))
        self._optimizer.step()
        self._optimizer.zero_grad(set_to_none=True)
        return loss

    def _loss(self, images: Tensor, masks: Tensor) -> Tensor | None:
        """The batch's loss, with its gradient left in the parameters; None: out of memory."""
        losses = []
        try:
            for part, truth in zip(images.split(self.micro_batch), masks.split(self.micro_batch), strict=True):
                loss = bce_dice(self._model(part), truth) * (len(part) / len(images))
                self._fabric.backward(loss)
                losses.append(loss.detach())
        except (RuntimeError, MemoryError) as error:
            if not out_of_memory(error) or self.micro_batch <= 1:
                raise
            return None
        return torch.stack(losses).sum() if len(losses) > 1 else losses[0]

    def _halve(self, batch: int) -> None:
        self.micro_batch = (min(self.micro_batch, batch) + 1) // 2
        self._optimizer.zero_grad(set_to_none=True)
        if self._fabric.device.type == "cuda":
            torch.cuda.empty_cache()
        give_back()
        self._smaller(self.micro_batch)


def out_of_memory(error: BaseException) -> bool:
    """Whether `error` says that there was not enough memory, on the CPU or on a GPU."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and any(words in str(error) for words in NO_MEMORY)


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
        self._fabric = open_fabric(settings.device, precision, settings.deterministic)
        tiles = torch.rand(min(settings.batch_size, 32), 1, *tile_shape, device=self._fabric.device)
        self._step = TrainingStep(self._fabric, *set_up(self._fabric, settings), len(tiles))
        self._batch = (tiles, (tiles > 0.5).float())
        self._seconds: list[float] = []

    def step(self) -> None:
        wait_for(self._fabric.device)
        begun = time.perf_counter()
        self._step(*self._batch)
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
