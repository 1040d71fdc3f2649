"""How the operations of a training step reach the device: one by one, recorded, compiled. Imports torch.

One by one costs the host some 10 µs each, which a GPU waits for when tiles are small. A CUDA graph is recorded once and
then started as a whole; torch.compile puts operations together, but takes a minute or more before the first step.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from lightning_fabric import Fabric
from torch import Tensor, nn
from torch.optim import Optimizer

logger = logging.getLogger(__name__)

WARM_UP = 3  # steps before the recording, in which libraries choose their algorithms
COMPILE_SECONDS = 60.0  # what compiling a network takes at least, forward and backward
HOPED = 0.3  # share of a step's time that compiling may save

Step = Callable[[Tensor, Tensor], Tensor]


def worth_compiling(steps: int, seconds: float) -> bool:
    """Whether a training of `steps` steps of `seconds` is so long that compiling could pay, if it went well."""
    return steps * seconds * HOPED > COMPILE_SECONDS


def pays(steps: int, before: float, after: float, cost: float) -> bool:
    """Whether steps that take `after` instead of `before` seconds save more than `cost` seconds within `steps`."""
    return steps * (before - after) > cost


def compiled(fabric: Fabric, model: nn.Module) -> Callable[[Tensor], Tensor]:
    """`model`, a Fabric module, as torch.compile makes it: images to float32 logits. It is compiled when first called.

    The model itself stays as it is, so that what is measured on batches of other shapes is not compiled anew.
    """
    original = model.module
    assert isinstance(original, nn.Module)
    network = torch.compile(original, dynamic=False)

    def forward(images: Tensor) -> Tensor:
        with fabric.autocast():
            logits: Tensor = network(images)
        return logits.float()

    return forward


class Recorded:
    """A step that is recorded as a CUDA graph in its fourth call, and replayed from there on.

    step: forward, backward and optimiser for images and masks; it gives the loss, leaves no gradient behind and never
    waits for the device · optimizer: its learning rates may change from call to call, nothing else of it. What can't be
    recorded goes on one operation at a time, with a warning; so do batches of another shape.
    """

    def __init__(self, step: Step, optimizer: Optimizer, device: torch.device) -> None:
        self._step, self._optimizer = step, optimizer
        self._stream = torch.cuda.Stream(device)  # first steps and recording share it, as gradients remember theirs
        self._rates = [torch.zeros((), device=device) for _ in optimizer.param_groups]
        self._graph: torch.cuda.CUDAGraph | None = None
        self._wanted, self._calls = True, 0

    def __call__(self, images: Tensor, masks: Tensor) -> Tensor:
        """The loss of the step; what it lies in is the caller's."""
        if self._wanted and self._calls >= WARM_UP and self._graph is None:
            self._record(images, masks)
        self._calls += 1
        if self._graph is None or images.shape != self._batch[0].shape:
            return self._aside(images, masks)
        for own, given in zip(self._batch, (images, masks), strict=True):
            own.copy_(given)
        self._set_rates()
        self._graph.replay()
        return self._loss.clone()

    def _aside(self, images: Tensor, masks: Tensor) -> Tensor:
        here = torch.cuda.current_stream()
        self._stream.wait_stream(here)
        with torch.cuda.stream(self._stream):
            loss = self._step(images, masks)
        here.wait_stream(self._stream)
        return loss

    def _record(self, images: Tensor, masks: Tensor) -> None:
        self._batch, self._wanted = (images.clone(), masks.clone()), False
        graph = torch.cuda.CUDAGraph()
        try:
            with (
                self._rates_on_device(),
                torch.cuda.graph(graph, stream=self._stream, capture_error_mode="thread_local"),
            ):
                self._loss = self._step(*self._batch)
            self._graph = graph
        except RuntimeError as error:
            reason = str(error).splitlines()[0]
            logger.warning("the step can't be recorded (%s): going on one operation at a time", reason)
            self._optimizer.zero_grad(set_to_none=True)

    def _set_rates(self) -> None:
        for rate, group in zip(self._rates, self._optimizer.param_groups, strict=True):
            rate.fill_(group["lr"])

    @contextmanager
    def _rates_on_device(self) -> Iterator[None]:
        """Let the recording read the learning rates where `_set_rates` writes them, and all else keep plain numbers."""
        groups = self._optimizer.param_groups
        before = [{key: group[key] for key in ("lr", "capturable")} for group in groups]
        for rate, group in zip(self._rates, groups, strict=True):
            group |= {"lr": rate, "capturable": True}
        try:
            yield
        finally:
            for group, plain in zip(groups, before, strict=True):
                group |= plain
