"""Judging with masks, by several people: a decision and its mask are one, and nobody gets what another has."""

from __future__ import annotations

import sqlite3
import time

import numpy as np
import pytest
from sqlalchemy import Engine, event

from core.errors import Conflict, Decided
from core.review.masks import MaskStore, NewMask
from core.review.store import ReviewStore
from core.review.tables import Verdict
from tests.benchmarks.judging import Judged, judge
from tests.core.review.conftest import flags

FULL = np.ones((3, 3), np.uint8)


@pytest.fixture
def masks(url: str) -> MaskStore:
    return MaskStore(url)


def first(store: ReviewStore) -> tuple[int, str]:
    item = store.queue().iloc[0]
    return int(item["id"]), str(item["tile"])


def test_a_decision_and_its_mask_come_and_go_together(store: ReviewStore, masks: MaskStore) -> None:
    item, tile = first(store)
    store.decide(item, Verdict.CORRECTED, "ann", masks={item: NewMask("d", tile, FULL, None, run="r")})
    saved, version = masks.newest("d", tile), masks.version("d")
    assert saved is not None and (saved.mask, saved.run) == ("1 9", "r")
    assert store.undo("ann") == [item]
    assert masks.version("d") != version
    assert masks.newest("d", tile) is None and masks.reviewed("d").empty
    assert masks.history("d", tile)["withdrawn"].tolist() == [True], "it is still in the history"


def test_a_mask_that_was_taken_back_stays_so_when_its_run_goes(store: ReviewStore, masks: MaskStore) -> None:
    (item, tile), other = first(store), int(store.queue()["id"].iloc[1])
    store.decide(item, Verdict.CORRECTED, "ann", masks={item: NewMask("d", tile, FULL, None)})
    store.undo("ann")
    second = str(store.queue().set_index("id").loc[other, "tile"])
    store.decide(other, Verdict.ALL_SALT, "ann", masks={other: NewMask("d", second, FULL, None)})
    store.delete_run("r")
    assert masks.newest("d", tile) is None
    assert masks.newest("d", second) is not None, "what people drew outlives the run that it was drawn on"


def test_a_clash_decides_nothing(store: ReviewStore, masks: MaskStore) -> None:
    item, tile = first(store)
    masks.save("d", tile, FULL, "bob", base=None)
    with pytest.raises(Conflict, match="by bob"):
        store.decide(item, Verdict.CORRECTED, "ann", masks={item: NewMask("d", tile, FULL, None)})
    assert store.counts()["decided"] == 0 and len(masks.history("d")) == 1


def test_a_mask_made_from_one_that_was_taken_back_is_refused(store: ReviewStore, masks: MaskStore) -> None:
    item, tile = first(store)
    for code in (FULL * 0, FULL):
        newest = masks.newest("d", tile)
        new = NewMask("d", tile, code, newest.id if newest else None)
        store.decide(item, Verdict.CORRECTED, "ann", masks={item: new})
        seen = masks.newest("d", tile)
        assert seen is not None
        store.undo("ann")
        with pytest.raises(Conflict, match="yours was made from was taken back"):
            masks.save("d", tile, FULL, "bob", base=seen.id)
        masks.save("d", tile, FULL, "bob", base=newest.id if newest else None)


@pytest.mark.parametrize("with_mask", [True, False])
def test_a_draft_goes_with_the_decision(store: ReviewStore, masks: MaskStore, with_mask: bool) -> None:
    item, tile = first(store)
    for who in ("ann", "bob"):
        masks.keep_draft("d", tile, "1 2", who, None)
    store.decide(item, Verdict.UNSURE, "ann")
    assert masks.draft("d", tile, "ann") is not None, "it waits"
    new = {item: NewMask("d", tile, FULL, None)} if with_mask else {}
    store.decide(item, Verdict.ALL_SALT, "ann", masks=new)
    assert masks.draft("d", tile, "ann") is None and masks.draft("d", tile, "bob") is not None


def test_an_act_is_taken_back_whole_however_many_values_a_statement_takes(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def few(connection: sqlite3.Connection, record: object) -> None:
        connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 100)

    event.listen(Engine, "connect", few)
    try:
        many, masks = ReviewStore(url), MaskStore(url)
        many.flag("r", "d", flags(300))
        monkeypatch.setattr("core.review.store.MANY", 50)
        queue = many.queue()
        new = {one: NewMask("d", tile, FULL, None) for one, tile in zip(queue["id"], queue["tile"], strict=True)}
        assert len(many.decide_open(queue["id"], Verdict.ALL_SALT, "ann", new)) == 300
        assert len(masks.reviewed("d")) == 300
        assert len(many.undo("ann")) == 300
        assert masks.reviewed("d").empty
    finally:
        event.remove(Engine, "connect", few)


def test_what_one_has_on_the_desk_nobody_else_gets(store: ReviewStore) -> None:
    items = store.queue()["id"].tolist()
    assert store.claim(items, "ann") == [items[0]]
    assert store.claim(items, "ann") == [items[0]], "the same again"
    assert store.claim(items, "bob") == [items[1]]
    assert store.claim(items[:2], "cat") == []
    store.decide(items[0], Verdict.ACCEPT, "ann")
    assert store.claim(items, "cat") == [items[2]]
    assert store.claim(items, "ann") == [items[3]]


def test_the_next_one_can_be_taken_ahead(store: ReviewStore) -> None:
    items = store.queue()["id"].tolist()
    assert store.claim(items, "ann", count=2) == items[:2]
    store.decide(items[0], Verdict.ACCEPT, "ann")
    assert store.claim(items, "bob", count=2) == items[2:4], "the one ahead stays hers"
    assert store.claim(items[1:], "ann", count=2) == [items[1], items[4]]


def test_far_down_a_queue_that_others_have_judged(url: str) -> None:
    store = ReviewStore(url)
    store.flag("r", "d", flags(130))
    items = store.queue()["id"].tolist()
    store.decide(items[:120], Verdict.ACCEPT, "bob")
    assert store.claim(items, "ann") == [items[120]]
    assert store.claim(items[:120], "ann") == []


def test_who_comes_too_late_is_told(store: ReviewStore) -> None:
    item, _ = first(store)
    store.decide(item, Verdict.NO_SALT, "bob")
    with pytest.raises(Decided, match="meanwhile"):
        store.decide(item, Verdict.ACCEPT, "ann", first=True)
    assert store.history("d")["reviewer"].tolist() == ["bob"]
    store.undo("bob")
    store.decide(item, Verdict.ACCEPT, "ann", first=True)


def test_what_was_abandoned_comes_back(store: ReviewStore) -> None:
    items = store.queue()["id"].tolist()
    store.claim(items, "ann", seconds=0.05)
    time.sleep(0.1)
    assert store.claim(items, "bob") == [items[0]]


def check_that_each_is_judged_once(url: str, items: int, reviewers: int) -> Judged:
    """All of them judge until nothing is left."""
    store = ReviewStore(url)
    store.flag("r", "d", flags(items))
    found = judge(url, reviewers)
    assert sorted(found.items) == sorted(store.queue("r", "d")["id"])
    assert len(store.history("d")) == items
    assert len(MaskStore(url).history("d")) == items
    return found


def test_people_who_judge_at_once_never_judge_the_same(url: str) -> None:
    check_that_each_is_judged_once(url, items=60, reviewers=4)


@pytest.mark.soak
def test_twenty_people_judge_two_thousand_items(url: str) -> None:
    found = check_that_each_is_judged_once(url, items=2000, reviewers=20)
    assert found.percentile(0.95) < 100
