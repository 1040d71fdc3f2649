"""All that was ever said and made of one tile, in the order of time, and the way back to any of its masks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from core.dataset import rle
from core.dataset.tiles import TileStore
from core.errors import BadInput, NotFound
from core.review.labels import in_words
from core.review.masks import MaskStore, Revision
from core.review.notes import NoteStore
from core.review.store import ReviewStore
from core.review.tables import UNDO, Origin

OWN = 0  # in place of a revision's number: the label of the data set
WAITS = "waits"


@dataclass(frozen=True)
class Event:
    """One act: a decision, a mask that was saved, or both in one, or a note; also the data set's label, an open item.

    time: None for the last two · what: in words · origin: of the mask, "" for the label of the data set · revision:
    number of the mask, `OWN` for that label, None without one · mask: its run-length code · taken_back: later, by whom
    acted · stands: its mask is the label now.
    """

    time: datetime | None
    what: str
    reviewer: str = ""
    run: str = ""
    why: str = ""
    note: str = ""
    origin: str = ""
    revision: int | None = None
    mask: str | None = None
    taken_back: bool = False
    stands: bool = False


def timeline(review: ReviewStore, masks: MaskStore, notes: NoteStore, store: TileStore, tile: str) -> list[Event]:
    """What waits for a decision, then all acts on a tile, the newest first, then the data set's own label, if any."""
    decided = review.history(store.name, tile)
    made = masks.history(store.name, tile)
    newest = masks.newest(store.name, tile)
    by_decision = {int(one["decision"]): one for one in _rows(made) if one["decision"] is not None}
    alone = [one for one in _rows(made) if one["decision"] is None]
    undone = set(decided["undoes"].dropna())
    verdicts = dict(zip(decided["decision"], decided["verdict"], strict=True))
    events = [_decision(one, by_decision.get(one["decision"]), undone, verdicts) for one in _rows(decided)]
    events += [_revision(one) for one in alone]
    events += [Event(one.time, "note", one.reviewer, note=one.text) for one in notes.of_tile(store.name, tile)]
    standing = newest.id if newest else OWN
    acts = [_standing(one, standing) for one in sorted(events, key=_moment, reverse=True)]
    return [*_waiting(review, store.name, tile), *acts, *_label(store, tile, standing)]


def newest_revision(events: list[Event]) -> int | None:
    """The revision that stands in a timeline; None where that is the data set's own label, or nothing."""
    return next((event.revision for event in events if event.stands), None) or None


def restore(masks: MaskStore, store: TileStore, tile: str, revision: int, reviewer: str, base: int | None) -> Revision:
    """Make an older mask of a tile its newest revision; all others stay where they are.

    revision: `OWN` for the label of the data set · base: the newest revision that the reviewer saw. Raises `NotFound`
    for a revision of no such tile, `BadInput` for the mask that stands already, `Conflict` as `MaskStore.save` does.
    """
    label = _label_code(store, tile)
    code, words = (label, "the label of the data set") if revision == OWN else _older(masks, store, tile, revision)
    if code is None:
        raise NotFound(f"tile {tile!r} has no label in data set {store.name!r} that could be restored")
    newest = masks.newest(store.name, tile)
    if code == (newest.mask if newest else label):
        raise BadInput(f"tile {tile!r} has this mask already; there is nothing to restore")
    mask = rle.decode(code, store.tile_shape)
    return masks.save(store.name, tile, mask, reviewer, base=base, origin=Origin.RESTORED, note=words)


def _older(masks: MaskStore, store: TileStore, tile: str, revision: int) -> tuple[str, str]:
    """Code of a revision of the tile, and how a note names it."""
    found = masks.revision(revision)
    if (found.dataset, found.tile) != (store.name, tile):
        raise NotFound(f"revision {revision} is of another tile than {tile!r}; its history lists its own")
    return found.mask, f"that of {found.reviewer}, {found.time:%Y-%m-%d %H:%M} UTC"


def _waiting(review: ReviewStore, dataset: str, tile: str) -> list[Event]:
    items = review.of_tile(dataset, tile)
    return [
        Event(None, WAITS, run=one["run"], why=in_words(one["reasons"]))
        for one in _rows(items[items["verdict"].isna()])
    ]


def _decision(said: dict[str, Any], made: dict[str, Any] | None, undone: set[int], verdicts: dict[int, str]) -> Event:
    what = in_words(said["verdict"])
    if said["verdict"] == UNDO:
        what = f"took back: {in_words(verdicts[said['undoes']])}"
    return Event(
        said["time"],
        what,
        said["reviewer"],
        said["run"],
        in_words(said["reasons"] or ""),
        said["note"],
        origin=made["origin"] if made else "",
        revision=int(made["id"]) if made else None,
        mask=made["mask"] if made else None,
        taken_back=said["decision"] in undone,
    )


def _revision(made: dict[str, Any]) -> Event:
    what, number = f"mask {made['origin']}", int(made["id"])
    return Event(
        made["time"],
        what,
        made["reviewer"],
        made["run"],
        note=made["note"],
        origin=made["origin"],
        revision=number,
        mask=made["mask"],
        taken_back=made["withdrawn"],
    )


def _label(store: TileStore, tile: str, standing: int) -> list[Event]:
    code = _label_code(store, tile)
    return [] if code is None else [Event(None, "label of the data set", revision=OWN, mask=code, stands=not standing)]


def _label_code(store: TileStore, tile: str) -> str | None:
    row = store.row(tile)
    return rle.encode(np.asarray(store.masks[row])) if store.index["has_mask"].iat[row] else None


def _standing(event: Event, newest: int) -> Event:
    return replace(event, stands=True) if event.revision == newest else event


def _moment(event: Event) -> tuple[datetime, int]:
    assert event.time is not None
    return event.time, event.revision or 0


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]
