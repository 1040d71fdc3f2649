"""The SQL that the review store is made of. Every function here works within the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pandas as pd
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Delete,
    Select,
    Subquery,
    Table,
    bindparam,
    case,
    delete,
    exists,
    func,
    insert,
    select,
    true,
    update,
)

from core.review.policy import is_confident_empty
from core.review.tables import UNDO, claims, decisions, drafts, flags, notes, review_items, revisions


def belongs(run: str | None, dataset: str | None) -> ColumnElement[bool]:
    """Items of this run and data set; None: of any."""
    wanted: ColumnElement[bool] = true()
    if run is not None:
        wanted &= review_items.c.run == run
    if dataset is not None:
        wanted &= review_items.c.dataset == dataset
    return wanted


def _stands() -> ColumnElement[bool]:
    taken_back = select(decisions.c.undoes).where(decisions.c.undoes.is_not(None))
    return (decisions.c.verdict != UNDO) & decisions.c.id.not_in(taken_back)


def _standing() -> Subquery:
    last = func.max(decisions.c.id).label("id")
    return select(decisions.c.item_id, last).where(_stands()).group_by(decisions.c.item_id).subquery()


_ITEM = review_items.c["id", "run", "dataset", "tile", "salt_proportion", "confidence"]
_VERDICT = (decisions.c.verdict, decisions.c.reviewer, decisions.c.time.label("decided"), decisions.c.note)


def _reasons(wanted: ColumnElement[bool]) -> Subquery:
    names = func.aggregate_strings(flags.c.reason, ", ").label("reasons")
    return select(flags.c.item_id, names).where(wanted).group_by(flags.c.item_id).subquery()


def of_tile(dataset: str, tile: str) -> Select[Any]:
    """The items of a tile in all runs with every decision that stands: undecided ones first, then the newest."""
    mine = (review_items.c.dataset == dataset) & (review_items.c.tile == tile)
    reasons = _reasons(flags.c.item_id.in_(select(review_items.c.id).where(mine)))
    return (
        select(*_ITEM, reasons.c.reasons, *_VERDICT)
        .join_from(review_items, reasons, reasons.c.item_id == review_items.c.id)
        .outerjoin(decisions, (decisions.c.item_id == review_items.c.id) & _stands())
        .where(mine)
        .order_by(decisions.c.id.is_not(None), decisions.c.id.desc(), review_items.c.id)
    )


def queue() -> Select[Any]:
    """Every flagged item with its reasons and its standing decision, if it has one."""
    standing = _standing()
    reasons = _reasons(true())
    return (
        select(*_ITEM, reasons.c.reasons, *_VERDICT)
        .join_from(review_items, reasons, reasons.c.item_id == review_items.c.id)
        .outerjoin(standing, standing.c.item_id == review_items.c.id)
        .outerjoin(decisions, decisions.c.id == standing.c.id)
    )


def reasons(item_id: int) -> Select[Any]:
    """reason, value, limit and words of each flag of an item."""
    columns = flags.c["reason", "value", "limit", "words"]
    return select(*columns).where(flags.c.item_id == item_id).order_by(flags.c.reason)


def history(dataset: str, tile: str | None = None) -> Select[Any]:
    """Every row of the decisions on tiles of a data set, or on one, with its item's run, tile and reasons."""
    wanted = review_items.c.dataset == dataset
    if tile is not None:
        wanted &= review_items.c.tile == tile
    why = _reasons(flags.c.item_id.in_(select(review_items.c.id).where(wanted)))
    said = decisions.c["verdict", "reviewer", "time", "note", "batch", "undoes"]
    rows = select(decisions.c.id.label("decision"), *review_items.c["run", "tile"], *said, why.c.reasons)
    joined = rows.join_from(decisions, review_items).outerjoin(why, why.c.item_id == review_items.c.id)
    return joined.where(wanted).order_by(decisions.c.id)


def count_verdicts(wanted: ColumnElement[bool]) -> Select[Any]:
    """verdict (None: open), number of items, number of confident empties among them."""
    items = queue().where(wanted).subquery()
    empty = is_confident_empty(items.c.salt_proportion, items.c.confidence)
    return select(items.c.verdict, func.count(), func.count().filter(empty)).group_by(items.c.verdict)


