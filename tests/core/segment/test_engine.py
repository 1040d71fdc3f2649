"""The training step: parts of a batch, and what happens when memory does not suffice."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from core.segment.engine import TrainingStep, open_fabric, out_of_memory


class Small(nn.Module):
    """A network on a device with room for `room` tiles."""

    def __init__(self, room: int, words: str | None = None) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.layer = nn.Conv2d(1, 1, 3, padding=1)
        self.room, self.words = room, words
        self.seen: list[int] = []

    def forward(self, images: Tensor) -> Tensor:
        self.seen.append(len(images))
        if len(images) > self.room:
            raise RuntimeError(self.words) if self.words else torch.OutOfMemoryError("CUDA out of memory")
        logits: Tensor = self.layer(images)
        return logits


def learn(room: int, micro_batch: int = 8, words: str | None = None) -> tuple[Small, Tensor, list[int]]:
    """After two steps with batches of 8: the network, the last loss, what was told."""
    fabric, network = open_fabric("cpu", "fp32"), Small(room, words)
    model, optimizer = fabric.setup(network, torch.optim.SGD(network.parameters(), 0.1))
    told: list[int] = []
    step = TrainingStep(fabric, model, optimizer, micro_batch, told.append)
    images = torch.randn(8, 1, 6, 6, generator=torch.Generator().manual_seed(1))
    for _ in range(2):
        loss = step(images, (images > 0).float())
    return network, loss, told


@pytest.mark.parametrize("words", [None, "DefaultCPUAllocator: can't allocate memory: you tried to allocate 1 bytes"])
def test_what_does_not_fit_is_halved_until_it_does_and_learns_the_same(words: str | None) -> None:
    whole, expected, nothing = learn(room=8)
    parted, loss, told = learn(room=3, words=words)
    assert nothing == [] and whole.seen == [8, 8]
    assert told == [4, 2] and parted.seen == [8, 4, 2, 2, 2, 2, 2, 2, 2, 2]
    torch.testing.assert_close(loss, expected)
    torch.testing.assert_close(parted.layer.weight, whole.layer.weight)


def test_a_known_size_is_used_from_the_start() -> None:
    network, _, told = learn(room=3, micro_batch=3)
    assert told == [] and network.seen == [3, 3, 2] * 2


def test_not_even_one_tile_and_other_faults_pass_through() -> None:
    with pytest.raises(torch.OutOfMemoryError):
        learn(room=0)
    with pytest.raises(RuntimeError, match="shapes"):
        learn(room=3, words="shapes do not fit")
    assert out_of_memory(MemoryError()) and not out_of_memory(RuntimeError("shapes"))
