"""The masks that people made: revisions, and drafts of those to come.

A revision is one version of a tile's mask, with its author, time, origin and the revision that it was made from.
Revisions are only ever added, and on the disk when `save` returns; the newest one of a tile is its reviewed label.
A draft is what one person has drawn on one tile and not saved yet.
"""

from __future__ import annotations

import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import ColumnElement, Connection, Select, bindparam, delete, exists, func, insert, select, update

from core.dataset import rle
from core.errors import BadInput, Conflict, NotFound
from core.review.engine import connect, reading, writing
from core.review.migration import ensure_schema
from core.review.tables import Origin, decisions, drafts, review_items, revisions


@dataclass(frozen=True)
class Revision:
    """One version of a tile's mask.

    mask: canonical run-length code · parent: None for the data set's own label · decision: that it was made by ·
    withdrawn: taken back with that decision.
    """

    id: int
    dataset: str
    tile: str
    mask: str
    parent: int | None
    origin: str
    run: str
    decision: int | None
    withdrawn: bool
    reviewer: str
    time: datetime
    note: str


@dataclass(frozen=True)
class Draft:
    """A mask that was not saved yet; base: the revision in sight when it was begun, None: the data set's label."""

    mask: str
    base: int | None
    time: datetime


@dataclass(frozen=True, eq=False)
class NewMask:
    """A mask to save. mask: (H, W), above 0 is salt · base: the revision that was in sight · run: whose prediction."""

    dataset: str
    tile: str
    mask: np.ndarray
    base: int | None
    origin: Origin = Origin.DRAWN
    run: str = ""

    @cached_property
    def code(self) -> str:
        """Canonical run-length code of the mask."""
        return rle.encode(self.mask)


# What every decision needs, built once: meanwhile nobody else can write.
_OF_TILE = (
    select(revisions)
    .where(revisions.c.dataset == bindparam("dataset"), revisions.c.tile == bindparam("tile"), ~revisions.c.withdrawn)
    .order_by(revisions.c.id.desc())
    .limit(1)
)
_DRAFT = drafts.c["dataset", "tile", "reviewer"]
_DROP = delete(drafts).where(*(column == bindparam(column.name) for column in _DRAFT))
_DROP_JUDGED = delete(drafts).where(
    drafts.c.reviewer == bindparam("reviewer"),
    exists().where(
        review_items.c.id.in_(select(decisions.c.item_id).where(decisions.c.id >= bindparam("since"))),
        review_items.c.dataset == drafts.c.dataset,
        review_items.c.tile == drafts.c.tile,
    ),
)
_ADD = insert(revisions).returning(revisions.c.id)


