"""The competition's score in every form against the loop over thresholds, and the domain's table."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core.segment import metrics


def pixels(count: int, first: int = 0, shape: tuple[int, int] = (101, 101)) -> np.ndarray:
    """A mask (1, H, W) with `count` pixels in one run."""
    mask = np.zeros(shape, np.uint8)
    mask.reshape(-1)[first : first + count] = 1
    return mask[None]


def by_definition(truth: np.ndarray, prediction: np.ndarray) -> float:
    """Mean over the ten thresholds, one tile, fractions of whole numbers."""
    intersection, union = int((truth & prediction).sum()), int((truth | prediction).sum())
    if union == 0:
        return 1.0
    return sum(20 * intersection > k * union for k in range(10, 20)) / 10


@pytest.mark.parametrize(
    ("truth", "predicted", "score"),
    [(0, 0, 1.0), (0, 1, 0.0), (1, 0, 0.0), (2, 1, 0.0), (4, 3, 0.5), (20, 19, 0.9), (21, 20, 1.0)],
)
def test_the_table_of_known_scores(truth: int, predicted: int, score: float) -> None:
    a, b = pixels(truth), pixels(predicted)
    assert metrics.competition_score(a, b).tolist() == [score]
    assert metrics.competition_score_packed(metrics.pack(a), metrics.pack(b)).tolist() == [score]


@pytest.fixture
def masks() -> tuple[np.ndarray, np.ndarray]:
    """Truths and predictions of 300 tiles of 7×9 pixels: overlaps of all degrees, empty ones, full ones."""
    generator = np.random.default_rng(0)
    share = generator.choice([0.0, 0.3, 0.8, 1.0], (300, 1, 1))
    truth = (generator.random((300, 7, 9)) < share).astype(np.uint8)
    changed = generator.random(truth.shape) < generator.choice([0.0, 0.05, 0.3], (300, 1, 1))
    return truth, truth ^ changed


def test_all_forms_agree_with_the_definition(masks: tuple[np.ndarray, np.ndarray]) -> None:
    truth, prediction = masks
    expected = [by_definition(a, b) for a, b in zip(truth, prediction, strict=True)]
    assert len(set(expected)) > 8
    np.testing.assert_array_equal(metrics.competition_score(truth, prediction), expected)
    packed = metrics.competition_score_packed(metrics.pack(truth), metrics.pack(prediction))
    np.testing.assert_array_equal(packed, expected)
    on_device = metrics.device_counts(torch.from_numpy(truth) > 0, torch.from_numpy(prediction) > 0)
    np.testing.assert_array_equal(metrics.score(*on_device.numpy()), expected)


def test_every_possible_overlap_of_small_unions() -> None:
    union = np.repeat(np.arange(1, 61), 61)
    intersection = np.minimum(np.tile(np.arange(61), 60), union)
    expected = [sum(20 * i > k * u for k in range(10, 20)) / 10 for i, u in zip(intersection, union, strict=True)]
    np.testing.assert_array_equal(metrics.score(intersection, union), expected)


def test_iou_and_dice_of_a_hand_made_mask() -> None:
    truth = np.array([[[1, 1, 0], [1, 0, 0]], [[0, 0, 0], [0, 0, 0]]])
    prediction = np.array([[[1, 0, 0], [1, 1, 0]], [[0, 0, 0], [0, 0, 0]]])
    counts = metrics.counts(truth, prediction)
    assert [count.tolist() for count in counts] == [[2, 0], [4, 0]]
    assert metrics.iou(*counts).tolist() == [0.5, 1.0]
    np.testing.assert_allclose(metrics.dice(*counts), [2 / 3, 1.0])


def test_masks_of_any_value_above_zero_count() -> None:
    assert metrics.competition_score(pixels(5) * 255, pixels(5) > 0).tolist() == [1.0]
    assert metrics.pack(np.zeros((0, 101, 101))).shape == (0, 1280)
