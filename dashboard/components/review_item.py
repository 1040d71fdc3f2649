"""The item on the desk: why it is there, its figures, what it contradicts."""

from __future__ import annotations

import pandas as pd

from core.explore import numbers
from core.explore.quality import scene
from core.review.policy import PREFIX
from dashboard import cache
from dashboard.components import finding_picture
from dashboard.components.review_queue import Queue


def facts(queue: Queue, item: pd.Series) -> list[tuple[str, str]]:
    """Why it is in the queue, and what is known of it; names and values."""
    flags = cache.review_store().reasons(int(item["id"]))
    known = [(name.capitalize(), value) for name, value in _facts(queue, item) if value != numbers.NOTHING]
    notes = cache.note_store().of_tile(queue.tiles.name, str(item["tile"]))
    said = [("Note", f"“{note.text}” {note.signature}") for note in notes]
    return [("Tile", str(item["tile"])), ("Why", "; ".join(flag.words for flag in flags)), *said, *known]


def show_partner(queue: Queue, item: pd.Series) -> None:
    """A neighbour that it contradicts, if that is why it is in the queue."""
    flags = cache.review_store().reasons(int(item["id"]))
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
            ("predicted salt", numbers.percent(figures["salt_proportion"])),
            ("confidence", numbers.score(figures["confidence"])),
            ("score", numbers.score(figures["map"])),
            *facts,
        ]
    if item["verdict"]:
        verdict = item["verdict"].replace("_", " ")
        facts.append(("decided", f"{verdict} by {item['reviewer']}, {item['decided']:%Y-%m-%d %H:%M} UTC"))
    return facts


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
