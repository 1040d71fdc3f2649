"""Tiles without a label in the batches of a training."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from core import atomic
from core.dataset.tiles import TileStore, write_store
from core.segment.batches import DeviceTiles
from core.segment.self_training import taught_batch, unlabelled_order
from core.segment.settings import TrainSettings
from core.segment.train import train
from core.workspace import RunFolder, Workspace
from tests.core.segment.test_train import curve


class Bright(nn.Module):
    """A teacher that takes what is brighter than a level for salt; its second channel is a salt head's."""

    def forward(self, images: Tensor) -> Tensor:
        assert not self.training and images.shape[1] == 2, "as the network takes them, with their depths"
        return torch.cat((images[:, :1], torch.full_like(images[:, :1], -9.0)), dim=1)


def test_the_last_tiles_of_a_batch_have_the_teachers_masks(tiny: TileStore) -> None:
    tiny.index["z"] = np.arange(16.0)
    tiles = DeviceTiles.load(tiny, torch.device("cpu"), depth=True)
    rows, images, masks = taught_batch(tiles, torch.tensor([3, 1, 2]), torch.tensor([13, 15]), Bright())
    assert rows.tolist() == [3, 13, 15] and masks.shape == images.shape == (3, 1, 24, 40)
    np.testing.assert_array_equal(masks[0, 0], tiny.masks[3])
    np.testing.assert_array_equal(masks[1:, 0], tiny.tiles[[13, 15]] >= 128)


def test_without_others_a_batch_is_that_of_its_rows(tiny: TileStore) -> None:
    tiles, chosen = DeviceTiles.load(tiny, torch.device("cpu")), torch.tensor([3, 1])
    rows, *batch = taught_batch(tiles, chosen, torch.empty(0, dtype=torch.int64), nn.Identity())
    assert rows.tolist() == [3, 1]
    assert all(torch.equal(one, other) for one, other in zip(batch, tiles.batch(chosen), strict=True))


def test_each_tile_has_its_turn_before_any_comes_again() -> None:
    rows = np.arange(100, 111)
    drawn = unlabelled_order(rows, 4, 5, seed=0, epoch=3)
    assert drawn.shape == (4, 5) and set(drawn.flat[:11]) == set(rows)
    np.testing.assert_array_equal(drawn, unlabelled_order(rows, 4, 5, seed=0, epoch=3))
    assert (drawn != unlabelled_order(rows, 4, 5, seed=0, epoch=4)).any()
    assert unlabelled_order(rows[:0], 4, 5, seed=0, epoch=3).shape == (4, 0)


def test_where_every_tile_has_a_label_it_is_said(
    workspace: Workspace,
    tiny: TileStore,
    settings: Callable[..., TrainSettings],
    new_run: Callable[[str], RunFolder],
    caplog: pytest.LogCaptureFixture,
) -> None:
    with atomic.replacing_folder(workspace.dataset("whole")) as part:
        write_store(part, tiny.index[["id", "split"]].assign(has_mask=True), tiny.tiles, tiny.masks)
    run = new_run("a")
    facts = train(workspace, run, settings(dataset="whole", ema=0.8, unlabelled=0.5))
    assert facts["epoch"] == 3 and caplog.text.count("unlabelled=0.5: every tile of whole has a label") == 1


def test_they_are_learned_in_the_second_half_alone(
    workspace: Workspace,
    tiny: TileStore,
    settings: Callable[..., TrainSettings],
    new_run: Callable[[str], RunFolder],
) -> None:
    without, beside = new_run("without"), new_run("beside")
    for run, share in ((without, 0.0), (beside, 0.5)):
        train(workspace, run, settings(ema=0.8, epochs=4, unlabelled=share))
    first = [line for line in curve(without) if line["epoch"] <= 2]
    assert curve(beside)[: len(first)] == first
    assert [line["loss"] for line in curve(beside)] != [line["loss"] for line in curve(without)]
