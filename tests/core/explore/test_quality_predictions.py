"""Labels against predictions: the published score, and who is found by it."""

from __future__ import annotations

import numpy as np
import pytest

from core.errors import BadInput
from core.explore.quality.predictions import Predictions, confidences, label_quality, prediction_disagrees
from core.explore.quality.reasons import DEFAULT, Limits

MASK = np.array([[[1, 1], [0, 0]]], np.uint8)


def softmin(scores: np.ndarray, temperature: float = 0.1) -> float:
    """As cleanlab.internal.multilabel_scorer has it: scores · softmax((1 − scores) / temperature)."""
    weights = np.exp((1 - scores) / temperature)
    return float(scores @ (weights / weights.sum()))


def test_the_score_is_the_published_formula() -> None:
    random = np.random.default_rng(0)
    masks = random.integers(0, 2, (5, 6, 7)).astype(np.uint8)
    probabilities = random.integers(0, 256, (5, 6, 7)).astype(np.uint8)
    share = probabilities / 255
    expected = [softmin(np.where(mask, p, 1 - p).ravel()) for mask, p in zip(masks, share, strict=True)]
    in_label, outside = confidences(masks, probabilities)
    np.testing.assert_allclose(label_quality(in_label + outside), expected, rtol=1e-12)


def test_a_score_by_hand() -> None:
    """Confidences 1, .8, .8, 1 weigh 1, e², e², 1: (2 + 2·e²·.8) / (2 + 2·e²)."""
    sure_and_less = np.array([[[255, 204], [51, 0]]], np.uint8)
    score = label_quality(sum(confidences(MASK, sure_and_less)))[0]
    assert score == pytest.approx((2 + 2 * 7.389056 * 0.8) / (2 + 2 * 7.389056), rel=1e-6)


def test_an_empty_label_is_named_as_such() -> None:
    found = prediction_disagrees(np.zeros((1, 2, 2), np.uint8), np.full((1, 2, 2), 250, np.uint8), DEFAULT)
    assert "sure of salt in 4 px outside of the label" in found["details"].iat[0]


def test_known_scores() -> None:
    """Computed with cleanlab 2.9 (get_label_quality_scores, its defaults) for the same numbers."""
    right = np.array([[[255, 204], [51, 0]]], np.uint8)
    wrong = np.array([[[255, 204], [51, 255]]], np.uint8)
    scores = [label_quality(sum(confidences(MASK, one)))[0] for one in (right, wrong)]
    assert scores == pytest.approx([0.8238405844044234, 0.0005817234312616563], rel=1e-9)


def test_confidences_are_those_of_the_label() -> None:
    in_label, outside = confidences(MASK, np.array([[[250, 10], [5, 255]]], np.uint8))
    assert np.flatnonzero(in_label[0]).tolist() == [10, 250]
    assert np.flatnonzero(outside[0]).tolist() == [0, 250]


def test_who_is_found() -> None:
    agrees = np.array([[255, 230], [20, 0]], np.uint8)
    doubts = np.array([[255, 100], [20, 0]], np.uint8)
    denies = np.array([[10, 20], [0, 255]], np.uint8)
    found = prediction_disagrees(np.repeat(MASK, 3, axis=0), np.stack([agrees, doubts, denies]), DEFAULT)
    assert found["row"].tolist() == [2]
    assert found["severity"].tolist() == [pytest.approx(0.9)]
    assert found["details"].tolist() == [
        "a model that did not learn this tile is sure of no salt in 2 px of the label and of salt in 1 px outside "
        f"of it; label quality {found['value'].iloc[0]:.3f}"
    ]


def test_a_looser_limit_finds_doubts() -> None:
    doubts = np.array([[[255, 100], [20, 0]]], np.uint8)
    found = prediction_disagrees(MASK, doubts, Limits(label_quality=0.5))
    assert found["details"].str.contains("not sure of the label anywhere").tolist() == [True]


def test_predictions_that_do_not_fit_are_refused() -> None:
    one = np.array([0])
    with pytest.raises(BadInput, match="2 tiles with 1 places of maps"):
        Predictions(np.array([0, 1]), np.zeros((1, 4, 4), np.uint8), one)
    with pytest.raises(BadInput, match=r"maps are float64 \(1, 4, 4\); expected uint8"):
        Predictions(one, np.zeros((1, 4, 4)), one)


def test_a_limit_below_zero_is_refused() -> None:
    with pytest.raises(BadInput, match="limit seam is -1"):
        Limits(seam=-1)