def count_open_reasons(wanted: ColumnElement[bool]) -> Select[Any]:
    """reason, number of open items with it."""
    items = queue().where(wanted).subquery()
    flagged = select(flags.c.reason, func.count()).join(items, items.c.id == flags.c.item_id)
    return flagged.where(items.c.verdict.is_(None)).group_by(flags.c.reason).order_by(flags.c.reason)


def acts(wanted: ColumnElement[bool], count: int) -> Select[Any]:
    """reviewer and time of each act among the last `count` decisions of all, those that were taken back included."""
    said = decisions.c["item_id", "verdict", "reviewer", "time", "batch"]
    last = select(*said).order_by(decisions.c.id.desc()).limit(count).subquery()
    mine = select(last.c.reviewer, func.max(last.c.time)).join(review_items, review_items.c.id == last.c.item_id)
    return mine.where(wanted, last.c.verdict != UNDO).group_by(last.c.batch, last.c.reviewer)


def reviewers(wanted: ColumnElement[bool]) -> Select[Any]:
    """reviewer, number of decisions that stand and time of the last act, the busiest first.

    Each undo takes back one decision of the same reviewer, so that counting is enough.
    """
    stand = func.sum(case((decisions.c.verdict == UNDO, -1), else_=1))
    said = select(decisions.c.reviewer, stand, func.max(decisions.c.time)).join(review_items)
    return said.where(wanted).group_by(decisions.c.reviewer).order_by(stand.desc())


def holdings(dataset: str) -> dict[str, Select[Any]]:
    """The numbers of decisions that stand, masks that count and notes on tiles of a data set."""
    mine = review_items.c.dataset == dataset
    return {
        "decisions": select(func.count()).select_from(decisions).join(review_items).where(mine, _stands()),
        "masks": select(func.count()).where(revisions.c.dataset == dataset, ~revisions.c.withdrawn),
        "notes": select(func.count()).where(notes.c.dataset == dataset),
    }


def delete_dataset(connection: Connection, dataset: str) -> None:
    """Remove all of a data set; the database takes flags, decisions and claims along with their items."""
    for table in (revisions, drafts, notes, review_items):
        connection.execute(delete(table).where(table.c.dataset == dataset))


def delete_run(run: str) -> Delete:
    """Items of a run; the database takes their flags and decisions along."""
    return delete(review_items).where(review_items.c.run == run)


def drop_open_flags(connection: Connection, run: str, dataset: str) -> list[str]:
    """Remove the flags of all items without a standing decision; return the tiles that have one."""
    standing = _standing()
    mine = select(review_items.c.id).where(belongs(run, dataset), review_items.c.id.not_in(select(standing.c.item_id)))
    connection.execute(delete(flags).where(flags.c.item_id.in_(mine)))
    decided = select(review_items.c.tile).join(standing, standing.c.item_id == review_items.c.id)
    return list(connection.scalars(decided.where(belongs(run, dataset))))


def open_flags(run: str, dataset: str) -> Select[Any]:
    """The flags of all items without a standing decision, with the columns of `policy.FLAG_COLUMNS`."""
    item = review_items.c
    figures = (item.tile.label("id"), item.salt_proportion, item.confidence)
    found = select(*figures, *flags.c["reason", "value", "limit", "words"])
    is_open = item.id.not_in(select(_standing().c.item_id))
    return found.join(review_items, item.id == flags.c.item_id).where(belongs(run, dataset), is_open)


def write_items(connection: Connection, run: str, dataset: str, tiles: pd.DataFrame) -> dict[str, int]:
    """Insert or update an item for each row of `tiles` (id, salt_proportion, confidence); {tile: item id}."""
    known = select(review_items.c.tile, review_items.c.id).where(belongs(run, dataset))
    ids = dict(connection.execute(known).all())
    figures = tiles.rename(columns={"id": "tile"})[["tile", "salt_proportion", "confidence"]]
    is_known = figures["tile"].isin(list(ids))
    same = figures[is_known]
    same = same.assign(item=[ids[tile] for tile in same["tile"]]).drop(columns="tile")
    _many(connection, update(review_items).where(review_items.c.id == bindparam("item")), same)
    write_rows(connection, review_items, figures[~is_known].assign(run=run, dataset=dataset, created=datetime.now(UTC)))
    return dict(connection.execute(known).all())


