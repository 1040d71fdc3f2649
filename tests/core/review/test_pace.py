from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from core.review.pace import present_pace, seconds_left, tiles_per_minute
from core.review.store import ReviewStore
from core.review.tables import Verdict

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def acts(**seconds: list[float]) -> pd.DataFrame:
    """Acts of each reviewer, so many seconds before noon."""
    rows = [(name, NOON - timedelta(seconds=ago)) for name, some in seconds.items() for ago in some]
    return pd.DataFrame(rows, columns=["reviewer", "time"], dtype=object)


def test_the_pace_is_taken_from_the_time_between_acts_without_breaks() -> None:
    found = tiles_per_minute(acts(ann=[0, 10, 20, 40], bob=[5, 3600, 3606], eve=[7]))
    assert found == {"ann": pytest.approx(60 * 3 / 40), "bob": pytest.approx(10.0)}


def test_those_who_are_gone_do_not_help_any_more() -> None:
    working = acts(ann=[0, 10], bob=[30, 60], eve=[700, 705])
    assert present_pace(working, NOON) == pytest.approx(6 + 2)
    assert present_pace(acts(eve=[700, 705]), NOON) is None
    assert present_pace(acts(eve=[1]), NOON) is None
    assert present_pace(acts(), NOON) is None


def test_the_time_left_follows_from_the_pace() -> None:
    assert seconds_left(30, 6.0) == 300
    assert seconds_left(0, 6.0) == 0
    assert seconds_left(30, None) is None


def test_a_bulk_decision_is_one_act_and_an_undo_takes_its_tiles_off(store: ReviewStore) -> None:
    ids = store.queue("r", "d")["id"].tolist()
    store.decide(ids[:4], Verdict.ACCEPT, "ann")
    store.decide(ids[4], Verdict.NO_SALT, "ann")
    store.decide(ids[5], Verdict.NO_SALT, "bob")
    assert sorted(store.acts("r", "d")["reviewer"]) == ["ann", "ann", "bob"]
    assert store.reviewers("r", "d")[["reviewer", "decided"]].to_numpy().tolist() == [["ann", 5], ["bob", 1]]
    store.undo("ann")
    store.undo("ann")
    assert store.reviewers("r", "d")[["reviewer", "decided"]].to_numpy().tolist() == [["bob", 1], ["ann", 0]]
    assert store.acts("other").empty and store.reviewers("other").empty
    last = store.reviewers("r", "d")["last"].iloc[0]
    assert abs((datetime.now(UTC) - last).total_seconds()) < 60
