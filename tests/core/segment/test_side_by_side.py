"""Parts of a batch at once: the same gradients, the same numbers every time, and no thread of the others' taken."""

from __future__ import annotations

import subprocess
import sys
from threading import current_thread, main_thread

import psutil
import pytest
import torch
from torch import Tensor, nn

from core.segment.engine import TrainingStep, open_fabric
from core.segment.models import build
from core.segment.settings import TrainSettings
from core.segment.side_by_side import LEAST, others_at_work, workers

pytestmark = pytest.mark.usefixtures("two_threads")
BATCH = 2 * LEAST + 3  # so that one part is larger than the other


def batch() -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(1)
    return torch.randn(BATCH, 1, 32, 32, generator=generator), torch.rand(BATCH, 1, 32, 32, generator=generator).round()


def learned(step_size: int, model: nn.Module, steps: int = 2, precision: str = "fp32") -> tuple[list[float], nn.Module]:
    """Losses, and the network, after some steps with at most so many tiles at once."""
    fabric = open_fabric("cpu", precision)
    wrapped, optimizer = fabric.setup(model, sgd(model))
    step = TrainingStep(fabric, wrapped, optimizer, step_size, launch="side_by_side")
    return [float(step(*batch())) for _ in range(steps)], model


def sgd(model: nn.Module) -> torch.optim.Optimizer:
    return torch.optim.SGD(model.parameters(), 0.1)


def network() -> nn.Module:
    return build(TrainSettings("a", width=2))


def frozen(model: nn.Module) -> nn.Module:
    """`model` with given statistics, so that no tile tells of another."""
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = None
            module.eval()
    return model


def test_gradients_are_those_of_the_whole_batch() -> None:
    assert workers(BATCH) == 2
    losses, together = learned(BATCH, frozen(network()))
    expected, alone = learned(BATCH - 1, frozen(network()))  # in parts, one after the other
    assert losses == pytest.approx(expected, rel=1e-5)
    for one, other in zip(together.parameters(), alone.parameters(), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_the_same_steps_give_the_same_numbers(precision: str) -> None:
    first, one = learned(BATCH, network(), 4, precision)
    again, other = learned(BATCH, network(), 4, precision)
    assert first == again and first[-1] < first[0]
    assert all(torch.equal(*pair) for pair in zip(one.state_dict().values(), other.state_dict().values(), strict=True))
    assert all(weight.grad is None for weight in one.parameters())


def test_running_statistics_are_kept_and_threads_left_alone() -> None:
    model = network()
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    names = list(before)
    learned(BATCH, model, 1)
    assert list(model.state_dict()) == names
    counted = [tensor for name, tensor in model.state_dict().items() if name.endswith("num_batches_tracked")]
    assert counted and all(int(tensor) == 1 for tensor in counted)
    assert not any(torch.equal(before[n], t) for n, t in model.state_dict().items() if n.endswith("running_mean"))
    assert torch.get_num_threads() == 2


class Tight(nn.Module):
    """A network that can't be computed twice at once."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Conv2d(1, 1, 3, padding=1)

    def forward(self, images: Tensor) -> Tensor:
        if current_thread() is not main_thread():
            raise MemoryError
        logits: Tensor = self.layer(images)
        return logits


def test_without_memory_for_all_parts_they_are_learned_one_after_the_other() -> None:
    fabric, model = open_fabric("cpu", "fp32"), Tight()
    wrapped, optimizer = fabric.setup(model, sgd(model))
    told: list[int] = []
    step = TrainingStep(fabric, wrapped, optimizer, BATCH, told.append, "side_by_side")
    assert float(step(*batch())) > 0
    assert told == [(BATCH + 1) // 2] and model.layer.weight.grad is None


def test_small_batches_and_one_core_stay_whole() -> None:
    assert workers(2 * LEAST - 1) == workers(1) == 1
    torch.set_num_threads(1)
    assert workers(BATCH) == 1


def test_parts_are_a_choice_on_the_cpu() -> None:
    whole, parts = (
        TrainingStep(fabric := open_fabric("cpu", "fp32"), *fabric.setup(model, sgd(model)), BATCH, launch=launch)
        for model, launch in ((Tight(), "eager"), (Tight(), "side_by_side"))
    )
    assert float(whole(*batch())) > 0 and whole.micro_batch == BATCH
    assert float(parts(*batch())) > 0 and parts.micro_batch < BATCH, "which can't be computed by another thread"


BUSY = "import time; end = time.time() + 60\nwhile time.time() < end: pass"


def test_programs_at_work_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    cores = psutil.cpu_count() or 1
    torch.set_num_threads(cores)
    others = [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(cores)]
    try:
        assert others_at_work()
    finally:
        for other in others:
            other.kill()
            other.wait()
    torch.set_num_threads(2)
    monkeypatch.setattr(psutil, "cpu_count", lambda: 1000)
    monkeypatch.setattr(psutil, "cpu_percent", lambda seconds: 50.0)
    assert not others_at_work(), "500 cores are free"
