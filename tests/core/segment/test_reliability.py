"""Figures of confidence on tiles whose answer is known by hand."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from core.errors import BadInput
from core.segment.calibration import FEWEST, Calibration, Curve, held_out
from core.segment.features import features
from core.segment.reliability import auroc, judge, lost_by_share, lost_in_worst, reliability
from core.segment.treatment import PLAIN


def test_auroc_is_that_of_scikit_learn_with_ties_too() -> None:
    generator = np.random.default_rng(0)
    scores, confidence = generator.integers(0, 11, 300) / 10, generator.integers(0, 20, 300) / 20
    assert auroc(scores, confidence) == pytest.approx(roc_auc_score(scores < 0.5, -confidence))
    assert auroc(np.ones(4), np.ones(4)) is None


def test_the_worst_fifth_holds_what_is_lost_there() -> None:
    scores = np.array([1, 1, 0.2, 1, 1, 1, 1, 0.8, 1, 1.0])
    confidence = np.array([0.9, 0.9, 0.1, 0.9, 0.2, 0.9, 0.9, 0.3, 0.9, 0.9])
    assert lost_in_worst(scores, confidence) == pytest.approx(0.8)
    shares = lost_by_share(scores, confidence)
    assert shares is not None
    assert (shares[0], shares[-1]) == (0, pytest.approx(1)) and shares[3] == pytest.approx(1)
    assert lost_in_worst(np.ones(5), np.ones(5)) is None


def test_bins_hold_equally_many_tiles_and_their_means() -> None:
    table = reliability(np.array([0, 1, 1, 1.0]), np.array([0.1, 0.3, 0.8, 1.0]), bins=2)
    assert table["confidence"].tolist() == pytest.approx([0.2, 0.9])
    assert table["score"].tolist() == [0.5, 1] and table["tiles"].tolist() == [2, 2]
    assert table["error"].tolist() == pytest.approx([0.5, 0])


def known(count: int) -> tuple[pd.DataFrame, np.ndarray]:
    """Features of maps that are sure where they are right, and scores of 0 and 1 that come as the map says."""
    generator = np.random.default_rng(1)
    level = generator.uniform(0.5, 1, count)
    maps = np.zeros((count, 6, 6), np.uint8)
    maps[:, :3] = (255 * level)[:, None, None]
    maps[:, 3:] = (255 * (1 - level))[:, None, None]
    scores = (generator.uniform(0.5, 1, count) < level).astype(float)
    tiles = generator.integers(0, 256, maps.shape, np.uint8)
    return features(maps, PLAIN.masks(maps, np.zeros(count, bool)), tiles), scores


def test_a_calibrated_estimate_is_the_score_that_comes() -> None:
    told, scores = known(1500)
    estimate = held_out(told, scores, np.arange(1500) % 5)
    for row in reliability(scores, estimate, bins=5).itertuples():
        assert abs(row.confidence - row.score) < 4 * row.error + 0.02
    table = pd.DataFrame({"score": scores, "confidence": estimate, **told[["expected_iou", "certainty", "salt"]]})
    found = judge(table)["confidence"]
    assert found["auroc"] is not None and found["auroc"] > 0.7


def test_a_calibration_is_kept_as_plain_values() -> None:
    told, scores = known(200)
    calibration = Calibration.fit(told, scores)
    assert calibration is not None and calibration.tiles == 200
    again = Calibration.from_dict(json.loads(json.dumps(calibration.to_dict())))
    assert again is not None
    np.testing.assert_array_equal(again.estimate(told), calibration.estimate(told))
    assert "calibrated on 200 tiles" in again.words
    assert Calibration.from_dict(calibration.to_dict() | {"version": 1}) is None


def test_a_curve_bends_where_the_score_does() -> None:
    """The score is best in the middle of one feature, which no weight could say."""
    told, _ = known(1000)
    grey = np.random.default_rng(2).uniform(0, 255, 1000)
    told["grey"] = grey
    scores = np.where(np.abs(grey - 128) < 40, 0.9, 0.2)
    calibration = Calibration.fit(told, scores)
    assert calibration is not None
    curve = calibration.curves["grey"]
    assert np.argmax(curve.heights) == 2 and 100 < curve.at[2] < 156 and np.ptp(curve.heights) > 1
    assert curve.of(np.array([-1e9, 1e9, np.nan])).tolist() == [curve.heights[0], curve.heights[-1], 0]
    assert curve.of(grey).mean() == pytest.approx(0, abs=1e-9) and curve.of(grey).std() == pytest.approx(curve.spread)
    assert next(iter(calibration.widest(3))) == "grey" and len(calibration.widest(3)) == 3
    estimate = calibration.estimate(told)
    assert estimate[np.abs(grey - 128) < 20].mean() > 0.7 > 0.4 > estimate[np.abs(grey - 128) > 90].mean()


def test_what_does_not_vary_has_no_curve() -> None:
    told, scores = known(200)
    calibration = Calibration.fit(told, scores)
    assert calibration is not None
    assert "expected_iou" in calibration.curves and "salt" not in calibration.curves
    assert not {"expected_empty", "empty"} & calibration.curves.keys()  # no mask is empty
    assert Calibration.fit(pd.DataFrame(1.0, range(200), told.columns), scores) is None


def test_what_holds_for_empty_masks_is_learned_from_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """The estimate of an empty mask means the opposite of that of another one; one tile in ten is empty."""
    told, _ = known(2000)
    empty = np.arange(2000) % 10 == 0
    expected = np.random.default_rng(3).uniform(0, 1, 2000)
    told = told.assign(expected_iou=expected, salt=np.where(empty, 0, 0.5))
    scores = np.where(empty, 1 - expected, expected)
    calibration = Calibration.fit(told, scores)
    assert calibration is not None
    of_empty, of_salt = calibration.curves["expected_empty"], calibration.curves["expected_iou"]
    assert len(of_empty.at) == len(of_salt.at) == 5  # no knot is wasted on tiles that it says nothing of
    assert of_empty.heights[0] > 0 > of_empty.heights[-1] and of_salt.heights[0] < 0 < of_salt.heights[-1]
    assert np.corrcoef(calibration.estimate(told)[empty], scores[empty])[0, 1] > 0.9
    monkeypatch.setattr("core.segment.calibration.MOST", 500)
    fewer = Calibration.fit(told, scores)
    assert fewer is not None and fewer.tiles == 500


@pytest.mark.parametrize(
    "curve",
    [
        {"at": [0.0], "heights": [1.0]},
        {"at": [0.0, 1.0], "heights": [1.0]},
        {"at": [1.0, 0.0], "heights": [1.0, 2.0]},
        {"at": [0.0, 1.0], "heights": [1.0, float("nan")]},
    ],
    ids=str,
)
def test_a_curve_has_a_height_for_each_of_rising_knots(curve: dict[str, list[float]]) -> None:
    with pytest.raises(BadInput, match="expected a height for each of rising knots"):
        Curve(**curve, spread=1.0)


def test_an_estimate_has_no_part_of_its_own_fold() -> None:
    told, scores = known(400)
    fold = np.arange(400) % 4
    changed = np.where(fold == 2, 1 - scores, scores)
    before, after = held_out(told, scores, fold), held_out(told, changed, fold)
    np.testing.assert_array_equal(before[fold == 2], after[fold == 2])
    assert (before[fold != 2] != after[fold != 2]).all()


def test_too_few_tiles_or_nothing_lost_is_not_calibrated() -> None:
    told, scores = known(FEWEST)
    assert Calibration.fit(told.iloc[1:], scores[1:]) is None
    assert Calibration.fit(told, np.ones(FEWEST)) is None
    np.testing.assert_array_equal(held_out(told, np.ones(FEWEST), np.arange(FEWEST) % 5), told["expected_iou"])
