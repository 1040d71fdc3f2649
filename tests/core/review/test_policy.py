from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from core.errors import BadInput
from core.review.policy import (
    FlagRules,
    QueueOrder,
    Reason,
    TileFlag,
    flagged,
    holds,
    queue_order,
    tile_flags,
)

OFF = None
NAN = float("nan")


def frame(**columns: list[float]) -> pd.DataFrame:
    count = len(next(iter(columns.values())))
    given = {"salt_proportion": [0.5] * count, "confidence": [0.5] * count, "constant": [False] * count} | columns
    return pd.DataFrame({"id": [f"t{place}" for place in range(count)], **given})


def names(tiles: pd.DataFrame, rules: FlagRules) -> set[tuple[str, str]]:
    return set(tile_flags(tiles, rules)[["id", "reason"]].itertuples(index=False, name=None))


def test_under_the_threshold_and_not_at_it() -> None:
    assert names(frame(salt_proportion=[0.0, 0.049, 0.05, 0.9]), FlagRules(0.05)) == {
        ("t0", "salt_under"),
        ("t1", "salt_under"),
    }


def test_over_the_threshold_and_not_at_it() -> None:
    rules = FlagRules(OFF, salt_over=0.05)
    assert names(frame(salt_proportion=[0.0, 0.05, 0.9]), rules) == {("t2", "salt_over")}


@pytest.mark.parametrize(
    ("reason", "column", "holding"),
    [
        (Reason.LOW_CONFIDENCE, "confidence", ["t0"]),
        (Reason.LABEL_DISAGREES, "iou", ["t0"]),
        (Reason.PREDICTED_SEAM, "predicted_seam", ["t2"]),
        (Reason.LABEL_SEAM, "label_seam", ["t2"]),
    ],
)
def test_a_rule_holds_beyond_its_limit_only(reason: Reason, column: str, holding: list[str]) -> None:
    tiles = frame(**{column: [0.29, 0.3, 0.31, NAN]})
    found = tile_flags(tiles, FlagRules(OFF, **{reason.value: 0.3}))  # type: ignore[arg-type]
    assert found["id"].tolist() == holding
    assert found["reason"].tolist() == [reason.value]
    assert found["limit"].tolist() == [0.3]
    words = TileFlag(reason, found["value"].iloc[0], 0.3).words
    assert "30 %" in words or "0.300" in words


def test_each_reason_is_kept_with_its_numbers() -> None:
    found = tile_flags(frame(salt_proportion=[0.01], confidence=[0.2]), FlagRules(0.05, low_confidence=0.5))
    rows = found.set_index("reason")[["value", "limit"]].to_dict("index")
    assert rows == {
        "salt_under": {"value": 0.01, "limit": 0.05},
        "low_confidence": {"value": 0.2, "limit": 0.5},
    }


def test_any_of_the_rules_or_all_of_them() -> None:
    tiles = frame(salt_proportion=[0.01, 0.01, 0.9], confidence=[0.2, 0.8, 0.2])
    rules = FlagRules(0.05, low_confidence=0.5)
    assert names(tiles, rules) == {
        ("t0", "salt_under"),
        ("t0", "low_confidence"),
        ("t1", "salt_under"),
        ("t2", "low_confidence"),
    }
    together = FlagRules(0.05, low_confidence=0.5, every=True)
    assert names(tiles, together) == {("t0", "salt_under"), ("t0", "low_confidence")}


@pytest.mark.parametrize("every", [False, True])
def test_without_a_rule_nothing_is_flagged(every: bool) -> None:
    assert tile_flags(frame(salt_proportion=[0.0]), FlagRules(OFF, every=every)).empty


