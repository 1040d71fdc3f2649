"""What is to be reviewed and what was decided: all SQL of the review queue.

An item is a prediction of a run, or a label (run `tables.LABELS`); it is in the queue while it has flags. Its standing
decision is the last one that nobody took back; an item without one is open. Decisions are only ever added, and on the
disk when `decide` returns.
"""

from __future__ import annotations

import uuid
import weakref
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Connection, Row
from sqlalchemy.exc import IntegrityError

from core.errors import BadInput, Decided, NotFound
from core.review import statements
from core.review.choices import QueueOrder
from core.review.engine import connect, reading, writing
from core.review.masks import NewMask, add_revision, drop_drafts_of, withdraw_revisions
from core.review.migration import ensure_schema
from core.review.policy import FLAG_COLUMNS, TileFlag, queue_order
from core.review.tables import UNDO, Verdict, flags, review_items

UNKNOWN = 0.5  # the confidence of an item whose prediction says nothing of it: neither sure nor unsure
CLAIM_SECONDS = 600.0  # how long an item stays on a desk where nothing happens
AT_ONCE = 50  # items that a claim looks at before it looks further
MANY = 5000  # items that one statement may name
RECENT = 600  # decisions that the pace is taken from


class ReviewStore:
    """The review store behind an SQLAlchemy URL; made or upgraded when it is opened.

    May be shared by threads. Every method raises `WorkspaceError` when the database can't be read or
    written and `Busy` when another process does not let go of it.
    """

    def __init__(self, url: str) -> None:
        self._engine = connect(url)
        weakref.finalize(self, self._engine.dispose)
        ensure_schema(self._engine)

    def flag(self, run: str, dataset: str, found: pd.DataFrame) -> None:
        """Make `found` (see `policy.tile_flags`) the open flags of `run` on `dataset`, all at once.

        Items with a standing decision keep it and the flags that it was taken on.
        """
        with writing(self._engine) as connection:
            _flag(connection, run, dataset, found)

    def add(self, run: str, dataset: str, found: pd.DataFrame) -> int:
        """Put `found` beside the open flags of `run` on `dataset`, or in place of those with the same reason.

        A tile's lowest confidence counts. Returns how many tiles came into the queue.
        """
        with writing(self._engine) as connection:
            there = pd.DataFrame(connection.execute(statements.open_flags(run, dataset)), columns=FLAG_COLUMNS)
            both = pd.concat([found, there], ignore_index=True) if len(there) else found
            both = both.drop_duplicates(["id", "reason"]).sort_values("confidence", kind="stable")
            return _flag(connection, run, dataset, both) - there["id"].nunique()

    def withdraw(self, run: str, dataset: str) -> None:
        """Take all open items of `run` on `dataset` out of the queue; what was decided stays."""
        with writing(self._engine) as connection:
            statements.drop_open_flags(connection, run, dataset)
            statements.drop_idle_items(connection, run, dataset)

    def queue(
        self, run: str | None = None, dataset: str | None = None, order: QueueOrder = QueueOrder.CONFIDENCE
    ) -> pd.DataFrame:
        """The queue: open items in this order, then the decided ones in the order of their decisions.

        Columns: id, run, dataset, tile, salt_proportion, confidence, reasons (text such as
        "low_confidence, salt_under"), and of the standing decision verdict, reviewer, decided (datetime
        in UTC) and note, None where there is none.
        """
        query = statements.queue().where(statements.belongs(run, dataset)).order_by(review_items.c.id)
        with reading(self._engine) as connection:
            found = connection.execute(query)
            return _in_order(_frame(list(found.keys()), found.all()), order)

    def of_tile(self, dataset: str, tile: str) -> pd.DataFrame:
        """What was said of a tile over all runs: items that wait, then all decisions that stand, the newest first.

        Columns as of `queue`; a row for each decision, as several people may have judged the same item.
        """
        with reading(self._engine) as connection:
            found = connection.execute(statements.of_tile(dataset, tile))
            return _frame(list(found.keys()), found.all())

    def reasons(self, item_id: int) -> list[TileFlag]:
        """Why an item is in the queue."""
        with reading(self._engine) as connection:
            rows = connection.execute(statements.reasons(item_id))
            return [TileFlag(*row) for row in rows]

    def decide(
        self,
        items: int | Iterable[int],
        verdict: Verdict,
        reviewer: str,
        note: str = "",
        masks: Mapping[int, NewMask] | None = None,
        first: bool = False,
    ) -> list[int]:
        """Add a decision on each of `items` and return their ids; on the disk when this returns, all or none.

        masks: by item, what its mask is from now on; it goes when the decision is taken back. The reviewer's drawing on
        such a tile goes, but for Verdict.UNSURE. first: only if nobody else was quicker. Raises `BadInput` without a
        reviewer or for an unknown verdict, `NotFound` for an item that is gone, `Decided` where somebody was quicker,
        `Conflict` for a mask that was made from another than the newest.
        """
        item_ids = [int(items)] if isinstance(items, int | np.integer) else [int(item) for item in items]
        act = _act(reviewer) | {"verdict": _verdict(verdict), "note": note}
        rows = [act | {"item_id": item_id} for item_id in item_ids]
        for mask in (masks or {}).values():
            _ = mask.code  # worked out now: in the transaction everybody else waits
        try:
            with writing(self._engine) as connection:
                if first and statements.any_decided(connection, item_ids):
                    raise Decided("somebody else has decided this meanwhile; yours was not stored")
                decided = statements.append(connection, rows)
                statements.release(connection, min(decided, default=0))
                for item_id, decision in zip(item_ids, decided, strict=True):
                    if masks and item_id in masks:
                        add_revision(connection, masks[item_id], reviewer, note, decision)
                if decided and verdict != Verdict.UNSURE:  # a drawing waits for whoever is not sure yet
                    drop_drafts_of(connection, min(decided), reviewer)
                return decided
        except IntegrityError as error:
            names = f"item {item_ids[0]}" if len(item_ids) == 1 else f"one of the {len(item_ids)} items"
            raise NotFound(f"{names} is not in the queue any more: deleted or flagged anew; load the queue") from error

    def decide_open(
        self, items: Iterable[int], verdict: Verdict, reviewer: str, masks: Mapping[int, NewMask] | None = None
    ) -> list[int]:
        """Decide those of `items` that are open and on nobody else's desk, as one act; the ids of these items.

        Otherwise as `decide`, but that drawings stay: nobody has them in sight.
        """
        act = _act(reviewer) | {"verdict": _verdict(verdict), "note": ""}
        asked, free = [int(item) for item in items], []
        for mask in (masks or {}).values():
            _ = mask.code
        with writing(self._engine) as connection:
            for start in range(0, len(asked), MANY):
                free += statements.free(connection, asked[start : start + MANY], act["reviewer"], act["time"])
            decided = statements.append(connection, [act | {"item_id": item} for item in free])
            for item, decision in zip(free, decided, strict=True):
                if masks and item in masks:
                    add_revision(connection, masks[item], reviewer, "", decision)
        return free

    def claim(self, items: Sequence[int], reviewer: str, seconds: float = CLAIM_SECONDS, count: int = 1) -> list[int]:
        """Put the first `count` of `items` that nobody else has on the desk of `reviewer`, for a time.

        Nothing else stays there. Items that were decided meanwhile are passed over.
        """
        act = _act(reviewer)
        found: list[int] = []
        with writing(self._engine, durable=False) as connection:
            for start in range(0, len(items), AT_ONCE):
                looked_at = [int(item) for item in items[start : start + AT_ONCE]]
                found += statements.free(connection, looked_at, act["reviewer"], act["time"])
                if len(found) >= count:
                    break
            until = act["time"] + timedelta(seconds=seconds)
            statements.put_claims(connection, found[:count], act["reviewer"], until)
        return found[:count]

    def undo(self, reviewer: str, run: str | None = None, dataset: str | None = None) -> list[int]:
        """Take back the latest act of `reviewer`, a bulk decision as a whole, with its mask; the ids of its items."""
        act = _act(reviewer) | {"verdict": UNDO, "note": ""}
        with writing(self._engine) as connection:
            act_rows = statements.latest_act(connection, act["reviewer"], statements.belongs(run, dataset))
            rows = [act | {"item_id": item_id, "undoes": decision_id} for decision_id, item_id in act_rows]
            undone = statements.append(connection, rows)
            if undone:
                withdraw_revisions(connection, min(undone))
        return [item_id for _, item_id in act_rows]

    def counts(self, run: str | None = None, dataset: str | None = None) -> dict[str, Any]:
        """items, open, decided, confident_empty, verdicts {verdict: n}, by_reason {reason: n}.

        confident_empty and by_reason count open items only.
        """
        wanted = statements.belongs(run, dataset)
        with reading(self._engine) as connection:
            groups = connection.execute(statements.count_verdicts(wanted)).all()
            by_reason = connection.execute(statements.count_open_reasons(wanted)).all()
        verdicts = {verdict: count for verdict, count, _ in groups}
        waiting = verdicts.pop(None, 0)
        return {
            "items": waiting + sum(verdicts.values()),
            "open": waiting,
            "decided": sum(verdicts.values()),
            "confident_empty": sum(empties for verdict, _, empties in groups if verdict is None),
            "verdicts": {verdict.value: verdicts.get(verdict, 0) for verdict in Verdict},
            "by_reason": dict(by_reason),
        }

    def acts(self, run: str | None = None, dataset: str | None = None) -> pd.DataFrame:
        """Who decided when lately: reviewer and time (UTC) of each act among the last `RECENT` decisions of all."""
        with reading(self._engine) as connection:
            rows = connection.execute(statements.acts(statements.belongs(run, dataset), RECENT))
            return pd.DataFrame([tuple(row) for row in rows], columns=["reviewer", "time"], dtype=object)

    def reviewers(self, run: str | None = None, dataset: str | None = None) -> pd.DataFrame:
        """reviewer, decided (decisions that stand) and last (UTC, of these) of everybody, the busiest first."""
        with reading(self._engine) as connection:
            rows = connection.execute(statements.reviewers(statements.belongs(run, dataset)))
            return pd.DataFrame([tuple(row) for row in rows], columns=["reviewer", "decided", "last"], dtype=object)

    def history(self, dataset: str, tile: str | None = None) -> pd.DataFrame:
        """Every decision on tiles of `dataset`, or on one, the oldest first, those that were taken back included.

        Columns: decision, run, tile, verdict, reviewer, time (UTC), note, batch, undoes (a decision or None), reasons
        (text as of `queue`, None where the item has lost its flags).
        """
        with reading(self._engine) as connection:
            found = connection.execute(statements.history(dataset, tile))
            return _texts(pd.DataFrame([tuple(row) for row in found], columns=list(found.keys()), dtype=object))

    def holdings(self, dataset: str) -> dict[str, int]:
        """How many decisions, masks and notes people made on tiles of `dataset`."""
        with reading(self._engine) as connection:
            return {name: connection.scalar(count) or 0 for name, count in statements.holdings(dataset).items()}

    def delete_dataset(self, dataset: str) -> None:
        """Remove all that people said and drew of tiles of `dataset`, and its queue."""
        with writing(self._engine) as connection:
            statements.delete_dataset(connection, dataset)

    def delete_run(self, run: str) -> None:
        """Remove all items of a run with their flags and decisions."""
        with writing(self._engine) as connection:
            connection.execute(statements.delete_run(run))


