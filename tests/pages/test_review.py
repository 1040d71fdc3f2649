"""The page Review, over labels: it needs no run."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from core.dataset.tiles import TileStore
from core.review.labels import label_flags
from core.review.store import ReviewStore
from core.review.tables import LABELS, Verdict
from core.workspace import Workspace

Open = Callable[..., AppTest]


@pytest.fixture
def queue(opened: Open, workspace: Workspace) -> ReviewStore:
    """Three labels in the queue, the first the most severe."""
    store = TileStore.open(workspace.dataset("small"))
    rows = np.flatnonzero(store.index["has_mask"])[:3]
    found = pd.DataFrame({"id": store.index["id"].to_numpy()[rows], "row": rows, "reason": "hole"})
    found = found.assign(severity=[0.8, 0.5, 0.3], details=["a hole of 9 px", "a hole of 5 px", "a hole of 1 px"])
    review = ReviewStore(workspace.database_url)
    review.add(LABELS, "small", label_flags(store.index, found))
    return review


def said(page: AppTest) -> str:
    assert not page.exception
    assert not page.error
    return " ".join(element.value for element in [*page.markdown, *page.caption, *page.info, *page.subheader])


def decide(queue: ReviewStore, count: int) -> None:
    for item in queue.queue(LABELS, "small")["id"].iloc[:count]:
        queue.decide(int(item), Verdict.ACCEPT, "ann")


def test_without_a_run_labels_are_judged(opened: Open, queue: ReviewStore) -> None:
    page = opened("review", view="list")
    assert "0 of 3 decided" in said(page)
    assert page.dataframe[0].value["reasons"].tolist() == ["hole"] * 3


def test_all_is_decided(opened: Open, queue: ReviewStore) -> None:
    decide(queue, 3)
    page = opened("review", queue="labels")
    assert "3 of 3 decided" in said(page)
    assert "Every flagged tile is decided" in page.success[0].value


def test_from_there_a_model_learns_what_was_decided(opened: Open, queue: ReviewStore) -> None:
    decide(queue, 3)
    page = opened("review", queue="labels")
    next(one for one in page.button if one.label == "Train again with these masks").click().run()
    assert [one.value for one in page.title] == ["Train"]
    assert [one.value for one in page.selectbox if one.label == "Labels"] == ["reviewed"]


def test_what_others_have_on_their_desks_is_said(opened: Open, queue: ReviewStore) -> None:
    decide(queue, 2)
    left = int(queue.queue(LABELS, "small")["id"].iloc[0])
    assert queue.claim([left], "somebody else") == [left]
    page = opened("review", queue="labels")
    assert "1 tile left, and others have them on their desks" in page.success[0].value


def test_open_labels_can_be_withdrawn(opened: Open, queue: ReviewStore) -> None:
    decide(queue, 1)
    page = opened("review")
    next(button for button in page.button if button.label == "Take them out").click().run()
    assert "1 of 1 decided" in said(page)


def test_an_empty_queue_leads_to_what_fills_it(opened: Open) -> None:
    page = opened("review")
    assert "No label is under review" in said(page)
    page.button_group(key="review_queue").set_value("predictions").run()
    assert "There is no run yet" in said(page)


def test_where_others_may_be_a_name_is_asked_for_before_a_tile_is_taken(
    opened: Open, queue: ReviewStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = int(queue.queue(LABELS, "small")["id"].iloc[0])
    monkeypatch.setattr("dashboard.components.reviewer_name.ALONE", ())
    page = opened("review", queue="labels")
    assert "Others may be here, too" in said(page) and "decided" not in said(page)
    assert queue.claim([first], "ann") == [first]
    page.text_input[0].set_value(" ")
    page.button[-1].click().run()
    assert "Others may be here, too" in said(page)
    page.text_input[0].set_value("bob")
    page.button[-1].click().run()
    assert "0 of 3 decided" in said(page)
    assert queue.claim([first + 1], "cat") == [], "bob has it on the desk"
