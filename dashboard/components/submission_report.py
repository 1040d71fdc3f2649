"""What is in a submission: whether Kaggle can read it, its salt beside the labels', where it differs from another."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from core.dataset.tiles import TileStore
from core.errors import SaltScopeError
from core.explore import numbers
from core.segment.submission import Check, Kept, compare
from dashboard import cache
from dashboard.components.gallery import gallery, tiles_for_gallery
from dashboard.guard import tell

FILE = "submission_file"  # key of the file that is looked at
SHOWN = 12  # tiles that differ most


def show(tiles: TileStore, kept: list[Kept]) -> Kept | None:
    """Draw one of the submissions and return it; None while there is none, or if Kaggle would refuse it."""
    if not kept:
        st.info("The file's check, its figures and where it differs from other files stand here.")
        return None
    chosen = st.selectbox("File", kept, format_func=lambda one: one.path.stem, key=FILE)
    try:
        codes, checked = cache.submission(tiles, chosen.path)
    except SaltScopeError as error:
        tell(error)
        return None
    _verdict(checked)
    _figures(checked.figures)
    with chosen.path.open("rb") as file:
        st.download_button("Download the file", file, chosen.path.name, "text/csv", icon=":material/download:")
    others = [one for one in kept if one != chosen]
    other = st.selectbox("Compare with", [None, *others], format_func=lambda one: one.path.stem if one else "nothing")
    if other:
        _comparison(tiles, codes, cache.submission(tiles, other.path)[0])
    return None if checked.problems else chosen


def _verdict(checked: Check) -> None:
    for problem in checked.problems:
        st.error(problem)
    for note in checked.notes:
        st.warning(note)
    if not checked.problems:
        st.success("Every test tile once, in order, with a valid code that reads back.", icon=":material/task_alt:")


def _figures(figures: dict[str, Any]) -> None:
    training = figures.get("training", {})
    with st.container(horizontal=True):
        st.metric("Tiles", numbers.count(figures["tiles"]), border=True)
        for label, name in (("Without salt", "empty"), ("Mean salt", "salt_proportion")):
            st.metric(label, numbers.percent(figures.get(name)), border=True)
    st.caption(
        f"Labelled tiles: {numbers.percent(training.get('empty'))} without salt, "
        f"{numbers.percent(training.get('salt_proportion'))} mean salt."
    )


def _comparison(tiles: TileStore, codes: dict[str, str], other: dict[str, str]) -> None:
    found = compare(tiles, codes, other)
    figures = found.figures
    st.markdown(
        f"**{numbers.tiles(figures['same'])} of {numbers.count(figures['tiles'])} are the same**, "
        f"mean agreement (IoU) {numbers.score(figures['iou'])}. "
        "The most different, with this file in blue and the other in orange:"
    )
    most = [row for row in found.most_different(SHOWN) if row["differing"]]
    ids = [row["id"] for row in most]
    captions = [(f"IoU {numbers.score(row['iou'])}",) for row in most]
    shown = tiles_for_gallery(tiles, tiles.rows(ids), [codes[tile] for tile in ids], captions)
    gallery([replace(tile, mask=other[tile.id]) for tile in shown], key="submission_differences")
