from __future__ import annotations

import fcntl
import os
import threading
import time
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import event

from core.errors import BadInput, Busy, NotFound, WorkspaceError
from core.review import engine
from core.review.engine import connect, writing
from core.review.policy import FlagRules, tile_flags
from core.review.store import ReviewStore
from core.review.tables import Verdict


def items(store: ReviewStore) -> list[int]:
    return [int(item) for item in store.queue()["id"]]


def verdicts(store: ReviewStore) -> dict[str, str | None]:
    queue = store.queue()
    return {
        tile: None if pd.isna(verdict) else verdict
        for tile, verdict in zip(queue["tile"], queue["verdict"], strict=True)
    }


def test_open_items_come_least_confident_first(store: ReviewStore) -> None:
    assert store.queue()["tile"].tolist() == [f"t{place:04}" for place in range(10)]
    assert store.counts()["open"] == 10


def test_a_decision_is_seen_by_another_store(store: ReviewStore, url: str) -> None:
    store.decide(items(store)[0], Verdict.NEEDS_WORK, "ann", "top is off")
    row = ReviewStore(url).queue().iloc[-1]
    assert (row["tile"], row["verdict"], row["reviewer"], row["note"]) == ("t0000", "needs_work", "ann", "top is off")
    assert row["decided"].tzinfo is not None
    assert ReviewStore(url).counts()["decided"] == 1


def test_the_last_decision_stands_and_undo_brings_back_the_one_before(store: ReviewStore) -> None:
    item = items(store)[0]
    store.decide(item, Verdict.ACCEPT, "ann")
    store.decide(item, Verdict.UNSURE, "bob")
    assert verdicts(store)["t0000"] == "unsure"
    assert store.undo("bob") == [item]
    assert verdicts(store)["t0000"] == "accept"
    assert store.undo("bob") == []
    assert store.undo("ann") == [item]
    assert verdicts(store)["t0000"] is None


def test_a_bulk_decision_is_taken_back_as_a_whole(store: ReviewStore) -> None:
    chosen = items(store)[2:6]
    store.decide(chosen, Verdict.ACCEPT, "ann")
    store.decide(items(store)[0], Verdict.UNSURE, "bob")
    assert store.counts()["decided"] == 5
    assert sorted(store.undo("ann")) == sorted(chosen)
    assert store.counts()["decided"] == 1


def test_a_tile_tells_what_all_runs_and_people_said(store: ReviewStore) -> None:
    item = items(store)[0]
    one = pd.DataFrame({"id": ["t0000"], "salt_proportion": [0.02], "confidence": [0.9], "constant": [False]})
    store.flag("other", "d", tile_flags(one, FlagRules(0.05)))
    store.decide(item, Verdict.ACCEPT, "ann")
    store.decide(item, Verdict.UNSURE, "bob", "too faint")
    store.decide(item, Verdict.NEEDS_WORK, "bob")
    store.undo("bob")
    said = store.of_tile("d", "t0000")
    assert said["verdict"].tolist()[1:] == ["unsure", "accept"]  # the newest first, without what was taken back
    assert pd.isna(said["verdict"].iloc[0]) and said["run"].iloc[0] == "other"  # waits
    assert said["note"].iloc[1] == "too faint" and "salt_under" in said["reasons"].iloc[1]
    assert store.of_tile("d", "nothing like it").empty


def test_flagging_anew_keeps_decisions_and_replaces_the_rest(store: ReviewStore) -> None:
    first = items(store)[0]
    store.decide(first, Verdict.ACCEPT, "ann")
    one = pd.DataFrame({"id": ["t0005"], "salt_proportion": [0.2], "confidence": [0.9], "constant": [False]})
    store.flag("r", "d", tile_flags(one, FlagRules(0.3)))
    assert verdicts(store) == {"t0005": None, "t0000": "accept"}
    open_item = store.queue().iloc[0]
    assert [(flag.value, flag.limit) for flag in store.reasons(int(open_item["id"]))] == [(0.2, 0.3)]
    assert [flag.limit for flag in store.reasons(first)] == [0.05]


def test_flagging_twice_changes_nothing(store: ReviewStore) -> None:
    before = store.queue()
    flagged = pd.DataFrame({"id": before["tile"], "salt_proportion": 0.01, "constant": False})
    store.flag("r", "d", tile_flags(flagged.assign(confidence=before["confidence"]), FlagRules(0.05)))
    pd.testing.assert_frame_equal(store.queue(), before)


