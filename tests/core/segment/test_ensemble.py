"""Several networks that learn at once and answer as one."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from core.segment import registry
from core.segment.batches import epoch_order
from core.segment.engine import TrainingStep, open_fabric
from core.segment.ensemble import Ensemble, members
from core.segment.models import build
from core.segment.settings import TrainSettings

BATCH = 16  # tiles a network


def ensemble(**changes: object) -> Ensemble:
    found = build(TrainSettings.from_dict({"dataset": "a", "width": 2, "networks": 2, **changes}))
    assert isinstance(found, Ensemble)
    return found


def batch() -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(1)
    shape = (2 * BATCH, 1, 32, 32)
    return torch.randn(shape, generator=generator), torch.rand(shape, generator=generator).round()


def learned(model: nn.Module, images: Tensor, masks: Tensor, launch: str = "eager", rate: float = 0.1) -> None:
    fabric = open_fabric("cpu", "fp32")
    wrapped, optimizer = fabric.setup(model, torch.optim.SGD(model.parameters(), rate))
    TrainingStep(fabric, wrapped, optimizer, len(images), launch=launch)(images, masks)


def test_one_network_is_no_ensemble_and_the_first_of_several_is_that_one() -> None:
    alone, several = build(TrainSettings("a", width=2)), ensemble()
    assert members(alone) == [alone] and len(members(several)) == 2
    first, second = (list(one.parameters()) for one in members(several))
    assert all(torch.equal(one, other) for one, other in zip(first, alone.parameters(), strict=True))
    assert any(not torch.equal(one, other) for one, other in zip(first, second, strict=True))


@pytest.mark.parametrize("changes", [{}, {"salt_head": True, "depth": True}])
def test_it_answers_with_the_mean_probability(changes: dict[str, object]) -> None:
    model = ensemble(**changes).eval()
    images = batch()[0].repeat(1, 1 + len(changes) // 2, 1, 1)
    with torch.no_grad():
        expected = torch.stack([one(images).sigmoid() for one in members(model)]).mean(dim=0)
        torch.testing.assert_close(model(images).sigmoid(), expected, rtol=1e-4, atol=1e-5)


def test_an_answer_that_is_sure_stays_a_finite_logit() -> None:
    class Sure(nn.Module):
        def forward(self, images: Tensor) -> Tensor:
            return torch.full_like(images, 1e4)

    logits = Ensemble([Sure(), Sure()]).eval()(torch.zeros(1, 1, 2, 2))
    assert torch.isfinite(logits).all() and (logits > 10).all()


@pytest.mark.parametrize("launch", ["eager", "side_by_side"])
def test_each_learns_its_part_as_it_would_by_itself(two_threads: None, launch: str) -> None:
    images, masks = batch()
    model = ensemble()
    before = ensemble()
    learned(model, images, masks, launch)
    for number, (after, own) in enumerate(zip(members(model), members(before), strict=True)):
        part = slice(number * BATCH, (number + 1) * BATCH)
        learned(own, images[part], masks[part], rate=0.05)  # as its loss is half of the ensemble's
        for name, value in own.state_dict().items():
            torch.testing.assert_close(after.state_dict()[name], value, rtol=1e-4, atol=1e-6)


def test_memory_for_fewer_tiles_than_networks_is_too_little(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else some network would learn nothing."""
    seen: list[int] = []

    def none_left(self: Ensemble, images: Tensor) -> Tensor:
        seen.append(len(images))
        raise RuntimeError("can't allocate memory")

    monkeypatch.setattr(Ensemble, "forward", none_left)
    with pytest.raises(RuntimeError, match="allocate"):
        learned(ensemble(), *batch())
    assert seen == [32, 16, 8, 4, 2]


def test_each_network_has_an_order_of_its_own() -> None:
    rows = np.arange(100, 111)
    both = epoch_order(rows, 4, 0, 1, networks=2)
    first, second = both[:, :4], both[:, 4:]
    np.testing.assert_array_equal(first, epoch_order(rows, 4, 0, 1))
    assert len(np.unique(second)) == 8 and set(second.flat) <= set(rows)
    assert (first != second).any()


def test_figures_are_those_of_all_networks() -> None:
    one, four = (registry.size(TrainSettings("a", width=2, networks=number), (101, 101)) for number in (1, 4))
    assert four == (4 * one[0], 4 * one[1])
    assert one[0] == sum(weight.numel() for weight in build(TrainSettings("a", width=2)).parameters())
