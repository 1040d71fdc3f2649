"""One predicted tile, large: image, truth, probability and mask, with its figures."""

from __future__ import annotations

from core.dataset.tiles import TileStore
from core.explore import numbers
from core.segment.predictions import SALT_LEVEL
from core.workspace import RunFolder
from dashboard import cache, state
from dashboard.components.tile_view import TileViewEvent, tile_for_view, tile_view
from dashboard.tile_facts import tile_facts


def show(run: RunFolder, tiles: TileStore, name: str) -> None:
    """Draw tile `name` as `run` predicted it. Raises `NotFound`."""
    probability = cache.probability(run, tiles.name, name)
    frame = cache.predicted(run, tiles.name)
    figures = dict(frame[frame["id"] == name].iloc[0])
    facts = [
        ("Predicted salt", numbers.percent(figures["salt_proportion"])),
        ("Confidence", numbers.score(figures["confidence"])),
        ("Score", numbers.score(figures["map"])),
        ("IoU", numbers.score(figures["iou"])),
        ("In training", "no, kept aside" if figures["validation"] else numbers.NOTHING),
    ]
    row = tiles.row(name)
    known = [(label, value) for label, value in facts if value != numbers.NOTHING]
    tile_view(
        tile_for_view(tiles, row, probability >= SALT_LEVEL, probability),
        key="predicted_tile",
        facts=known + tile_facts(tiles, row),
        close="All predictions",
        on_event=_close,
    )


def _close(event: TileViewEvent) -> None:
    if event.closed:
        state.select(tile=None)
