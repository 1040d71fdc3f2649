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
from core.errors import Conflict, SaltScopeError
from core.review.masks import NewMask, Revision
from core.review.tables import Origin, Verdict
from dashboard import cache, navigation, predicted, state
from dashboard.components import neighbourhood
from dashboard.components.mask_editor import Action, Clash, Drawn, KeptDraft, Source, mask_editor
from dashboard.components.review_queue import Queue
from dashboard.components.tile_view import tile_for_view

SKIP, BACK = "skip", "back"
ACTIONS = (
    Action(Verdict.ACCEPT, "Accept", "1", primary=True),
    Action(Verdict.NO_SALT, "No salt", "2"),
    Action(Verdict.ALL_SALT, "All salt", "3"),
    Action(Verdict.UNSURE, "Unsure", "4"),
    Action(SKIP, "Skip", "n"),
    Action(BACK, "Take back", "Backspace"),
)
MOST_REVISIONS = 20  # to copy from


@dataclass(frozen=True, eq=False)
class Shown:
    """What the editor begins with: the newest revision, else what is under review, else the label, else no salt.

    label: of the data set, None without one · predicted: code of the run's mask, None without one.
    """

    label: str | None
    predicted: str | None
    newest: Revision | None
    mask: str

    @property
    def standing(self) -> str | None:
        """The tile's label as it is now."""
        return self.newest.mask if self.newest else self.label

    @property
    def base(self) -> int | None:
        return self.newest.id if self.newest else None


def show(
    queue: Queue,
    item: pd.Series,
    facts: list[tuple[str, str]],
    position: str,
    done: Callable[[str], None],
) -> None:
    """Draw the editor. `done` is called with the name of the action, after what it means was stored."""
    tile, row = str(item["tile"]), queue.tiles.row(str(item["tile"]))
    found = predicted.of_tile(queue.run, queue.tiles.name, tile)
    picture = tile_for_view(queue.tiles, row, *((found.mask, found.probability) if found else (None, None)))
    shown = _shown(queue, tile, picture.mask, picture.prediction)
    draft = cache.mask_store().draft(queue.tiles.name, tile, state.reviewer())

    def keep(drawn: Drawn) -> None:
        store, dataset = cache.mask_store(), queue.tiles.name
        store.keep_draft(dataset, drawn.tile, drawn.mask, state.reviewer(), drawn.base, drawn.time)

    def act(drawn: Drawn) -> None:
        st.session_state.pop("review_clash", None)
        if drawn.tile != tile:
            return
        if drawn.name in (SKIP, BACK):
            done(drawn.name)
            return
        try:
            _decide(queue, item, shown, drawn)
            done(drawn.name)
        except Conflict as error:
            st.session_state["review_clash"] = _clash(queue, tile, drawn, error)
        except SaltScopeError as error:
            st.session_state["review_failure"] = str(error)

    if opened := st.session_state.pop("review_opened", None):
        navigation.open_page("explore", tile=opened)
    mask_editor(
        picture,
        key="review_editor",
        place=f"{queue.tiles.name}/{state.reviewer()}",
        mask=shown.mask,
        base=shown.base,
        draft=KeptDraft.of(draft),
        clash=st.session_state.get("review_clash"),
        sources=_sources(queue, tile, shown),
        actions=ACTIONS,
        facts=facts,
        around=neighbourhood.around(queue.tiles, row, queue.run),
        position=position,
        on_draft=keep,
        on_act=act,
        on_open=_open,
    )


def _open(tile: str) -> None:
    st.session_state["review_opened"] = tile


def _shown(queue: Queue, tile: str, label: str | None, predicted: str | None) -> Shown:
    newest = cache.mask_store().newest(queue.tiles.name, tile)
    first, second = (label, predicted) if queue.of_labels else (predicted, label)
    begun = first if first is not None else second or ""
    return Shown(label, predicted, newest, newest.mask if newest else begun)


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
    cache.review_store().decide(int(item["id"]), verdict, state.reviewer(), masks=masks)
    st.toast(f"Stored: {verdict.replace('_', ' ')}", icon=":material/check:")


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


def _sources(queue: Queue, tile: str, shown: Shown) -> list[Source]:
    """Masks to copy from: the label, the prediction, and what people made, the newest first."""
    own = {"the label": shown.label, "the prediction": shown.predicted}
    history = cache.mask_store().history(queue.tiles.name, tile).head(MOST_REVISIONS)
    made = [
        Source(f"{one['reviewer']}, {one['time']:%Y-%m-%d %H:%M} UTC", one["mask"])
        for one in history.to_dict("records")
    ]
    return [Source(words, mask) for words, mask in own.items() if mask is not None] + made
