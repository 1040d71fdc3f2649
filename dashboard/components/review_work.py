"""A tile of the queue as the editor gets it: its picture, the mask to begin with, and what stands beside it."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from core.review.masks import Revision
from dashboard import cache, predicted, state
from dashboard.components import neighbourhood, review_item
from dashboard.components.mask_editor import KeptDraft, Source, Work
from dashboard.components.review_queue import Queue
from dashboard.components.tile_view import tile_for_view

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


def shown(queue: Queue, tile: str, label: str | None, predicted: str | None) -> Shown:
    """What to begin with on `tile`."""
    newest = cache.mask_store().newest(queue.tiles.name, tile)
    first, second = (label, predicted) if queue.of_labels else (predicted, label)
    begun = first if first is not None else second or ""
    return Shown(label, predicted, newest, newest.mask if newest else begun)


def work(queue: Queue, item: pd.Series, position: str) -> tuple[Work, Shown]:
    """All that the editor shows of an item."""
    tile, row = str(item["tile"]), queue.tiles.row(str(item["tile"]))
    found = predicted.of_tile(queue.run, queue.tiles.name, tile)
    picture = tile_for_view(queue.tiles, row, *((found.mask, found.probability) if found else (None, None)))
    begun = shown(queue, tile, picture.mask, picture.prediction)
    draft = cache.mask_store().draft(queue.tiles.name, tile, state.reviewer())
    return (
        Work(
            picture,
            begun.mask,
            begun.base,
            KeptDraft.of(draft),
            _sources(queue, tile, begun),
            review_item.facts(queue, item),
            neighbourhood.around(queue.tiles, row, queue.run),
            position,
        ),
        begun,
    )


def _sources(queue: Queue, tile: str, begun: Shown) -> list[Source]:
    """Masks to copy from: the label, the prediction, and what people made, the newest first."""
    own = {"the label": begun.label, "the prediction": begun.predicted}
    history = cache.mask_store().history(queue.tiles.name, tile).head(MOST_REVISIONS)
    made = [
        Source(f"{one['reviewer']}, {one['time']:%Y-%m-%d %H:%M} UTC", one["mask"])
        for one in history.to_dict("records")
    ]
    return [Source(words, mask) for words, mask in own.items() if mask is not None] + made
