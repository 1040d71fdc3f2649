"""A page for the tests of the mask editor: one tile of 20×16 over a real store; what was done stands below as text.

The tile is dark on the left and bright on the right of a slope; its label is the left half with a hole and a crumb.
`?who=` names the reviewer, `?tile=` the tile, `?slow=` how many seconds it takes to keep a draft.
"""

import os
import time

import numpy as np
import streamlit as st

from core.dataset import rle
from core.errors import Conflict
from core.explore import thumbnails
from core.review.masks import MaskStore
from dashboard.components.gallery import GalleryTile
from dashboard.components.mask_editor import Action, Clash, Drawn, KeptDraft, Source, Work, mask_editor

SHAPE = (20, 16)
ROWS, COLUMNS = np.mgrid[: SHAPE[0], : SHAPE[1]]
GREY = np.where(COLUMNS * 2 > ROWS, 200, 60).astype(np.uint8)
LABEL = (COLUMNS < 8).astype(np.uint8)
LABEL[9:11, 3:5] = 0
LABEL[2, 12] = 1
CHANCE = np.round(COLUMNS * 16).astype(np.uint8)

store = st.cache_resource(MaskStore)(f"sqlite:///{os.environ['SALTSCOPE_WORKSPACE']}.db")
who = st.query_params.get("who", "ann")
name = st.query_params.get("tile", "t")
newest = store.newest("d", name)
kept = store.draft("d", name, who)


clashes = st.session_state.setdefault("clashes", [])
slow = float(st.query_params.get("slow", 0))


def keep(drawn: Drawn) -> bool:
    time.sleep(slow)
    store.keep_draft("d", drawn.tile, drawn.mask, who, drawn.base, drawn.time)
    return True


def act(drawn: Drawn) -> bool:
    clashes.clear()
    mask = rle.decode(drawn.mask, SHAPE)
    try:
        store.save("d", drawn.tile, mask, who, base=drawn.base)
    except Conflict as error:
        theirs = store.newest("d", drawn.tile)
        clashes.append(Clash(str(error), theirs.mask, theirs.id, drawn.name))
        return False
    return True


tile = GalleryTile(
    name, SHAPE, thumbnails.png_url(GREY), rle.encode(LABEL), None, probability=thumbnails.png_url(CHANCE)
)
mask_editor(
    Work(
        tile,
        newest.mask if newest else rle.encode(LABEL),
        newest.id if newest else None,
        KeptDraft.of(kept),
        [Source("the right half", rle.encode(COLUMNS >= 8))],
        [("Depth", "412 ft")],
    ),
    key="editor",
    place=f"d/{who}",
    clash=next(iter(clashes), None),
    actions=[Action("save", "Save", "1", primary=True)],
    on_draft=keep,
    on_act=act,
)
st.text(f"revisions: {len(store.history('d', name))}")
