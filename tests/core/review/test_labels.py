"""Labels in the review queue."""

from __future__ import annotations

import numpy as np
import pandas as pd

from core.review.labels import in_words, label_flags
from core.review.store import ReviewStore
from core.review.tables import LABELS, Verdict

INDEX = pd.DataFrame({"id": list("abct"), "has_mask": [True] * 3 + [False], "salt_proportion": [0.25, 0, 0.5, np.nan]})


def findings(*rows: tuple[str, str, float]) -> pd.DataFrame:
    """tile, rule, severity."""
    found = pd.DataFrame(rows, columns=["id", "reason", "severity"])
    return found.assign(row=[list("abct").index(tile) for tile in found["id"]], details="a hole of 7 px")


def test_findings_become_flags_with_their_words() -> None:
    found = label_flags(INDEX, findings(("a", "hole", 0.2), ("a", "seam", 0.75), ("b", "seam", 0.5)))
    assert found["reason"].tolist() == ["quality:hole", "quality:seam", "quality:seam"]
    assert found["salt_proportion"].tolist() == [0.25, 0.25, 0]
    assert found["confidence"].tolist() == [0.25, 0.25, 0.5]
    assert found["value"].tolist() == [0.2, 0.75, 0.5]
    assert set(found["words"]) == {"a hole of 7 px"}
    assert in_words("quality:tiny_area, salt_under") == "tiny area, salt under"


def test_a_tile_without_a_label_has_none_to_judge() -> None:
    assert label_flags(INDEX, findings(("t", "duplicate", 0.7), ("b", "seam", 0.5)))["id"].tolist() == ["b"]
    assert label_flags(INDEX, findings(("t", "duplicate", 0.7))).empty


def test_labels_are_queued_judged_and_taken_back(url: str) -> None:
    store = ReviewStore(url)
    added = store.add(LABELS, "d", label_flags(INDEX, findings(("a", "hole", 0.2), ("b", "seam", 0.5))))
    assert added == 2
    queue = store.queue(LABELS, "d")
    assert queue["tile"].tolist() == ["b", "a"], "the most severe first"
    item = int(queue["id"].iloc[0])
    assert [flag.words for flag in store.reasons(item)] == ["a hole of 7 px"]
    store.decide(item, Verdict.NEEDS_WORK, "ann")
    assert store.counts(LABELS, "d")["decided"] == 1
    assert store.undo("ann", LABELS, "d") == [item]
    assert store.queue("r", "d").empty


def test_what_is_sent_later_comes_beside_what_is_there(url: str) -> None:
    store = ReviewStore(url)
    store.add(LABELS, "d", label_flags(INDEX, findings(("a", "hole", 0.2), ("b", "seam", 0.5))))
    store.decide(int(store.queue()["id"].iloc[0]), Verdict.ACCEPT, "ann")
    more = label_flags(INDEX, findings(("a", "seam", 0.6), ("b", "hole", 0.4), ("c", "hole", 0.3)))
    assert store.add(LABELS, "d", more) == 1
    queue = store.queue(LABELS, "d").set_index("tile")
    assert queue["reasons"].to_dict() == {"a": "quality:hole, quality:seam", "c": "quality:hole", "b": "quality:seam"}
    assert queue.loc["a", "confidence"] == 0.4
    assert store.add(LABELS, "d", more) == 0, "nothing new"
    assert len(store.queue(LABELS, "d")) == 3


def test_withdrawn_labels_leave_what_was_decided(url: str) -> None:
    store = ReviewStore(url)
    store.add(LABELS, "d", label_flags(INDEX, findings(("a", "hole", 0.2), ("b", "seam", 0.5))))
    store.add("r", "d", label_flags(INDEX, findings(("a", "hole", 0.2))))
    store.decide(int(store.queue(LABELS)["id"].iloc[0]), Verdict.ACCEPT, "ann")
    store.withdraw(LABELS, "d")
    assert store.queue(LABELS)["tile"].tolist() == ["b"]
    assert len(store.queue("r")) == 1
