from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from core.errors import BadInput
from core.review.policy import FlagRules, flagged_counts, queue_order, tile_flags


def frame(**columns: list[float]) -> pd.DataFrame:
    count = len(next(iter(columns.values())))
    given = {"salt_proportion": [0.5] * count, "confidence": [0.5] * count, "constant": [False] * count} | columns
    return pd.DataFrame({"id": [f"t{place}" for place in range(count)], **given})


def flagged(predictions: pd.DataFrame, rules: FlagRules) -> set[tuple[str, str]]:
    return set(zip(*tile_flags(predictions, rules)[["id", "reason"]].to_numpy().T, strict=True))


def test_under_the_threshold_and_not_at_it() -> None:
    assert flagged(frame(salt_proportion=[0.0, 0.049, 0.05, 0.9]), FlagRules(0.05)) == {
        ("t0", "salt_under"),
        ("t1", "salt_under"),
    }


def test_over_the_threshold_and_not_at_it() -> None:
    assert flagged(frame(salt_proportion=[0.0, 0.05, 0.9]), FlagRules(0.05, over=True)) == {("t2", "salt_over")}


def test_each_reason_is_kept_with_its_numbers() -> None:
    found = tile_flags(frame(salt_proportion=[0.01], confidence=[0.2]), FlagRules(0.05, min_confidence=0.5))
    rows = found.set_index("reason")[["value", "limit"]].to_dict("index")
    assert rows == {
        "salt_under": {"value": 0.01, "limit": 0.05},
        "low_confidence": {"value": 0.2, "limit": 0.5},
    }


def test_constant_tiles_are_never_flagged() -> None:
    tiles = frame(salt_proportion=[0.0, 0.0], confidence=[0.0, 0.0], constant=[True, False])
    assert {tile for tile, _ in flagged(tiles, FlagRules(1.0, min_confidence=1.0))} == {"t1"}


@pytest.mark.parametrize("over", [False, True])
@pytest.mark.parametrize("min_confidence", [None, 0.0, 0.4, 1.0])
def test_the_sliders_counts_are_those_of_the_flags(over: bool, min_confidence: float | None) -> None:
    rng = np.random.default_rng(0)
    salt = rng.choice([0.0, 0.05, 0.1, 0.5, 1.0], 60).tolist()
    tiles = frame(salt_proportion=salt, confidence=rng.random(60).tolist(), constant=(rng.random(60) < 0.2).tolist())
    thresholds = np.array([0.0, 0.03, 0.05, 0.1, 0.7, 1.0])
    counts = [tile_flags(tiles, FlagRules(one, over, min_confidence))["id"].nunique() for one in thresholds]
    assert flagged_counts(tiles, thresholds, over, min_confidence).tolist() == counts


def test_least_confident_first_and_confident_empties_last() -> None:
    tiles = frame(salt_proportion=[0.0, 0.3, 0.0, 0.0, 0.02], confidence=[0.95, 0.99, 0.2, 0.91, 0.1])
    assert tiles["id"].iloc[queue_order(tiles)].tolist() == ["t4", "t2", "t1", "t3", "t0"]


@pytest.mark.parametrize("bad", [{"threshold": 1.1}, {"threshold": float("nan")}, {"min_confidence": -0.1}])
def test_rules_that_make_no_sense(bad: dict[str, float]) -> None:
    with pytest.raises(BadInput, match=next(iter(bad))):
        FlagRules(**bad)  # type: ignore[arg-type]
