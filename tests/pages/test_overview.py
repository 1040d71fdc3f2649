"""The page Overview."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.dataset.tiles import TileStore
from core.review.masks import MaskStore
from core.review.notes import NoteStore
from core.review.store import ReviewStore
from core.workspace import Workspace


@pytest.mark.parametrize("reviews", [False, True])
def test_a_data_set_is_deleted_with_or_without_its_reviews(
    opened: Callable[..., AppTest], workspace: Workspace, reviews: bool
) -> None:
    tile, url = str(TileStore.open(workspace.dataset("small")).index["id"].iloc[0]), workspace.database_url
    masks, notes, store = MaskStore(url), NoteStore(url), ReviewStore(url)
    first = masks.save("small", tile, np.ones((101, 101)), "ann", base=None)
    masks.save("small", tile, np.zeros((101, 101)), "ann", base=first.id)
    masks.save("other", tile, np.ones((101, 101)), "ann", base=None)
    notes.add("small", tile, "blurred", "ann")
    page = opened("overview")
    page.session_state["delete_menu_small"] = True
    page.run()
    asked = page.checkbox(key="delete_reviews_small")
    assert asked.label == "Delete its reviews, too: 2 masks, 1 note"
    (asked.check() if reviews else asked).run()
    page.button(key="delete_small").click().run()
    assert workspace.dataset_names() == []
    assert store.holdings("small")["masks"] == (0 if reviews else 2)
    assert store.holdings("other") == {"decisions": 0, "masks": 1, "notes": 0}
