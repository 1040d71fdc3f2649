"""The parts of a batch, or networks, at once, each on cores of its own, for the CPU. Imports torch.

The threads of one operation wait for each other after each of some thousand operations a step, and do so by spinning:
where another program holds a core, the one that is waited for has no turn. Parts of a batch meet once a step. The
price is batch norm over a part at a time, which costs some score; an ensemble, whose networks have parts of their own
anyway, pays none.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from copy import deepcopy

import psutil
import torch
from lightning_fabric import Fabric
from torch import Tensor, nn

from core.segment.ensemble import members
from core.segment.losses import Loss

LEAST = 16  # tiles of a part, over which batch norm takes its means


def workers(batch: int) -> int:
    """How many parts of a batch of so many tiles can be learned from at once."""
    return max(1, min(torch.get_num_threads(), batch // LEAST))


def others_at_work(seconds: float = 1.0) -> bool:
    """Whether other programs leave fewer cores than torch has threads, to within a half, over so many seconds."""
    process, cores = psutil.Process(), psutil.cpu_count() or 1
    before = process.cpu_times()
    all_of_them = cores * psutil.cpu_percent(seconds) / 100
    after = process.cpu_times()
    own = (after.user + after.system - before.user - before.system) / seconds
    return cores - (all_of_them - own) < torch.get_num_threads() - 0.5


class SideBySide:
    """Loss and gradients of a batch, from as many equal parts as there are workers.

    model: a Fabric module. Of an ensemble each network learns its own part, as it does by itself; of one network the
    others share its weights, and only it keeps running statistics, of its own part. The gradients are those of the
    whole batch but for that network's batch norm, which sees a part at a time, and are added in the same order each
    time.
    """

    def __init__(self, fabric: Fabric, model: nn.Module, loss: Loss, workers: int) -> None:
        original = model.module
        assert isinstance(original, nn.Module)
        self._fabric, self._loss = fabric, loss
        self._models = members(original)
        if len(self._models) == 1:
            self._models += [_twin(original) for _ in range(workers - 1)]
        self._weights = [[one for one in own.parameters() if one.requires_grad] for own in self._models]
        workers = min(workers, len(self._models))
        self._pool = ThreadPoolExecutor(workers, "part", torch.set_num_threads, (torch.get_num_threads() // workers,))

    def __call__(self, images: Tensor, masks: Tensor) -> Tensor:
        """The loss, (); the gradients are left at the weights. images, masks: (N, C, H, W), as a step takes them."""
        size = -(-len(images) // len(self._models))
        parts = zip(self._models, self._weights, images.split(size), masks.split(size), strict=False)
        jobs = [self._pool.submit(self._part, *part, len(images)) for part in parts]
        wait(jobs)  # so that none still takes memory when one has failed
        results = [job.result() for job in jobs]
        for weights, (_, gradients) in zip(self._weights, results, strict=False):
            for weight, gradient in zip(weights, gradients, strict=True):
                weight.grad = gradient if weight.grad is None else weight.grad.add_(gradient)
        return torch.stack([loss for loss, _ in results]).sum()

    def _part(
        self, model: nn.Module, weights: list[nn.Parameter], images: Tensor, masks: Tensor, whole: int
    ) -> tuple[Tensor, tuple[Tensor, ...]]:
        with self._fabric.autocast():
            logits = model(images)
        loss = self._loss(logits.float(), masks) * (len(images) / whole)
        gradients = torch.autograd.grad(loss, weights, materialize_grads=True)
        return loss.detach(), gradients


def _twin(model: nn.Module) -> nn.Module:
    """A network with the weights of `model`, and running statistics of its own."""
    shared: dict[int, object] = {id(weight): weight for weight in model.parameters()}
    return deepcopy(model, shared)  # what is in there is taken instead of copied
