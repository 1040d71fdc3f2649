"""Batches, from the device or from outside of it."""

from __future__ import annotations

import numpy as np
import torch

from core.dataset.tiles import TileStore
from core.segment.batches import DeviceTiles, epoch_order, has_room

CPU, ELSEWHERE = torch.device("cpu"), torch.device("meta")


def test_a_batch_is_a_choice_of_rows(tiny: TileStore) -> None:
    tiles = DeviceTiles.load(tiny, CPU)
    images, masks = tiles.batch(tiles.rows(np.array([5, 2])))
    np.testing.assert_allclose(images[:, 0].numpy(), (np.array(tiny.tiles[[5, 2]], np.float32) - 128) / 64)
    np.testing.assert_array_equal(masks[:, 0].numpy(), tiny.masks[[5, 2]])


def test_tiles_that_stay_outside_come_batch_by_batch(tiny: TileStore) -> None:
    kept = DeviceTiles.load(tiny, CPU)
    tiles = DeviceTiles(kept.tiles, kept.masks, ELSEWHERE)
    rows = tiles.rows(np.array([5, 2]))
    assert rows.device == CPU
    for part in tiles.batch(rows):
        assert part.device == ELSEWHERE and part.shape == (2, 1, 24, 40) and part.dtype == torch.float32


def test_without_a_gpu_there_is_room_for_everything() -> None:
    assert has_room(CPU, 10**15)


def test_an_epoch_depends_on_seed_and_number_alone() -> None:
    rows = np.arange(100, 111)
    first, again = epoch_order(rows, 4, 0, 1), epoch_order(rows, 4, 0, 1)
    np.testing.assert_array_equal(first, again)
    assert first.shape == (2, 4) and len(np.unique(first)) == 8 and set(first.flat) <= set(rows)
    assert (first != epoch_order(rows, 4, 0, 2)).any() and (first != epoch_order(rows, 4, 1, 1)).any()
