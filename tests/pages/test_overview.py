"""The page Overview."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.dataset.tiles import TileStore
from core.review.flagging import flag_run
from core.review.masks import MaskStore
from core.review.notes import NoteStore
from core.review.policy import FlagRules
from core.review.store import ReviewStore
from core.review.tables import Verdict
from core.workspace import Workspace
from tests.runs import write_run


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


def test_what_comes_after_the_last_verdict(opened: Callable[..., AppTest], workspace: Workspace) -> None:
    tiles = TileStore.open(workspace.dataset("small"))
    rows = np.flatnonzero(tiles.index["std"] > 0)[:2]
    maps = np.zeros((len(rows), *tiles.tile_shape), np.uint8)
    run = write_run(workspace, "20260101-000000-unet-abcd", tiles, rows, maps)
    store = ReviewStore(workspace.database_url)
    flag_run(workspace, store, run.id, "small", FlagRules(0.5))
    offered = []
    for item in [*store.queue()["id"], None]:
        offered.append(opened("overview").button[0].label)
        if item is not None:
            store.decide(int(item), Verdict.NO_SALT, "ann")
    assert offered == ["Review", "Review", "Train again"]
