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
from core.review.tables import LABELS
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


def test_without_a_run_labels_are_judged(opened: Open, queue: ReviewStore) -> None:
    page = opened("review")
    assert "0 of 3 decided" in said(page)
    assert "a hole of 9 px" in said(page)
    assert page.dataframe[0].value["reasons"].tolist() == ["hole"] * 3
    page.button(key="verdict_needs_work").click().run()
    assert "1 of 3 decided" in said(page)
    assert "a hole of 5 px" in said(page)
    assert queue.counts(LABELS, "small")["verdicts"]["needs_work"] == 1


def test_undo_brings_the_label_back_on_the_desk(opened: Open, queue: ReviewStore) -> None:
    page = opened("review")
    page.button(key="verdict_accept").click().run()
    next(button for button in page.button if button.label == "Undo").click().run()
    assert "0 of 3 decided" in said(page)
    assert "a hole of 9 px" in said(page)


def test_all_is_decided(opened: Open, queue: ReviewStore) -> None:
    page = opened("review", queue="labels")
    for _ in range(3):
        page.button(key="verdict_accept").click().run()
    assert "3 of 3 decided" in said(page)
    assert "Every flagged tile is decided" in page.success[0].value
    assert queue.counts(LABELS)["decided"] == 3


def test_open_labels_can_be_withdrawn(opened: Open, queue: ReviewStore) -> None:
    page = opened("review")
    page.button(key="verdict_accept").click().run()
    next(button for button in page.button if button.label == "Take them out").click().run()
    assert "1 of 1 decided" in said(page)


def test_an_empty_queue_leads_to_what_fills_it(opened: Open) -> None:
    page = opened("review")
    assert "No label is under review" in said(page)
    page.button_group(key="review_queue").set_value("predictions").run()
    assert "There is no run yet" in said(page)
