"""Flagged tiles as thumbnails, and beside them one finding in large, explained by its picture.

Session keys: quality_news, what has become of the picked tiles that were to be sent; quality_sent, whether any were.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from core.dataset.tiles import TileStore
from core.errors import SaltScopeError
from core.explore import numbers
from core.explore.quality import Reason, choice, scene
from core.review import labels
from core.review.tables import LABELS
from core.segment.predictions import SALT_LEVEL
from dashboard import cache, corrected, navigation, state
from dashboard.components import finding_picture
from dashboard.components.gallery import GalleryEvent, gallery, tiles_for_gallery
from dashboard.components.outbox import News
from dashboard.components.tile_view import tile_for_view, tile_view
from dashboard.guard import callback, guarded

SIZE = 12  # thumbnails of a page
KEY = "quality_tiles"
Handler = Callable[[list[str]], bool]


@st.fragment
@guarded
def show(tiles: TileStore, found: pd.DataFrame) -> None:
    """Draw `found`, the most severe first; the selected tile is in large, else the first."""
    news: News = st.session_state.setdefault("quality_news", News())
    if news.done:
        st.session_state["quality_sent"] = True
    news.tell()
    worst = choice.worst_of_tiles(found)
    places = np.flatnonzero(worst["id"] == state.selection().tile)
    place = int(places[0]) if len(places) else 0
    reviewed = _reviewed(tiles)
    left, right = st.columns([5, 6], gap="medium")
    with left:
        _thumbnails(tiles, worst, place, reviewed, _sending(tiles, found, news))
    with right:
        _finding(tiles, found, worst, place, reviewed)


def _thumbnails(
    tiles: TileStore, worst: pd.DataFrame, place: int, reviewed: Mapping[str, str], send_picked: Handler
) -> None:
    first = place // SIZE * SIZE
    page = worst.iloc[first : first + SIZE]
    rows = page["row"].to_numpy()

    def act(event: GalleryEvent) -> None:
        if event.turned:
            _select(worst, first + event.turned * SIZE)
        elif event.opened:
            state.select(tile=event.opened)

    gallery(
        tiles_for_gallery(tiles, rows, captions=_captions(page, reviewed), corrections=corrected.codes(tiles, rows)),
        key=KEY,
        position=f"{first + 1:,}–{first + len(page):,} of {len(worst):,}",
        previous=first > 0,
        following=first + SIZE < len(worst),
        focus=str(worst["id"].iat[place]),
        action="Send to review",
        place=tiles.name,
        on_action=send_picked,
        on_event=act,
    )


def _sending(tiles: TileStore, found: pd.DataFrame, news: News) -> Handler:
    """What sends picked tiles to review: a handler of `outbox`, so its store comes not from the cache of `st`."""
    database = cache.workspace().database_url

    def send_picked(ids: list[str]) -> bool:
        from core.review.store import ReviewStore

        try:
            added = labels.send(ReviewStore(database), tiles, found[found["id"].isin(ids)])
        except SaltScopeError as error:
            news.failure = str(error)
            return False
        news.done = f":material/fact_check: {_in_words(added)}"
        return True

    return send_picked


def _captions(page: pd.DataFrame, reviewed: Mapping[str, str]) -> list[tuple[str, ...]]:
    return [
        (reviewed.get(tile, Reason(reason).words), f"{severity:.2f}")
        for tile, reason, severity in zip(page["id"], page["reason"], page["severity"], strict=True)
    ]


def _reviewed(tiles: TileStore) -> dict[str, str]:
    """Of the tiles whose labels were sent to review: that they wait there, or the verdict, in words."""
    if not cache.workspace().has_database:
        return {}
    sent = cache.review_store().queue(LABELS, tiles.name)
    return {
        tile: f"judged: {verdict.replace('_', ' ')}" if verdict else "in review"
        for tile, verdict in zip(sent["tile"], sent["verdict"], strict=True)
    }


def _finding(
    tiles: TileStore, found: pd.DataFrame, worst: pd.DataFrame, place: int, reviewed: Mapping[str, str]
) -> None:
    tile = str(worst["id"].iat[place])
    mine = found[found["id"] == tile].set_index("reason", drop=False)
    reason = _which(mine)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="finding_actions"):
        if len(mine) == 1:
            st.markdown(f":orange-badge[{Reason(reason).words}]", width="stretch")
        st.button("Next", shortcut="n", icon=":material/skip_next:", on_click=_select, args=(worst, place + 1))
        st.button(
            "Send to review",
            key="send_tile",
            shortcut="s",
            icon=":material/fact_check:",
            on_click=send,
            args=(tiles, mine),
        )
        _send_all(tiles, found)
    finding = {str(name): value for name, value in mine.loc[reason].items()}
    facts = tiles.index.iloc[finding["row"]]
    st.markdown(f"**Tile {tile}** ({facts['split']}): {finding['details']}.")
    if reason == Reason.PREDICTION:
        _against_prediction(tiles, finding)
    else:
        finding_picture.show(tiles, scene(tiles, finding), f"{reason} of tile {tile}")
    with st.container(horizontal=True, vertical_alignment="center", key="finding_meaning"):
        said = f" Review of its label: {reviewed[tile]}." if tile in reviewed else ""
        st.caption(f"{Reason(reason).meaning} Severity {finding['severity']:.2f}.{said}", width="stretch")
        if reason in (Reason.SEAM, Reason.EMPTY_BELOW_SALT) and st.button("Mosaic", icon=":material/landscape:"):
            navigation.open_page("mosaic", tile=tile)
        _way_to_review()


def _which(mine: pd.DataFrame) -> str:
    """The finding of the tile that is shown: the most severe, until another is chosen."""
    reasons = mine["reason"].tolist()
    if len(reasons) == 1:
        return str(reasons[0])
    chosen = st.segmented_control(
        "Findings of this tile",
        reasons,
        default=reasons[0],
        required=True,
        key=f"finding_{mine['id'].iat[0]}",
        format_func=lambda reason: Reason(reason).words,
        label_visibility="collapsed",
        width="stretch",
    )
    return str(chosen or reasons[0])


def _against_prediction(tiles: TileStore, finding: Mapping[str, Any]) -> None:
    row = int(finding["row"])
    for some in cache.out_of_fold(tiles):
        place = np.flatnonzero(some.rows == row)
        if len(place):
            probability = np.asarray(some.maps[some.places[place[0]]])
            shown = tile_for_view(tiles, row, probability >= SALT_LEVEL, probability)
            tile_view(shown, key="finding_prediction")
            return
    st.info("The predictions that this label was held against are gone. Check again.")


def _select(worst: pd.DataFrame, place: int) -> None:
    """Show the tile at `place`; after the last one, the first."""
    state.select(tile=worst["id"].iat[place % len(worst)])


def _send_all(tiles: TileStore, found: pd.DataFrame) -> None:
    count = found["row"].nunique()
    with st.popover("All", icon=":material/playlist_add:"):
        st.write(f"Send {numbers.tiles(count)} with all that is shown here to review? Review can withdraw them.")
        if st.button(f"Send {count:,}", type="primary", key="send_all", on_click=send, args=(tiles, found)):
            st.rerun()


def _way_to_review() -> None:
    """Offered once something was sent there."""
    if st.session_state.get("quality_sent") and st.button("Review", icon=":material/arrow_forward:"):
        query = state.selection().to_query() | {"queue": "labels"}
        st.switch_page(navigation.page("review"), query_params=query)


@callback
def send(tiles: TileStore, found: pd.DataFrame) -> None:
    """Put the labels that `found` is about into the review queue, and say how many came in."""
    added = labels.send(cache.review_store(), tiles, found)
    st.session_state["quality_sent"] = True
    st.toast(_in_words(added), icon=":material/fact_check:")


def _in_words(added: int) -> str:
    return f"{numbers.tiles(added)} sent to review" if added else "Nothing new: in the queue, judged or without label"