def test_runs_are_apart(store: ReviewStore) -> None:
    one = pd.DataFrame({"id": ["t0005"], "salt_proportion": [0.0], "confidence": [0.9], "constant": [False]})
    store.flag("other", "d", tile_flags(one, FlagRules()))
    assert len(store.queue("other")) == 1
    store.decide(int(store.queue("other")["id"].iloc[0]), Verdict.ACCEPT, "ann")
    assert store.undo("ann", run="r") == []
    store.delete_run("r")
    assert store.queue("r").empty
    assert len(store.queue("other")) == 1


@pytest.mark.parametrize(("verdict", "reviewer"), [("splendid", "ann"), ("accept", " ")])
def test_bad_decisions_are_refused(store: ReviewStore, verdict: Verdict, reviewer: str) -> None:
    with pytest.raises(BadInput):
        store.decide(items(store)[0], verdict, reviewer)
    assert store.counts()["decided"] == 0


def test_a_decision_on_an_item_that_is_gone_names_the_remedy(store: ReviewStore) -> None:
    with pytest.raises(NotFound, match="load the queue"):
        store.decide([items(store)[0], 4711], Verdict.ACCEPT, "ann")
    assert store.counts()["decided"] == 0, "all or none"


def test_a_full_disk_is_told_in_words_and_loses_nothing(store: ReviewStore, url: str) -> None:
    store.decide(items(store)[0], Verdict.ACCEPT, "ann")
    engine = connect(url)

    @event.listens_for(engine, "connect")
    def fill(connection, record) -> None:  # type: ignore[no-untyped-def]
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")

    full = ReviewStore(url)
    full._engine = engine
    with pytest.raises(WorkspaceError, match="disk is full"):
        for _ in range(1000):
            full.decide(items(store)[1], Verdict.UNSURE, "bob", "x" * 500)
    engine.dispose()
    assert store.counts()["decided"] >= 1


def test_what_is_no_database_is_named(url: str) -> None:
    Path(url.removeprefix("sqlite:///")).write_text("not a database, but long enough to be read as one " * 50)
    with pytest.raises(WorkspaceError, match=r"review\.db"):
        ReviewStore(url)


def test_a_folder_that_cannot_be_written_is_named() -> None:
    with pytest.raises(WorkspaceError, match="/proc/nowhere"):
        ReviewStore("sqlite:////proc/nowhere/review.db")


def test_a_database_that_may_only_be_read_is_told_in_words(store: ReviewStore, url: str) -> None:
    read_only = ReviewStore(f"sqlite:///file:{url.removeprefix('sqlite:///')}?mode=ro&uri=true")
    assert read_only.counts()["open"] == 10
    with pytest.raises(WorkspaceError, match=r"review\.db.*no permission"):
        read_only.decide(items(store)[0], Verdict.ACCEPT, "ann")


def test_a_writer_that_does_not_let_go_is_told_in_words(
    store: ReviewStore, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.review.engine.BUSY_SECONDS", 0)
    impatient = ReviewStore(url)
    with writing(connect(url)):
        with pytest.raises(Busy, match=r"review\.db"):
            impatient.decide(items(store)[0], Verdict.ACCEPT, "ann")
        assert impatient.counts()["open"] == 10, "readers don't wait"
    impatient.decide(items(store)[0], Verdict.ACCEPT, "ann")


def test_all_reasons_of_an_item_are_kept_apart(store: ReviewStore) -> None:
    one = pd.DataFrame({"id": ["t0005"], "salt_proportion": [0.01], "confidence": [0.2], "constant": [False]})
    store.flag("r", "d", tile_flags(one, FlagRules(low_confidence=0.5)))
    item = store.queue().iloc[0]
    assert item["reasons"] == "low_confidence, salt_under"
    assert [flag.words for flag in store.reasons(int(item["id"]))] == [
        "confidence 0.200 is under 0.500",
        "predicted salt 1.0 % is under 5.0 %",
    ]
    assert store.counts()["by_reason"] == {"low_confidence": 1, "salt_under": 1}


class Late(threading.Thread):
    """Begins when a processor is free at last."""

    def run(self) -> None:
        time.sleep(0.05)
        super().run()


def test_who_no_longer_waits_for_a_turn_takes_none_and_leaves_no_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file is closed before the waiting thread begins; pytest fails where a thread raises."""
    monkeypatch.setattr(engine, "Thread", Late)
    line = tmp_path / "turn"
    holder, other = (os.open(line, os.O_RDWR | os.O_CREAT) for _ in range(2))
    fcntl.flock(holder, fcntl.LOCK_EX)
    assert not engine._is_locked(other, 0)
    os.close(other)
    time.sleep(0.2)
    os.close(holder)
    last = os.open(line, os.O_RDWR)
    assert engine._is_locked(last, 10)
    os.close(last)
