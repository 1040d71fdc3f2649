"""One training step on a device, as large as its memory allows, and what makes it fastest there. Imports torch."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable

import torch
from lightning_fabric import Fabric
from torch import Tensor, nn
from torch.optim import AdamW, Optimizer

from core.segment.allocation import give_back, keep_memory
from core.segment.device import resolve
from core.segment.ensemble import members
from core.segment.launch import Recorded, compiled
from core.segment.losses import Loss, bce_dice
from core.segment.models import build
from core.segment.settings import TrainSettings
from core.segment.side_by_side import SideBySide, workers

logger = logging.getLogger(__name__)

FORMATS = {"fp32": "32-true", "bf16": "bf16-mixed"}  # the setting and Fabric's word for it
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
    optimizer = AdamW(model.parameters(), settings.learning_rate, weight_decay=settings.weight_decay, fused=fused)
    wrapped, optimizer = fabric.setup(model, optimizer)
    return wrapped, optimizer


class TrainingStep:
    """Learns from one batch at a time, in as many parts as memory asks for.

    micro_batch: tiles at once, of an ensemble at least one for each network. When memory does not suffice it is halved,
    once and for all; then `smaller` is told the new size. The gradient is the same but for batch norm, which sees a
    part at a time · launch: eager, side_by_side, graph or compiled (and recorded as a graph); what does not work here
    is done without, with a warning.
    """

    def __init__(
        self,
        fabric: Fabric,
        model: nn.Module,
        optimizer: Optimizer,
        micro_batch: int,
        smaller: Callable[[int], None] = lambda tiles: None,
        launch: str = "eager",
        loss: Loss = bce_dice,
    ) -> None:
        self.micro_batch, self.loss = micro_batch, loss
        self._fabric, self._model, self._optimizer, self._smaller = fabric, model, optimizer, smaller
        assert isinstance(model.module, nn.Module)
        self._least = len(members(model.module))
        self._forward = compiled(fabric, model) if launch == "compiled" else model
        self._at_once = launch == "side_by_side" and fabric.device.type == "cpu"
        self._side_by_side: SideBySide | None = None
        recorded = launch in ("graph", "compiled") and fabric.device.type == "cuda"
        self._learn = Recorded(self._whole, optimizer, fabric.device) if recorded else self._whole

    def __call__(self, images: Tensor, masks: Tensor) -> Tensor:
        """Learn from a batch; its loss stays on the device, and nobody waits for it.

        images: (N, 1 or 2, H, W) float, as the network takes them · masks: (N, 1, H, W) float in {0, 1}.
        """
        while (loss := self._tried(images, masks)) is None:
            pass
        return loss

    def _tried(self, images: Tensor, masks: Tensor) -> Tensor | None:
        """The loss; None: what was in the way is changed, try again."""
        try:
            return self._learn(images, masks)
        except Exception as error:
            full = out_of_memory(error)
            if (self.micro_batch <= self._least) if full else (self._forward is self._model):
                raise
            reason = str(error).partition("\n")[0]
        self._optimizer.zero_grad(set_to_none=True)  # out here the failed attempt's memory is free again
        if full:
            self._halve(len(images))
        else:
            logger.warning("torch.compile does not work here (%s): going on without", reason)
            self._forward = self._model
        return None

    def _whole(self, images: Tensor, masks: Tensor) -> Tensor:
        loss = self._gradients(images, masks)
        self._optimizer.step()
        self._optimizer.zero_grad(set_to_none=True)
        return loss

    def _gradients(self, images: Tensor, masks: Tensor) -> Tensor:
        count = workers(len(images)) if self._at_once else 1
        if count > 1 and self.micro_batch >= len(images):
            if self._side_by_side is None:
                self._side_by_side = SideBySide(self._fabric, self._model, self.loss, count)
            return self._side_by_side(images, masks)
        losses = []
        for part, truth in zip(images.split(self.micro_batch), masks.split(self.micro_batch), strict=True):
            loss = self.loss(self._forward(part), truth) * (len(part) / len(images))
            self._fabric.backward(loss)
            losses.append(loss.detach())
        return torch.stack(losses).sum() if len(losses) > 1 else losses[0]

    def _halve(self, batch: int) -> None:
        self.micro_batch = max(self._least, (min(self.micro_batch, batch) + 1) // 2)
        if self._fabric.device.type == "cuda":
            torch.cuda.empty_cache()
        give_back()
        self._smaller(self.micro_batch)


def out_of_memory(error: BaseException) -> bool:
    """Whether `error` says that there was not enough memory, on the CPU or on a GPU."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and any(words in str(error) for words in NO_MEMORY)


def wait_for(device: torch.device) -> None:
    """Return when the device has done all that it was given."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()