class MaskStore:
    """The masks behind an SQLAlchemy URL; raises `WorkspaceError` and `Busy` as `ReviewStore` does.

    May be shared by threads.
    """

    def __init__(self, url: str) -> None:
        self._engine = connect(url)
        weakref.finalize(self, self._engine.dispose)
        ensure_schema(self._engine)

    def save(
        self,
        dataset: str,
        tile: str,
        mask: np.ndarray,
        reviewer: str,
        *,
        base: int | None,
        origin: Origin = Origin.DRAWN,
        run: str = "",
        note: str = "",
    ) -> Revision:
        """Add a revision and drop the reviewer's draft that it was; on the disk when this returns.

        mask: (H, W) uint8 or bool, above 0 is salt · base: the revision that the reviewer saw. Raises `Conflict` when
        there is a newer one or it was taken back, `BadInput` without a reviewer.
        """
        new = NewMask(dataset, tile, mask, base, origin, run)
        with writing(self._engine) as connection:
            return add_revision(connection, new, reviewer, note)

    def take_in(
        self, dataset: str, codes: Mapping[str, str], labels: Mapping[str, str], reviewer: str, note: str = ""
    ) -> dict[str, int]:
        """Add a revision for each of `codes` (by tile) that is not the tile's label already; all of them or none.

        labels: what tiles without a revision have, by tile. Gives tiles, revisions (added), same, and corrected: those
        added over a mask that somebody had made. Drafts stay. Raises `BadInput` without a reviewer.
        """
        act: dict[str, Any] = {
            "dataset": dataset,
            "run": "",
            "origin": Origin.IMPORTED.value,
            "decision": None,
            "withdrawn": False,
        }
        act |= {"reviewer": _name(reviewer), "time": datetime.now(UTC), "note": note}
        with writing(self._engine) as connection:
            rows = connection.execute(_newest(dataset).with_only_columns(*revisions.c["tile", "id", "mask"]))
            known = {tile: (number, mask) for tile, number, mask in rows}
            fresh = {
                tile: known.get(tile, (None, None))[0]
                for tile, code in codes.items()
                if code != (known[tile][1] if tile in known else labels.get(tile))
            }
            added = [act | {"tile": tile, "mask": codes[tile], "parent": base} for tile, base in fresh.items()]
            if added:
                connection.execute(insert(revisions), added)
        over = sum(base is not None for base in fresh.values())
        counts = {"tiles": len(codes), "revisions": len(fresh)}
        return counts | {"same": len(codes) - len(fresh), "corrected": over}

    def newest(self, dataset: str, tile: str) -> Revision | None:
        """The reviewed mask of a tile; None where nobody made one."""
        with reading(self._engine) as connection:
            return _newest_of(connection, dataset, tile)

    def newest_of(self, dataset: str, tiles: Sequence[str]) -> dict[str, str]:
        """The reviewed masks of `tiles` as run-length codes, of those that have one."""
        wanted = (revisions.c.dataset == dataset) & revisions.c.tile.in_(tiles) & ~revisions.c.withdrawn
        newest = select(func.max(revisions.c.id)).where(wanted).group_by(revisions.c.tile)
        with reading(self._engine) as connection:
            found = connection.execute(select(revisions.c.tile, revisions.c.mask).where(revisions.c.id.in_(newest)))
            return {row.tile: row.mask for row in found}

    def version(self, dataset: str) -> tuple[int, int]:
        """What changes with every reviewed mask of a data set: how many revisions hold, and the newest of them."""
        wanted = (revisions.c.dataset == dataset) & ~revisions.c.withdrawn
        with reading(self._engine) as connection:
            count, newest = connection.execute(select(func.count(), func.max(revisions.c.id)).where(wanted)).one()
        return count, newest or 0

    def revision(self, number: int) -> Revision:
        """One revision. Raises `NotFound`."""
        with reading(self._engine) as connection:
            found = connection.execute(select(revisions).where(revisions.c.id == number)).first()
        if found is None:
            raise NotFound(f"there is no revision {number}; the history of a tile lists them")
        return Revision(**found._mapping)

    def history(self, dataset: str, tile: str | None = None) -> pd.DataFrame:
        """All revisions of a tile or of a whole data set, the newest first, with the fields of `Revision`."""
        wanted = revisions.c.dataset == dataset
        if tile is not None:
            wanted &= revisions.c.tile == tile
        return self._frame(select(revisions).where(wanted).order_by(revisions.c.id.desc()))

    def reviewed(self, dataset: str, up_to: int | None = None) -> pd.DataFrame:
        """The newest revision of every tile that has one, by tile, as far as revision `up_to`."""
        return self._frame(_newest(dataset, up_to).order_by(revisions.c.tile))

    def keep_draft(
        self, dataset: str, tile: str, mask: str, reviewer: str, base: int | None, time: datetime | None = None
    ) -> None:
        """Remember what `reviewer` has drawn so far (a run-length code); on the disk when this returns.

        time: of the last stroke (None: now); a drawing that is older than the kept one changes nothing.
        """
        name, drawn = _name(reviewer), time or datetime.now(UTC)
        row = {"dataset": dataset, "tile": tile, "reviewer": name, "mask": mask, "base": base, "time": drawn}
        mine = _draft_of(dataset, tile, name)
        with writing(self._engine) as connection:
            kept = connection.scalar(select(drafts.c.time).where(mine))
            if kept is None or kept <= drawn:
                connection.execute(delete(drafts).where(mine))
                connection.execute(insert(drafts), row)

    def draft(self, dataset: str, tile: str, reviewer: str) -> Draft | None:
        """What `reviewer` has drawn on a tile and not saved; None where there is nothing."""
        columns = drafts.c["mask", "base", "time"]
        with reading(self._engine) as connection:
            found = connection.execute(select(*columns).where(_draft_of(dataset, tile, reviewer.strip()))).first()
        return Draft(*found) if found else None

    def drop_draft(self, dataset: str, tile: str, reviewer: str) -> None:
        """Forget it."""
        with writing(self._engine) as connection:
            drop_draft(connection, dataset, tile, reviewer)

    def _frame(self, query: Select[Any]) -> pd.DataFrame:
        with reading(self._engine) as connection:
            found = connection.execute(query)
            return pd.DataFrame([tuple(row) for row in found], columns=list(found.keys()), dtype=object)


