"""The item on the desk: why it is there, its figures, its picture."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from core.errors import NotFound
from core.explore import numbers
from core.explore.quality import scene
from core.review.labels import PREFIX
from core.segment.predictions import SALT_LEVEL
from dashboard import cache
from dashboard.components import finding_picture, neighbourhood
from dashboard.components.review_queue import Queue
from dashboard.components.tile_view import tile_for_view, tile_view

KEY = "review_tile"


def show_tile(queue: Queue, item: pd.Series) -> None:
    """The tile with its label and, where there is one, its prediction."""
    probability = _probability(queue, item["tile"])
    mask = None if probability is None else probability >= SALT_LEVEL
    tile_view(tile_for_view(queue.tiles, queue.tiles.row(item["tile"]), mask, probability), key=KEY)


def show_neighbours(queue: Queue, item: pd.Series) -> None:
    """What lies around the tile, by the same look."""
    row = queue.tiles.row(item["tile"])
    neighbourhood.show(queue.tiles, row, queue.run, KEY)
    neighbourhood.link(queue.tiles, row)


def show_reasons(queue: Queue, item: pd.Series) -> None:
    """Why it is in the queue, and what is known of it; beside a neighbour that it contradicts, if that is why."""
    flags = cache.review_store().reasons(int(item["id"]))
    st.markdown(f"**{item['tile']}**: {'; '.join(flag.words for flag in flags)}.")
    st.caption(" · ".join(f"{name} {value}" for name, value in _facts(queue, item) if value != numbers.NOTHING))
    if queue.of_labels:
        _partner(queue, item["tile"], {flag.reason.removeprefix(PREFIX) for flag in flags})


def _facts(queue: Queue, item: pd.Series) -> list[tuple[str, str]]:
    row = queue.tiles.row(item["tile"])
    index = queue.tiles.index
    facts = [
        ("labelled salt", numbers.percent(index["salt_proportion"].to_numpy()[row])),
        ("depth", numbers.depth(index["z"].to_numpy()[row])),
    ]
    if queue.predictions is not None:
        figures = queue.predictions.loc[queue.predictions["id"] == item["tile"]].iloc[0]
        facts = [
            ("predicted salt", numbers.percent(item["salt_proportion"])),
            ("confidence", numbers.score(item["confidence"])),
            ("score", numbers.score(figures["map"])),
            *facts,
        ]
    if item["verdict"]:
        verdict = item["verdict"].replace("_", " ")
        facts.append(("decided", f"{verdict} by {item['reviewer']}, {item['decided']:%Y-%m-%d %H:%M} UTC"))
    return facts


def _probability(queue: Queue, tile: str) -> np.ndarray | None:
    """What the run predicted; for labels there need be nothing."""
    try:
        return None if queue.run is None else cache.probability(queue.run, queue.tiles.name, tile)
    except NotFound:
        if queue.of_labels:
            return None
        raise


def _partner(queue: Queue, tile: str, reasons: set[str]) -> None:
    """The picture of the worst of these findings that is about another tile too."""
    checked = cache.checked(queue.tiles)
    if checked is None:
        return
    found = checked.findings
    mine = found[(found["id"] == tile) & found["reason"].isin(reasons) & (found["other_row"] >= 0)]
    for finding in mine.head(1).to_dict("records"):
        told = {str(name): value for name, value in finding.items()}
        finding_picture.show(queue.tiles, scene(queue.tiles, told), f"{told['reason']} of tile {tile}")
