"""Where a mask is painted: tools, undo, drafts that outlive the page, and actions by key.

The browser tells every change as a draft; what it was told to be stored, it says so. A mask that somebody
else has saved meanwhile is shown beside one's own; nothing is overwritten without a choice.

The tile that will probably be next may be given along: the browser shows it as soon as an action was chosen, says that
the action is stored when Python has answered so, and goes back to the tile where it was not. One action at a time is
under way; a key that is pressed meanwhile waits for the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import streamlit as st

from core.review.masks import Draft
from dashboard.components import assets, outbox
from dashboard.components.gallery import GalleryTile

_mount = st.components.v2.component(
    "saltscope.mask_editor",
    html=assets.ROOT,
    css=assets.text("tile_look.css", "neighbourhood.css", "tile_view/tile_view.css", "mask_editor/mask_editor.css"),
    js=assets.tile_script(
        "outbox.js",
        "tab_storage.js",
        "neighbourhood.js",
        "tile_view/pictures.js",
        "mask_editor/mask_edits.js",
        "mask_editor/tools.js",
        "mask_editor/drawing.js",
        "mask_editor/easel.js",
        "mask_editor/drafts.js",
        "mask_editor/acts.js",
        "mask_editor/mask_editor.js",
    ),
)


@dataclass(frozen=True)
class Action:
    """What can be done with a mask, at a key.

    primary: the one that stands out. ahead: the next tile follows. stores: the drawing needs to be kept no longer.
    """

    name: str
    label: str
    key: str
    primary: bool = False
    ahead: bool = True
    stores: bool = True


@dataclass(frozen=True)
class Source:
    """A mask to copy from, in words, as run-length code."""

    words: str
    mask: str


@dataclass(frozen=True)
class KeptDraft:
    """What the store holds of an unsaved drawing. base: as in `Drawn`. stroke: its time in ms since 1970."""

    mask: str
    base: int | None
    stroke: int

    @classmethod
    def of(cls, draft: Draft | None) -> KeptDraft | None:
        """What the store gave."""
        return KeptDraft(draft.mask, draft.base, round(draft.time.timestamp() * 1000)) if draft else None


@dataclass(frozen=True)
class Work:
    """A tile to paint on and what stands beside it.

    mask, base: the stored mask (run-length code) and its revision. draft: an unsaved drawing to go on with.
    sources: masks to copy from. around, position: as in `tile_view`.
    """

    tile: GalleryTile
    mask: str
    base: int | None
    draft: KeptDraft | None = None
    sources: Sequence[Source] = ()
    facts: Sequence[tuple[str, str]] = ()
    around: Sequence[GalleryTile | None] = ()
    position: str = ""


@dataclass(frozen=True)
class Clash:
    """The mask that stands now instead. words: what happened. base: its revision. action: what was asked for."""

    words: str
    mask: str
    base: int | None
    action: str


@dataclass(frozen=True)
class Drawn:
    """What the browser tells. stroke: the time of the last change in ms. changed: another mask than the stored one.

    name: of the action; "" for a mere draft. base: the revision that was in sight, None for the data set's label.
    """

    tile: str
    mask: str
    base: int | None
    stroke: int
    name: str = ""
    changed: bool = True

    @property
    def time(self) -> datetime:
        """Of the last change."""
        return datetime.fromtimestamp(self.stroke / 1000, UTC)


def mask_editor(
    work: Work,
    *,
    key: str,
    place: str,
    queue: str = "",
    told: Mapping[str, Any] | None = None,
    actions: Sequence[Action],
    on_draft: Callable[[Drawn], bool],
    on_act: Callable[[Drawn], bool],
    ahead: Work | None = None,
    clash: Clash | None = None,
    on_open: Callable[[str], None] | None = None,
) -> None:
    """Draw one tile to paint on.

    place: what tells this tile from one of the same name, for the draft in the browser's tab; queue: where it is
    judged. told: the state of the inbox before `work` was read, None: as it is now. ahead: shown as soon as an action
    was chosen. on_draft is called after every change and returns whether it is stored; on_act when an action was
    chosen, and returns whether it is done; both are handlers of `outbox`. clash: shown beside the person's own mask
    until they choose. on_open is told of a tile around this one.
    """
    sent_from = f"{queue}/{place}"
    address = outbox.address(key, sent_from, told)
    data = {
        "name": key,
        "place": place,
        "view": "overlay",
        "work": asdict(work),
        "ahead": asdict(ahead) if ahead else None,
        "conflict": asdict(clash) if clash else None,
        "actions": [asdict(action) for action in actions],
        "outbox": address,
    }

    def drafted(message: dict[str, Any]) -> dict[str, Any] | None:
        drawn = Drawn(**message)
        return {"tile": drawn.tile, "stroke": drawn.stroke} if on_draft(drawn) else None

    def acted(message: dict[str, Any]) -> dict[str, Any] | None:
        if message["session"] != address["session"]:
            return None  # it was meant for another server
        drawn = Drawn(**message["drawn"])
        return {"stroke": drawn.stroke, "done": on_act(drawn)}

    def opened() -> None:
        if on_open:
            on_open(st.session_state[key]["near"])

    _mount(
        key=key,
        data=data,
        on_sent_change=outbox.receiver(key, sent_from, {"draft": drafted, "act": acted}),
        on_near_change=opened,
    )
