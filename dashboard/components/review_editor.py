"""The tile on the desk as a mask to accept, to correct or to reject: what is drawn is kept, what is decided is stored.

Session key: review_opened, a neighbour to open.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from core.dataset import rle
from core.errors import Conflict, Decided, SaltScopeError
from core.explore import numbers
from core.review.masks import MaskStore, NewMask
from core.review.store import ReviewStore
from core.review.tables import Origin, Verdict
from dashboard import cache, navigation, state
from dashboard.components import review_work
from dashboard.components.desk_state import DeskState, desk_state
from dashboard.components.mask_editor import Action, Clash, Drawn, mask_editor
from dashboard.components.review_queue import Queue
from dashboard.components.review_work import Shown
from dashboard.guard import callback

KEY = "review_editor"
SKIP, BACK = "skip", "back"
ACTIONS = (
    Action(Verdict.ACCEPT, "Accept", "1", primary=True),
    Action(Verdict.NO_SALT, "No salt", "2"),
    Action(Verdict.ALL_SALT, "All salt", "3"),
    Action(Verdict.UNSURE, "Unsure", "4"),
    Action(SKIP, "Skip", "n", stores=False),
    Action(BACK, "Take back", "Backspace", ahead=False, stores=False),
)


@dataclass(frozen=True, eq=False)
class Desk:
    """The item to judge, the one that will be next, None if there is none; their places in the queue in words.

    told: the state of the editor's inbox before they were read.
    """

    item: pd.Series
    position: str
    ahead: pd.Series | None
    ahead_position: str
    told: dict[str, Any]


def show(queue: Queue, desk: Desk) -> None:
    """Draw the editor."""
    work, begun = review_work.work(queue, desk.item, desk.position)
    ahead = None if desk.ahead is None else review_work.work(queue, desk.ahead, desk.ahead_position)[0]
    judging = Judging(queue, desk, begun, state.reviewer(), cache.review_store(), cache.mask_store(), desk_state())
    if opened := st.session_state.pop("review_opened", None):
        navigation.open_page("explore", tile=opened)
    mask_editor(
        work,
        key=KEY,
        place=f"{queue.tiles.name}/{judging.reviewer}",
        queue=queue.name,
        told=desk.told,
        actions=ACTIONS,
        on_draft=judging.keep,
        on_act=judging.act,
        ahead=ahead,
        clash=judging.state.clashes.get(judging.item),
        on_open=_open,
    )


def _open(tile: str) -> None:
    st.session_state["review_opened"] = tile


def take_back(queue: Queue, reviews: ReviewStore, reviewer: str, told: DeskState) -> bool:
    """Undo the reviewer's last act in this queue and put its first item on the desk; whether there was one."""
    undone = reviews.undo(reviewer, queue.name, queue.tiles.name)
    told.done = f"Taken back: {numbers.count(len(undone))}" if undone else "Nothing of yours to take back"
    if undone:
        told.item = undone[0]
    return bool(undone)


def offer_to_take_back(queue: Queue) -> None:
    """The button for `take_back` where there is no editor; the one that goes hears its key until it is there."""
    st.button("Take back", key=f"{KEY}_{BACK}", shortcut="Backspace", on_click=_take_last_back, args=(queue,))


@callback
def _take_last_back(queue: Queue) -> None:
    take_back(queue, cache.review_store(), state.reviewer(), desk_state())


@dataclass(frozen=True, eq=False)
class Judging:
    """What the editor's messages do; all that they need, since they are handlers of `outbox`."""

    queue: Queue
    desk: Desk
    begun: Shown
    reviewer: str
    reviews: ReviewStore
    masks: MaskStore
    state: DeskState

    @property
    def item(self) -> int:
        """The one that is judged."""
        return int(self.desk.item["id"])

    def keep(self, drawn: Drawn) -> bool:
        """Store the draft; whether it is."""
        try:
            self.masks.keep_draft(self.queue.tiles.name, drawn.tile, drawn.mask, self.reviewer, drawn.base, drawn.time)
        except SaltScopeError as error:
            self.state.failure = str(error)
            return False
        return True

    def act(self, drawn: Drawn) -> bool:
        """Store what the action means and put the next item on the desk; whether it is done."""
        if drawn.tile != self.desk.item["tile"]:
            self.state.failure = f"Tile {drawn.tile}: not stored, another tile is on the desk."
            return False
        self.state.clashes.pop(self.item, None)
        try:
            return self._act(drawn)
        except SaltScopeError as error:
            self.state.failure = str(error)
            return False

    def _act(self, drawn: Drawn) -> bool:
        if drawn.name == BACK:
            return self._undo()
        try:
            if drawn.name != SKIP:
                self._decide(drawn)
        except Decided as error:
            self.state.failure = f"Tile {drawn.tile}: {error}."
            self._go_on()
            return False
        except Conflict as error:
            self._clash(drawn, error)
            return False
        self._go_on()
        return True

    def _go_on(self) -> None:
        if self.state.item == self.item:
            self.state.item = None if self.desk.ahead is None else int(self.desk.ahead["id"])

    def _undo(self) -> bool:
        return take_back(self.queue, self.reviews, self.reviewer, self.state)

    def _decide(self, drawn: Drawn) -> None:
        """Store the verdict and, where the tile's label changes by it, the mask."""
        queue, item = self.queue, self.desk.item
        verdict = Verdict.CORRECTED if drawn.name == Verdict.ACCEPT and drawn.changed else Verdict(drawn.name)
        mask = _mask(verdict, drawn, queue.tiles.tile_shape)
        masks = {}
        if mask is not None and rle.encode(mask) != self.begun.standing:
            drawn_by_hand = verdict is not Verdict.ACCEPT or self.begun.newest is not None or queue.of_labels
            origin = Origin.DRAWN if drawn_by_hand else Origin.PREDICTION
            run = "" if queue.run is None else queue.run.id
            masks[self.item] = NewMask(queue.tiles.name, drawn.tile, mask, drawn.base, origin, run)
        was_open = item["verdict"] is None
        self.reviews.decide(self.item, verdict, self.reviewer, masks=masks, first=was_open)

    def _clash(self, drawn: Drawn, error: Conflict) -> None:
        now = review_work.shown(self.queue, drawn.tile, self.begun.label, self.begun.predicted)
        self.state.clashes[self.item] = Clash(str(error), now.mask, now.base, drawn.name)


def _mask(verdict: Verdict, drawn: Drawn, shape: tuple[int, int]) -> np.ndarray | None:
    """The mask that a verdict means; none for one that leaves it open."""
    match verdict:
        case Verdict.NO_SALT:
            return np.zeros(shape, np.uint8)
        case Verdict.ALL_SALT:
            return np.ones(shape, np.uint8)
        case Verdict.ACCEPT | Verdict.CORRECTED:
            return rle.decode(drawn.mask, shape)
        case _:
            return None
