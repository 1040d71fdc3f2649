"""What the editor's messages do to the store and to the desk, whatever the page shows by then."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.dataset import rle
from core.dataset.importing import import_source
from core.dataset.tiles import TileStore
from core.review.flagging import flag_run
from core.review.masks import MaskStore
from core.review.policy import FlagRules
from core.review.store import ReviewStore
from core.workspace import Workspace
from dashboard.components.desk_state import DeskState
from dashboard.components.mask_editor import Drawn
from dashboard.components.review_editor import Desk, Judging
from dashboard.components.review_queue import Queue
from dashboard.components.review_work import Shown
from tests.runs import write_run

SHAPE = (101, 101)
EMPTY, FULL = "", rle.encode(np.ones(SHAPE, np.uint8))


@pytest.fixture
def both(workspace: Workspace, kaggle_folder: Path) -> list[Judging]:
    """Two items of a queue of empty predictions, each as if it were on the desk, the first one is."""
    import_source(kaggle_folder, workspace, "small")
    tiles = TileStore.open(workspace.existing_dataset("small"))
    rows = np.flatnonzero(tiles.index["std"] > 0)[:2]
    run = write_run(workspace, "20260101-000000-unet-abcd", tiles, rows, np.zeros((2, *SHAPE), np.uint8))
    reviews, masks = ReviewStore(workspace.database_url), MaskStore(workspace.database_url)
    flag_run(workspace, reviews, run.id, "small", FlagRules(0.5))
    queue = Queue(workspace, tiles, run, pd.DataFrame())
    items = reviews.queue()
    state = DeskState(item=int(items["id"].iat[0]))
    shown = Shown(FULL, EMPTY, None, EMPTY)
    desks = [Desk(items.iloc[place], "", items.iloc[1 - place], "", {}) for place in (0, 1)]
    return [Judging(queue, desk, shown, "ann", reviews, masks, state) for desk in desks]


def act(judging: Judging, name: str = "accept", tile: str | None = None) -> bool:
    return judging.act(Drawn(tile or judging.desk.item["tile"], EMPTY, None, 1, name, changed=False))


def test_a_verdict_puts_the_next_item_on_the_desk(both: list[Judging]) -> None:
    first, second = both
    assert act(first)
    assert first.state.item == second.item
    assert first.masks.newest("small", first.desk.item["tile"]).mask == EMPTY


def test_a_late_verdict_leaves_the_desk_as_it_is(both: list[Judging]) -> None:
    first, second = both
    first.state.item = second.item
    assert act(first)
    assert first.state.item == second.item
    assert dict(first.reviews.queue()[["id", "verdict"]].dropna().to_numpy()) == {first.item: "accept"}


def test_a_clash_stays_with_its_item(both: list[Judging]) -> None:
    first, second = both
    tile = first.desk.item["tile"]
    first.masks.save("small", tile, np.ones(SHAPE, np.uint8), "bob", base=None)
    assert not act(first)
    clash = first.state.clashes[first.item]
    assert (clash.mask, clash.action, first.state.item) == (FULL, "accept", first.item)
    assert second.state.clashes.get(second.item) is None
    assert act(second)
    assert first.item in first.state.clashes, "nobody has chosen yet"


def test_what_is_meant_for_another_tile_is_refused_in_words(both: list[Judging]) -> None:
    first, second = both
    assert not act(first, tile=second.desk.item["tile"])
    assert "not stored" in first.state.failure
    assert first.reviews.queue()["verdict"].isna().all()


def test_nothing_to_take_back(both: list[Judging]) -> None:
    first, _ = both
    assert not act(first, "back")
    assert (first.state.done, first.state.item) == ("Nothing of yours to take back", first.item)
