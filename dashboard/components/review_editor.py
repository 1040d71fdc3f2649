"""The tile on the desk as a mask to accept, to correct or to reject: what is drawn is kept, what is decided is stored.

Session keys: review_clash, somebody else's newer mask for the item on the desk; review_opened, a neighbour to open.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from core.dataset import rle
from core.errors import Conflict, Decided, SaltScopeError
from core.review.masks import NewMask
from core.review.tables import Origin, Verdict
from dashboard import cache, navigation, state
from dashboard.components import review_work
from dashboard.components.mask_editor import Action, Clash, Drawn, mask_editor
from dashboard.components.review_queue import Queue
from dashboard.components.review_work import Shown

SKIP, BACK = "skip", "back"
ACTIONS = (
    Action(Verdict.ACCEPT, "Accept", "1", primary=True),
    Action(Verdict.NO_SALT, "No salt", "2"),
    Action(Verdict.ALL_SALT, "All salt", "3"),
    Action(Verdict.UNSURE, "Unsure", "4"),
    Action(SKIP, "Skip", "n"),
    Action(BACK, "Take back", "Backspace", ahead=False),
)


@dataclass(frozen=True, eq=False)
class Desk:
    """The item to judge, the one that will be next, None if there is none; their places in the queue in words."""

    item: pd.Series
    position: str
    ahead: pd.Series | None
    ahead_position: str


def show(queue: Queue, desk: Desk, done: Callable[[str], None]) -> None:
    """Draw the editor. `done` is called with the name of the action, after what it means was stored."""
    item, tile = desk.item, str(desk.item["tile"])
    work, begun = review_work.work(queue, item, desk.position)
    ahead = None if desk.ahead is None else review_work.work(queue, desk.ahead, desk.ahead_position)[0]

    def keep(drawn: Drawn) -> None:
        store, dataset = cache.mask_store(), queue.tiles.name
        store.keep_draft(dataset, drawn.tile, drawn.mask, state.reviewer(), drawn.base, drawn.time)

    def act(drawn: Drawn) -> bool:
        st.session_state.pop("review_clash", None)
        if drawn.tile != tile:
            return False
        try:
            if drawn.name not in (SKIP, BACK):
                _decide(queue, item, begun, drawn)
        except Decided as error:
            st.session_state["review_failure"] = f"Tile {tile}: {error}."
            done(SKIP)
            return False
        except Conflict as error:
            st.session_state["review_clash"] = _clash(queue, tile, drawn, error)
            return False
        except SaltScopeError as error:
            st.session_state["review_failure"] = str(error)
            return False
        done(drawn.name)
        return True

    if opened := st.session_state.pop("review_opened", None):
        navigation.open_page("explore", tile=opened)
    mask_editor(
        work,
        key="review_editor",
        place=f"{queue.tiles.name}/{state.reviewer()}",
        actions=ACTIONS,
        on_draft=keep,
        on_act=act,
        ahead=ahead,
        clash=st.session_state.get("review_clash"),
        on_open=_open,
    )


def _open(tile: str) -> None:
    st.session_state["review_opened"] = tile


def _decide(queue: Queue, item: pd.Series, shown: Shown, drawn: Drawn) -> None:
    """Store the verdict and, where the tile's label changes by it, the mask."""
    verdict = Verdict.CORRECTED if drawn.name == Verdict.ACCEPT and drawn.changed else Verdict(drawn.name)
    mask = _mask(verdict, drawn, queue.tiles.tile_shape)
    masks = {}
    if mask is not None and rle.encode(mask) != shown.standing:
        drawn_by_hand = verdict is not Verdict.ACCEPT or shown.newest is not None or queue.of_labels
        origin = Origin.DRAWN if drawn_by_hand else Origin.PREDICTION
        run = "" if queue.run is None else queue.run.id
        masks[int(item["id"])] = NewMask(queue.tiles.name, drawn.tile, mask, drawn.base, origin, run)
    was_open = item["verdict"] is None
    cache.review_store().decide(int(item["id"]), verdict, state.reviewer(), masks=masks, first=was_open)


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


def _clash(queue: Queue, tile: str, drawn: Drawn, error: Conflict) -> Clash | None:
    theirs = cache.mask_store().newest(queue.tiles.name, tile)
    return Clash(str(error), theirs.mask, theirs.id, drawn.name) if theirs else None
