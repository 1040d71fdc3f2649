"""Predicted tiles as pages of thumbnails, in an order that a person chooses."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import streamlit as st

from core.dataset.tiles import TileStore
from core.explore import numbers
from core.segment.predictions import SALT_LEVEL, Predictions
from dashboard import cache, paging, state
from dashboard.components.gallery import GalleryEvent, GalleryTile, gallery, tiles_for_gallery

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
    if len(found) == 1:
        return cache.predictions(found[0])
    folder = st.segmented_control(
        "Predicted tiles",
        found,
        default=found[0],
        required=True,
        key="prediction_folder",
        format_func=lambda path: path.name.rpartition("-")[2],
    )
    return cache.predictions(folder or found[0])


def in_words(predictions: Predictions) -> str:
    """How many tiles were predicted and how well; the score counts only tiles that the run did not learn from."""
    frame = predictions.frame
    scores = frame["map"][frame["validation"]].dropna().to_numpy()
    said = f"{numbers.tiles(len(predictions))} predicted"
    if len(scores) < 2:
        return said
    error = scores.std(ddof=1) / np.sqrt(len(scores))
    return f"{said} · score {numbers.score(scores.mean(), error)} over {len(scores):,} tiles kept aside in training"


def choose_order() -> str:
    """The order that the person wants."""
    return st.selectbox("Order", list(ORDERS), key="prediction_order", persist_state="session", width=240)


@st.fragment
def show(store: TileStore, predictions: Predictions, rows: np.ndarray, order: str) -> None:
    """The tiles that were predicted and lie in `rows` (n,) of the data set."""
    positions = _ordered(predictions.frame, rows, order)
    if not len(positions):
        st.info("None of the tiles that the filters leave was predicted.", icon=":material/filter_alt_off:")
        return
    last = (len(positions) - 1) // paging.SIZE
    number = min(st.session_state.setdefault("prediction_page", 0), last)

    def act(event: GalleryEvent) -> None:
        st.session_state["prediction_page"] = min(max(number + event.turned, 0), last)
        if event.opened:
            state.select(tile=event.opened)

    chosen = positions[number * paging.SIZE : (number + 1) * paging.SIZE]
    first = number * paging.SIZE
    gallery(
        _tiles(store, predictions, chosen),
        key="prediction_pages",
        position=f"{first + 1:,}–{first + len(chosen):,} of {len(positions):,}",
        previous=number > 0,
        following=number < last,
        on_event=act,
    )
    if state.selection().tile:
        st.rerun()


def _ordered(frame: pd.DataFrame, rows: np.ndarray, order: str) -> np.ndarray:
    column, ascending = ORDERS[order]
    inside = frame[frame["row"].isin(rows)].dropna(subset=column)
    return inside.sort_values(column, ascending=ascending, kind="stable").index.to_numpy()


def _tiles(store: TileStore, predictions: Predictions, positions: np.ndarray) -> list[GalleryTile]:
    frame = predictions.frame.iloc[positions]
    masks = (predictions.probabilities[positions] >= SALT_LEVEL).astype(np.uint8)
    captions = [
        (f"conf. {confidence:.2f}", "" if np.isnan(score) else f"score {score:.2f}")
        for confidence, score in zip(frame["confidence"], frame["map"], strict=True)
    ]
    return tiles_for_gallery(store, frame["row"].to_numpy(), masks, captions)
