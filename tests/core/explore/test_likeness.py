"""How much tiles look alike."""

from __future__ import annotations

import numpy as np
import pytest

from core.dataset.tiles import TileStore
from core.explore.likeness import distances, likeness, measure_all, texture
from core.workspace import Workspace


def textures() -> np.ndarray:
    """Six tiles of 40×40: two with vertical stripes, two with horizontal ones, two with noise."""
    rng = np.random.default_rng(0)
    layers = np.broadcast_to(128 + 100 * np.sin(np.arange(40) / 2)[:, None], (40, 40))
    moved = np.roll(layers, 2, axis=0)
    tiles = [layers.T, moved.T, layers, moved]
    return np.stack([*tiles, *rng.integers(0, 255, (2, 40, 40))]).astype(np.uint8)


def test_the_nearest_tile_has_the_same_texture() -> None:
    figures = measure_all(textures())
    assert figures.dtype == np.float32
    for tile, twin in enumerate([1, 0, 3, 2, 5, 4]):
        away = distances(figures, tile)
        assert away[tile] == 0
        assert np.argsort(away)[1] == twin


def test_a_dip_is_told_from_its_mirror_image() -> None:
    layers = np.sin(np.add.outer(np.arange(40), np.arange(40)) / 3).astype(np.float32) * 100
    rising, falling, flat = texture(np.stack([layers, layers[:, ::-1], np.sort(layers, axis=0)]))[:, -1]
    assert rising < -0.9 and falling > 0.9 and abs(flat) < 0.5


def test_stretching_a_tile_leaves_its_texture() -> None:
    tile = np.random.default_rng(2).normal(100, 10, (1, 40, 40)).astype(np.float32)
    assert np.allclose(texture(tile), texture(3 * tile - 200), atol=0.01)


@pytest.mark.parametrize("shape", [(3, 1, 1), (3, 5, 30), (2, 64, 17), (1, 101, 101)])
def test_tiles_of_any_shape_are_measured(shape: tuple[int, ...]) -> None:
    figures = measure_all(np.random.default_rng(1).integers(0, 255, shape).astype(np.uint8))
    assert len(figures) == shape[0] and np.isfinite(figures).all()


def test_tiles_are_measured_once(workspace: Workspace, store: TileStore) -> None:
    told: list[str] = []
    first = likeness(workspace, store, lambda done, total, what: told.append(what))
    again = likeness(workspace, store, lambda done, total, what: told.append(what))
    assert len(told) == 1 and np.array_equal(first, again)
    [kept] = workspace.explore(store.name).glob("*.npy")
    kept.write_bytes(b"cut short")
    assert np.array_equal(likeness(workspace, store), first)