def add_revision(
    connection: Connection, new: NewMask, reviewer: str, note: str = "", decision: int | None = None
) -> Revision:
    """Within the caller's transaction: what `MaskStore.save` does, tied to a decision if one is given."""
    newest = _newest_of(connection, new.dataset, new.tile)
    if (newest.id if newest else None) != new.base:
        raise Conflict(_clash(new, newest))
    row: dict[str, Any] = {
        "dataset": new.dataset,
        "tile": new.tile,
        "mask": new.code,
        "parent": new.base,
        "origin": new.origin.value,
        "run": new.run,
        "decision": decision,
        "withdrawn": False,
        "reviewer": _name(reviewer),
        "time": datetime.now(UTC),
        "note": note,
    }
    added = connection.execute(_ADD, row).scalar_one()
    if new.origin in (Origin.DRAWN, Origin.PREDICTION):  # a drawing waits on where another mask was put in its place
        drop_draft(connection, new.dataset, new.tile, reviewer)
    return Revision(id=added, **row)


def _clash(new: NewMask, newest: Revision | None) -> str:
    """Why a mask is not saved that was made from another one than the newest."""
    if newest and (new.base is None or newest.id > new.base):
        by = f"{newest.reviewer} of {newest.time:%Y-%m-%d %H:%M} UTC"
        return f"tile {new.tile!r} has a newer mask, by {by}; look at both, then save yours over it or take theirs"
    return (
        f"the mask of tile {new.tile!r} that yours was made from was taken back; "
        "look at the one before it, then save yours over that or take it"
    )


def drop_draft(connection: Connection, dataset: str, tile: str, reviewer: str) -> None:
    """Within the caller's transaction: forget what `reviewer` has drawn on a tile and not saved."""
    connection.execute(_DROP, {"dataset": dataset, "tile": tile, "reviewer": _name(reviewer)})


def drop_drafts_of(connection: Connection, since: int, reviewer: str) -> None:
    """Within the caller's transaction: forget what `reviewer` drew on tiles judged from decision `since` on."""
    connection.execute(_DROP_JUDGED, {"reviewer": _name(reviewer), "since": since})


def withdraw_revisions(connection: Connection, since: int) -> None:
    """Within the caller's transaction: take back the masks of what is undone from decision `since` on."""
    undone = select(decisions.c.undoes).where(decisions.c.id >= since)
    connection.execute(update(revisions).where(revisions.c.decision.in_(undone)).values(withdrawn=True))


def _newest(dataset: str, up_to: int | None = None) -> Select[Any]:
    """The newest revision of each tile of a data set, as far as revision `up_to`."""
    wanted = (revisions.c.dataset == dataset) & ~revisions.c.withdrawn
    if up_to is not None:
        wanted &= revisions.c.id <= up_to
    newest = select(func.max(revisions.c.id)).where(wanted).group_by(revisions.c.tile)
    return select(revisions).where(revisions.c.id.in_(newest))


def _newest_of(connection: Connection, dataset: str, tile: str) -> Revision | None:
    found = connection.execute(_OF_TILE, {"dataset": dataset, "tile": tile}).first()
    return Revision(**found._mapping) if found else None


def _draft_of(dataset: str, tile: str, reviewer: str) -> ColumnElement[bool]:
    return (drafts.c.dataset == dataset) & (drafts.c.tile == tile) & (drafts.c.reviewer == reviewer)


def _name(reviewer: str) -> str:
    if not reviewer.strip():
        raise BadInput("a mask needs a reviewer; give your name")
    return reviewer.strip()