def _flag(connection: Connection, run: str, dataset: str, found: pd.DataFrame) -> int:
    """Make `found` the open flags; how many tiles are open then."""
    decided = statements.drop_open_flags(connection, run, dataset)
    open_flags = found[~found["id"].isin(decided)].fillna({"confidence": UNKNOWN})
    ids = statements.write_items(connection, run, dataset, open_flags.drop_duplicates("id"))
    rows = open_flags.assign(item_id=open_flags["id"].map(ids))
    statements.write_rows(connection, flags, rows[flags.c.keys()])
    statements.drop_idle_items(connection, run, dataset)
    return len(set(open_flags["id"]))


def _act(reviewer: str) -> dict[str, Any]:
    """What all decisions of one act share."""
    if not reviewer.strip():
        raise BadInput("a decision needs a reviewer; give your name")
    return {"reviewer": reviewer.strip(), "time": datetime.now(UTC), "batch": uuid.uuid4().hex}


def _verdict(value: str) -> str:
    if value not in list(Verdict):
        raise BadInput(f"{value!r} is no verdict; expected {', '.join(Verdict)}")
    return str(value)


def _frame(names: list[str], rows: Sequence[Row[Any]]) -> pd.DataFrame:
    frame = _texts(pd.DataFrame([tuple(row) for row in rows], columns=names, dtype=object))  # keeps None what it is
    kinds = {"id": int, "salt_proportion": float, "confidence": float}
    return frame.astype(kinds | dict.fromkeys(("run", "dataset", "tile", "reasons"), str))


def _texts(frame: pd.DataFrame) -> pd.DataFrame:
    """The same with the names of each row's reasons in order: a database joins them in any."""
    frame["reasons"] = [text and ", ".join(sorted(text.split(", "))) for text in frame["reasons"]]
    return frame


def _in_order(found: pd.DataFrame, order: QueueOrder) -> pd.DataFrame:
    is_open = found["verdict"].isna()
    waiting = found[is_open]
    decided = found[~is_open].sort_values("decided", kind="stable")
    return pd.concat([waiting.iloc[queue_order(waiting, order)], decided], ignore_index=True)