def test_every_finding_over_the_limit_is_a_flag_of_its_own() -> None:
    findings = pd.DataFrame(
        {
            "id": ["t0", "t0", "t1", "elsewhere"],
            "reason": ["hole", "seam", "hole", "hole"],
            "severity": [0.2, 0.7, 0.5, 0.9],
            "details": ["a hole of 1 px", "7 of 10 px", "a hole of 5 px", "a hole of 9 px"],
        }
    )
    tiles = frame(severity=[0.7, 0.5, NAN])
    found = tile_flags(tiles, FlagRules(OFF, quality=0.5), findings)
    assert found[["id", "reason", "value", "limit", "words"]].to_numpy().tolist() == [
        ["t0", "quality:seam", 0.7, 0.5, "7 of 10 px"]
    ]
    lower = tile_flags(tiles, FlagRules(OFF, quality=0.1), findings)
    assert lower[["id", "reason"]].to_numpy().tolist() == [
        ["t0", "quality:hole"],
        ["t0", "quality:seam"],
        ["t1", "quality:hole"],
    ]


def test_constant_tiles_are_never_flagged_for_a_prediction() -> None:
    columns = {"iou": [0.0, 0.0], "predicted_seam": [1.0, 1.0], "constant": [True, False]}
    tiles = frame(salt_proportion=[0.0, 0.0], confidence=[0.0, 0.0], **columns)
    rules = FlagRules(1.0, low_confidence=1.0, label_disagrees=1.0, predicted_seam=0.0)
    assert {tile for tile, _ in names(tiles, rules)} == {"t1"}
    assert names(frame(constant=[True], label_seam=[1.0]), FlagRules(OFF, label_seam=0.5)) == {("t0", "label_seam")}


@pytest.mark.parametrize("every", [False, True])
def test_the_counts_are_those_of_the_flags(every: bool) -> None:
    rng = np.random.default_rng(0)
    salt = rng.choice([0.0, 0.05, 0.1, 0.5, 1.0], 60).tolist()
    seams = np.where(rng.random(60) < 0.3, NAN, rng.random(60)).tolist()
    constant = (rng.random(60) < 0.2).tolist()
    tiles = frame(salt_proportion=salt, confidence=rng.random(60).tolist(), label_seam=seams, constant=constant)
    for limit in (0.0, 0.05, 0.3, 1.0):
        rules = FlagRules(limit, low_confidence=0.6, label_seam=0.5, every=every)
        found = tile_flags(tiles, rules)
        assert flagged(tiles, rules).sum() == found["id"].nunique()
        if not every:
            alone = {reason: holds(tiles, reason, at).sum() for reason, at in rules.limits.items()}
            assert found["reason"].value_counts().to_dict() == {name: count for name, count in alone.items() if count}


def test_a_rule_about_what_is_not_known_is_refused() -> None:
    with pytest.raises(BadInput, match="label_seam"):
        flagged(frame(salt_proportion=[0.1]), FlagRules(label_seam=0.2))


def test_least_confident_first_and_confident_empties_last() -> None:
    tiles = frame(salt_proportion=[0.0, 0.3, 0.0, 0.0, 0.02], confidence=[0.95, 0.99, 0.2, 0.91, 0.1])
    assert tiles["id"].iloc[queue_order(tiles)].tolist() == ["t4", "t2", "t1", "t3", "t0"]


def test_the_most_expected_loss_first_is_the_least_expected_score_whatever_was_predicted() -> None:
    tiles = frame(salt_proportion=[0.0, 0.3, 0.3, 0.0, 0.3], confidence=[0.5, 0.5, 1.0, 0.95, 0.8])
    assert queue_order(tiles, QueueOrder.LOSS).tolist() == [0, 1, 4, 3, 2]


@pytest.mark.parametrize("bad", [{"salt_under": 1.1}, {"salt_over": NAN}, {"low_confidence": -0.1}, {"quality": 2}])
def test_rules_that_make_no_sense(bad: dict[str, float]) -> None:
    with pytest.raises(BadInput, match=next(iter(bad))):
        FlagRules(**bad)  # type: ignore[arg-type]