def write_rows(connection: Connection, table: Table, rows: pd.DataFrame) -> None:
    """Insert every row of a frame whose columns are named like those of the table."""
    _many(connection, insert(table), rows)


def drop_idle_items(connection: Connection, run: str, dataset: str) -> None:
    """Remove items without a flag that nobody ever decided on."""
    idle = review_items.c.id.not_in(select(flags.c.item_id)) & review_items.c.id.not_in(select(decisions.c.item_id))
    connection.execute(delete(review_items).where(belongs(run, dataset), idle))


# What every decision needs, built once: meanwhile nobody else can write.
_ITEMS: BindParameter[int] = bindparam("items", expanding=True)
_APPEND = insert(decisions).returning(decisions.c.id, sort_by_parameter_order=True)
_DECIDED = select(decisions.c.id).where(decisions.c.item_id.in_(_ITEMS), _stands()).limit(1)
_FREE = select(review_items.c.id).where(
    review_items.c.id.in_(_ITEMS),
    ~exists().where(decisions.c.item_id == review_items.c.id, _stands()),
    ~exists().where(
        claims.c.item_id == review_items.c.id,
        claims.c.reviewer != bindparam("reviewer"),
        claims.c.until > bindparam("now", type_=claims.c.until.type),
    ),
)
_CLEAR = delete(claims).where((claims.c.reviewer == bindparam("mine")) | claims.c.item_id.in_(_ITEMS))
_RELEASE = delete(claims).where(
    claims.c.item_id.in_(select(decisions.c.item_id).where(decisions.c.id >= bindparam("since")))
)
_CLAIM = insert(claims)


def append(connection: Connection, rows: list[dict[str, Any]]) -> list[int]:
    """Add decisions; their ids, in the order of `rows`."""
    return list(connection.scalars(_APPEND, rows)) if rows else []


def any_decided(connection: Connection, item_ids: Sequence[int]) -> bool:
    """Whether one of these items has a standing decision."""
    return connection.scalar(_DECIDED, {"items": item_ids}) is not None


def free(connection: Connection, item_ids: Sequence[int], reviewer: str, now: datetime) -> list[int]:
    """Those of `item_ids`, in their order, that are open and that nobody else has on the desk."""
    found = set(connection.scalars(_FREE, {"items": item_ids, "reviewer": reviewer, "now": now}))
    return [one for one in item_ids if one in found]


def put_claims(connection: Connection, item_ids: Sequence[int], reviewer: str, until: datetime) -> None:
    """Put these items on a reviewer's desk and nothing else, in place of whoever had them too long."""
    connection.execute(_CLEAR, {"mine": reviewer, "items": item_ids})
    if item_ids:
        connection.execute(_CLAIM, [{"item_id": one, "reviewer": reviewer, "until": until} for one in item_ids])


def release(connection: Connection, since: int) -> None:
    """Take what was decided from decision `since` on off all desks."""
    connection.execute(_RELEASE, {"since": since})


def latest_act(connection: Connection, reviewer: str, wanted: ColumnElement[bool]) -> list[tuple[int, int]]:
    """(decision id, item id) of all that the reviewer decided in the latest act that still stands."""
    mine = (
        select(decisions.c.id, decisions.c.item_id)
        .join(review_items, review_items.c.id == decisions.c.item_id)
        .where(decisions.c.reviewer == reviewer, _stands(), wanted)
    )
    last = mine.with_only_columns(decisions.c.batch).order_by(decisions.c.id.desc()).limit(1).scalar_subquery()
    return list(connection.execute(mine.where(decisions.c.batch == last).order_by(decisions.c.id)))


def _many(connection: Connection, statement: Any, rows: pd.DataFrame) -> None:
    if len(rows):
        names = [str(name) for name in rows]
        columns = (rows[name].tolist() for name in names)
        connection.execute(statement, [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)])
