"""Predicted tiles as pages of thumbnails, in an order that a person chooses."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import streamlit as st

from core.dataset import rle
from core.dataset.tiles import TileStore
from core.explore import numbers
from core.segment.predictions import Predictions, is_of_now
from core.segment.treatment import PLAIN
from core.workspace import RunFolder
from dashboard import cache, corrected, paging, state
from dashboard.components.gallery import GalleryEvent, GalleryTile, gallery, tiles_for_gallery
from dashboard.guard import guarded
from dashboard.plain import plain

ORDERS = {
    "least confident first": ("confidence", True),
    "worst score first": ("map", True),
    "best score first": ("map", False),
    "least salt first": ("salt_proportion", True),
    "most salt first": ("salt_proportion", False),
    "as in the data set": ("row", True),
}


def choose(found: list[Path]) -> Predictions:
    """The predictions that the person looks at, among the folders `found`, the newest first."""
    if len(found) > 1:
        options = [folder.name for folder in found]
        _forget_unless("prediction_folder", options)
        st.segmented_control(
            "Predicted tiles",
            options,
            default=options[0],
            required=True,
            key="prediction_folder",
            format_func=lambda name: name.rpartition("-")[2],
            persist_state="session",
        )
    return chosen(found)


def chosen(found: list[Path]) -> Predictions:
    """What `choose` returned last, while its controls are not on the page."""
    wanted = st.session_state.get("prediction_folder")
    return cache.predictions(next((folder for folder in found if folder.name == wanted), found[0]))


def tell(predictions: Predictions, run: RunFolder) -> None:
    """How many tiles were predicted, by what and how well; the score is over tiles that `run` did not learn from."""
    maker, meaning = _maker(predictions, run)
    st.caption(
        f"{numbers.tiles(len(predictions))} predicted{maker}{_score(predictions)}", width="stretch", help=meaning
    )


def _score(predictions: Predictions) -> str:
    frame, foreign = predictions.frame, "imported" in predictions.facts
    scores = frame["map"][frame["validation"] | foreign].dropna().to_numpy()
    if len(scores) < 2:
        return ""
    which = "labelled tiles, which may have been learned" if foreign else "tiles kept aside in training"
    error = scores.std(ddof=1) / np.sqrt(len(scores))
    words = "" if predictions.treatment == PLAIN else "; masks tuned on them, see Masks for what it brings"
    return f" · score {numbers.score(scores.mean(), error)} over {len(scores):,} {which}{words}"


def _maker(predictions: Predictions, run: RunFolder) -> tuple[str, str | None]:
    """By what, where it was not the best network of `run` alone, as it is now; and what that means."""
    if "imported" in predictions.facts:
        return " elsewhere", None
    if others := [one for one in predictions.facts.get("runs", []) if one != run.id]:
        return " together with others", f"The mean of this run and {plain(', '.join(others))}"
    if not is_of_now(run, predictions.facts):
        return " by an earlier epoch", "The run has found a better one since: predict again"
    return "", None


def choose_order() -> None:
    """Let the person choose the order of the tiles."""
    st.selectbox("Order", list(ORDERS), key="prediction_order", persist_state="session", width=240)


def ordered(predictions: Predictions, rows: np.ndarray) -> np.ndarray:
    """Positions (n,) in `predictions` of the tiles that lie in `rows` of the data set, in the order that was chosen."""
    column, ascending = ORDERS[st.session_state.get("prediction_order", next(iter(ORDERS)))]
    frame = predictions.frame
    inside = frame[frame["row"].isin(rows)]
    inside = inside.dropna(subset=column) if inside[column].notna().any() else inside
    return inside.sort_values(column, ascending=ascending, kind="stable").index.to_numpy()


@st.fragment
@guarded
def show(store: TileStore, predictions: Predictions, rows: np.ndarray) -> None:
    """The tiles that were predicted and lie in `rows` (n,) of the data set."""
    positions = ordered(predictions, rows)
    if not len(positions):
        st.info("None of the tiles that the filters leave was predicted.", icon=":material/filter_alt_off:")
        return
    last = (len(positions) - 1) // paging.SIZE
    number = min(st.session_state.setdefault("prediction_page", 0), last)

    def act(event: GalleryEvent) -> None:
        st.session_state["prediction_page"] = min(max(number + event.turned, 0), last)
        if event.opened:
            state.select(tile=event.opened)

    shown = positions[number * paging.SIZE : (number + 1) * paging.SIZE]
    first = number * paging.SIZE
    gallery(
        _tiles(store, predictions, shown),
        key="prediction_pages",
        position=f"{first + 1:,}–{first + len(shown):,} of {len(positions):,}",
        previous=number > 0,
        following=number < last,
        focus=st.session_state.get("prediction_tile"),
        on_event=act,
    )
    if state.selection().tile:
        st.rerun()


def caption(confidence: float, score: float, emptied: float) -> tuple[str, ...]:
    """What stands under a tile, at most two; score: NaN without a label · emptied: see `Predictions.emptied`."""
    said = f"conf. {confidence:.2f}"
    if not np.isnan(score):
        return said, f"score {score:.2f}"
    return (said, f"was {numbers.percent(emptied)}") if emptied else (said,)


def go_to(place: int, tile: str) -> None:
    """Show the page with the tile at `place` of the order, and put the keys on it."""
    st.session_state["prediction_page"] = place // paging.SIZE
    st.session_state["prediction_tile"] = tile


def _forget_unless(key: str, options: list[str]) -> None:
    """A value that is none of the `options` of another run."""
    if st.session_state.get(key) not in options:
        st.session_state.pop(key, None)


def _tiles(store: TileStore, predictions: Predictions, positions: np.ndarray) -> list[GalleryTile]:
    frame = predictions.frame.iloc[positions]
    masks = predictions.masks(positions)
    figures = zip(frame["confidence"], frame["map"], predictions.emptied(positions, masks), strict=True)
    captions = [caption(confidence, score, emptied) for confidence, score, emptied in figures]
    rows = frame["row"].to_numpy()
    return tiles_for_gallery(store, rows, rle.encode_many(masks), captions, corrected.codes(store, rows))
