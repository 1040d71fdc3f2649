"""Tiles that show the same: exactly, or but for brightness, contrast and noise."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.dataset.tiles import TileStore, write_store
from core.explore.quality import duplicates as rules
from core.explore.quality.reasons import DEFAULT

SIDE = 32


def layers(seed: int) -> np.ndarray:
    """A tile with layers that no other seed gives."""
    random = np.random.default_rng(seed)
    rows, columns = np.mgrid[:SIDE, :SIDE] / SIDE
    waves = sum(np.sin(k * rows * 6 + columns * random.normal() * 3 + 6 * random.random()) for k in range(1, 6))
    return (128 + 20 * waves).astype(np.uint8)


def opened(folder: Path, tiles: list[np.ndarray], masks: list[np.ndarray] | None = None, train: int = 0) -> TileStore:
    """A data set of these tiles, the first `train` of them labelled; ids a, b, c, …"""
    folder.mkdir()
    index = pd.DataFrame(
        {
            "id": [chr(97 + number) for number in range(len(tiles))],
            "split": ["train"] * train + ["test"] * (len(tiles) - train),
            "has_mask": [True] * train + [False] * (len(tiles) - train),
        }
    )
    empty = [np.zeros((SIDE, SIDE), np.uint8)] * (len(tiles) - len(masks or []))
    write_store(folder, index, np.stack(tiles), np.stack([*(masks or []), *empty]))
    return TileStore.open(folder)


def look(store: TileStore) -> tuple[pd.DataFrame, pd.DataFrame]:
    exact, near = rules.duplicates(store, DEFAULT)
    return exact, near


def test_the_same_pixels_within_and_across_splits(tmp_path: Path) -> None:
    one, other = layers(1), layers(2)
    store = opened(tmp_path / "set", [one, other, one, one, other], train=3)
    exact, near = look(store)
    found = dict(zip(exact["row"], exact["details"], strict=True))
    assert found == {
        0: "the same pixels as tile c (train, same label) and 1 other tile",
        2: "the same pixels as tile a (train, same label) and 1 other tile",
        3: "the same pixels as tile a (train) and 1 other tile",
        1: "the same pixels as tile e (test)",
        4: "the same pixels as tile b (train)",
    }
    assert dict(zip(exact["row"], exact["severity"], strict=True)) == {0: 0.5, 2: 0.5, 3: 0.7, 1: 0.7, 4: 0.7}
    assert near.empty  # told once


def test_the_same_pixels_with_another_label(tmp_path: Path) -> None:
    masks = [np.zeros((SIDE, SIDE), np.uint8), np.tri(SIDE, dtype=np.uint8)]
    exact, _ = look(opened(tmp_path / "set", [layers(1)] * 2, masks, train=2))
    assert exact["severity"].tolist() == [0.95, 0.95]
    assert exact["details"].iloc[0] == "the same pixels as tile b (train, IoU of the labels 0.00)"


def test_a_tile_with_other_pixels_but_equal_figures_is_no_duplicate(tmp_path: Path) -> None:
    one = layers(1)
    exact, near = look(opened(tmp_path / "set", [one, one[::-1], one[:, ::-1]]))
    assert exact.empty
    assert near.empty


def test_constant_tiles_are_left_to_their_own_rule(tmp_path: Path) -> None:
    flat = np.full((SIDE, SIDE), 7, np.uint8)
    exact, near = look(opened(tmp_path / "set", [flat, flat, layers(1)]))
    assert exact.empty
    assert near.empty


def test_brightness_contrast_and_noise_do_not_hide_a_duplicate(tmp_path: Path) -> None:
    one = layers(1)
    noise = np.random.default_rng(0).normal(0, 4, one.shape)
    darker = (one * 0.6 + 12 + noise).astype(np.uint8)
    masks = [np.tri(SIDE, dtype=np.uint8), np.tri(SIDE, k=-25, dtype=np.uint8), np.tri(SIDE, dtype=np.uint8)]
    store = opened(tmp_path / "set", [one, darker, layers(2), layers(3)], masks, train=3)
    exact, near = look(store)
    assert exact.empty
    assert near["row"].tolist() == [0, 1]
    assert near["other"].tolist() == [1, 0]
    assert near["value"].min() > 0.9
    assert near["severity"].tolist() == [0.7, 0.7]  # their labels contradict each other
    assert near["details"].iloc[0].startswith("almost the same picture as tile b (train, IoU of the labels 0.0")


def test_near_duplicates_across_splits(tmp_path: Path) -> None:
    one = layers(1)
    _, near = look(opened(tmp_path / "set", [one, one // 2], train=1))
    assert near["severity"].tolist() == [0.5, 0.5]


def test_correlations_are_those_of_numpy() -> None:
    tiles = np.random.default_rng(0).integers(0, 256, (4, 5, 6)).astype(np.uint8)
    expected = [np.corrcoef(a.ravel(), b.ravel())[0, 1] for a, b in zip(tiles[:2], tiles[2:], strict=True)]
    np.testing.assert_allclose(rules.correlations(tiles[:2], tiles[2:]), expected, rtol=1e-5)


def test_signatures_leave_brightness_and_contrast_out() -> None:
    one = layers(1)
    checkers = np.indices(one.shape).sum(axis=0) % 2 * 255  # no low frequency at all
    signatures = rules.signatures(np.stack([one, one // 2, checkers]).astype(np.uint8))
    assert signatures.shape == (3, 24 * 8 - 1)
    assert signatures[0] @ signatures[1] > 0.999
    assert np.isfinite(signatures).all()


@pytest.mark.parametrize("block", [1, 3, 7, 100])
def test_blocks_do_not_change_the_best_match(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = np.random.default_rng(0).normal(size=(20, 6)).astype(np.float32)
    alike = vectors @ vectors.T
    np.fill_diagonal(alike, -np.inf)
    monkeypatch.setattr(rules, "BLOCK", block)
    best, similarity = rules.best_matches(vectors / 10, -9)
    np.testing.assert_array_equal(best, alike.argmax(axis=1))
    np.testing.assert_allclose(similarity, alike.max(axis=1) / 100, rtol=1e-5)


def test_what_is_less_alike_than_asked_has_no_match() -> None:
    assert rules.best_matches(np.ones((1, 4), np.float32), -9)[0].tolist() == [-1]
    best, _ = rules.best_matches(np.array([[1, 0], [0, 1], [0.6, 0.8]], np.float32), 0.7)
    assert best.tolist() == [-1, 2, 1]
