"""One tile's decisions and masks in the order of time, and older masks brought back."""

from __future__ import annotations

import numpy as np
import pytest

from core.dataset.importing import import_source
from core.dataset.tiles import TileStore
from core.errors import BadInput, Conflict, NotFound
from core.review.masks import MaskStore, NewMask
from core.review.notes import NoteStore
from core.review.store import ReviewStore
from core.review.tables import Origin, Verdict
from core.review.timeline import OWN, WAITS, Event, newest_revision, restore, timeline
from core.workspace import Workspace
from tests import sources
from tests.core.review.conftest import flags

SHAPE = (8, 8)
FULL, EMPTY = np.ones(SHAPE, np.uint8), np.zeros(SHAPE, np.uint8)


@pytest.fixture
def tiles(workspace: Workspace) -> TileStore:
    import_source(sources.write(workspace.root / "source", sources.kaggle()), workspace, "d")
    return TileStore.open(workspace.existing_dataset("d"))


@pytest.fixture
def review(workspace: Workspace, tiles: TileStore) -> ReviewStore:
    """Tile bbb, of the train part, is open in the queue of run r."""
    opened = ReviewStore(workspace.database_url)
    opened.flag("r", "d", flags(1).assign(id="bbb"))
    return opened


@pytest.fixture
def masks(workspace: Workspace) -> MaskStore:
    return MaskStore(workspace.database_url)


@pytest.fixture
def notes(workspace: Workspace) -> NoteStore:
    return NoteStore(workspace.database_url)


def whats(events: list[Event]) -> list[str]:
    return [event.what for event in events]


def test_before_anybody_has_acted_there_is_what_waits_and_the_label(
    review: ReviewStore, masks: MaskStore, notes: NoteStore, tiles: TileStore
) -> None:
    events = timeline(review, masks, notes, tiles, "bbb")
    assert whats(events) == [WAITS, "label of the data set"]
    assert (events[0].run, events[0].why) == ("r", "salt under")
    assert events[1].stands and newest_revision(events) is None
    assert timeline(review, masks, notes, tiles, "ddd") == [], "an unlabelled tile that nobody looked at"


def test_a_decision_and_its_mask_are_one_act_and_undo_is_another(
    review: ReviewStore, masks: MaskStore, notes: NoteStore, tiles: TileStore
) -> None:
    item = int(review.queue()["id"].iloc[0])
    review.decide(item, Verdict.CORRECTED, "ann", "looks odd", {item: NewMask("d", "bbb", FULL, None, run="r")})
    decided = timeline(review, masks, notes, tiles, "bbb")
    assert whats(decided) == ["corrected", "label of the data set"]
    assert (decided[0].reviewer, decided[0].note, decided[0].mask) == ("ann", "looks odd", "1 64")
    assert decided[0].stands and not decided[1].stands
    review.undo("ann")
    undone = timeline(review, masks, notes, tiles, "bbb")
    assert whats(undone) == [WAITS, "took back: corrected", "corrected", "label of the data set"]
    assert undone[2].taken_back and undone[3].stands


def test_a_note_stands_among_the_acts(
    review: ReviewStore, masks: MaskStore, notes: NoteStore, tiles: TileStore
) -> None:
    masks.save("d", "bbb", FULL, "ann", base=None)
    notes.add("d", "bbb", "see the tile below", "bob")
    masks.save("d", "bbb", EMPTY, "cid", base=1)
    events = timeline(review, masks, notes, tiles, "bbb")
    assert whats(events)[1:4] == ["mask drawn", "note", "mask drawn"]
    assert (events[2].reviewer, events[2].note, events[2].mask) == ("bob", "see the tile below", None)


def test_an_older_mask_becomes_the_newest_and_none_is_lost(
    review: ReviewStore, masks: MaskStore, notes: NoteStore, tiles: TileStore
) -> None:
    first = masks.save("d", "bbb", FULL, "ann", base=None)
    second = masks.save("d", "bbb", EMPTY, "bob", base=first.id)
    again = restore(masks, tiles, "bbb", first.id, "cid", base=second.id)
    assert (again.mask, again.origin, again.parent) == (first.mask, Origin.RESTORED, second.id)
    assert "that of ann" in again.note
    label = restore(masks, tiles, "bbb", OWN, "cid", base=again.id)
    events = timeline(review, masks, notes, tiles, "bbb")
    assert [event.revision for event in events] == [None, label.id, again.id, second.id, first.id, OWN]
    assert events[1].stands and events[1].mask == events[-1].mask
    assert newest_revision(events) == label.id


def test_nothing_is_overwritten_and_nothing_restored_twice(masks: MaskStore, tiles: TileStore) -> None:
    first = masks.save("d", "bbb", FULL, "ann", base=None)
    second = masks.save("d", "bbb", EMPTY, "bob", base=first.id)
    with pytest.raises(Conflict, match="newer mask, by bob"):
        restore(masks, tiles, "bbb", first.id, "cid", base=first.id)
    with pytest.raises(BadInput, match="has this mask already"):
        restore(masks, tiles, "bbb", second.id, "cid", base=second.id)
    with pytest.raises(NotFound, match="of another tile"):
        restore(masks, tiles, "aaa", first.id, "cid", base=None)
    with pytest.raises(NotFound, match="has no label"):
        restore(masks, tiles, "ddd", OWN, "cid", base=None)
    assert len(masks.history("d")) == 2


def test_a_drawing_waits_on_where_a_mask_is_restored(masks: MaskStore, tiles: TileStore) -> None:
    first = masks.save("d", "bbb", FULL, "ann", base=None)
    masks.keep_draft("d", "bbb", "1 1", "ann", first.id)
    restore(masks, tiles, "bbb", OWN, "ann", base=first.id)
    assert masks.draft("d", "bbb", "ann") is not None
