"""One tile, large, with all that is known of it; the same wherever a tile is opened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core.dataset import rle
from core.dataset.tiles import TileStore
from core.explore import colours, numbers
from core.review.labels import in_words
from dashboard import cache, corrected, paging, predicted, state
from dashboard.components import neighbourhood, tile_history, tile_pages
from dashboard.components.tile_view import (
    FactGroup,
    PredictionRow,
    PredictionRows,
    TileViewEvent,
    tile_for_view,
    tile_view,
)
from dashboard.tile_facts import tile_facts


@dataclass(frozen=True)
class Place:
    """Where a tile stands among those that a page shows. before, after: the rows of its neighbours."""

    before: int | None
    after: int | None
    words: str


def show(store: TileStore, rows: np.ndarray, name: str) -> None:
    """Draw tile `name`; its neighbours are those among `rows` (n,), in their order. Raises `NotFound`."""
    row = store.row(name)
    place = Place(*paging.neighbours(rows, row), _position(rows, row))
    draw(store, name, place, key="tile", close="All tiles", moved=tile_pages.go_to, alike=tile_pages.more_like)


def draw(
    store: TileStore,
    name: str,
    place: Place,
    key: str,
    close: str,
    moved: Callable[[str], None] = lambda _: None,
    alike: Callable[[str], None] | None = None,
) -> None:
    """Draw tile `name` with the prediction of the chosen run. Raises `NotFound`.

    close: where Esc leads, in words. moved: told the neighbour that the person goes to. alike: told the
    tile when more like it are wanted; None does not offer that.
    """
    row = store.row(name)
    predictions = predicted.all_of_tile(store.name, name)
    shown = predicted.of_tile(predicted.chosen_run(), store.name, name)
    mask, probability = (shown.mask, shown.probability) if shown else (None, None)
    correction = corrected.codes(store, np.array([row]))[0]

    def act(event: TileViewEvent) -> None:
        target = place.before if event.turned < 0 else place.after
        if event.closed:
            state.select(tile=None)
        elif event.alike and alike:
            alike(name)
        elif event.chosen:
            state.select(run=event.chosen)
        elif event.opened:
            moved(event.opened)
            state.select(tile=event.opened)
        elif event.turned and target is not None:
            neighbour = str(store.index["id"].iat[target])
            moved(neighbour)
            state.select(tile=neighbour)

    tile_view(
        tile_for_view(store, row, mask, probability, correction),
        key=key,
        facts=tile_facts(store, row),
        groups=[
            FactGroup("Prediction", _known(shown.facts) if shown else (), colours.PREDICTION),
            FactGroup("Findings", _findings(store, row), colours.FLAG),
        ],
        predictions=_rows(predictions, shown.run if shown else None),
        around=neighbourhood.around(store, row, predicted.chosen_run()),
        explain=True,
        position=place.words,
        previous=place.before is not None,
        following=place.after is not None,
        close=close,
        alike=alike is not None,
        on_event=act,
    )
    neighbourhood.link(store, row)
    tile_history.show(store, name, f"{key}_history")


def _known(facts: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, value) for name, value in facts if value != numbers.NOTHING]


def _findings(store: TileStore, row: int) -> list[tuple[str, str]]:
    """Rule and reason of what the last check of the data set found in the tile."""
    checked = cache.checked(store)
    if checked is None:
        return []
    found = checked.findings[checked.findings["row"] == row]
    return list(zip(map(in_words, found["reason"]), found["details"], strict=True))


def _rows(predictions: list[predicted.TilePrediction], run: str | None) -> PredictionRows:
    if not predictions:
        return PredictionRows()
    every = [dict(one.facts) for one in predictions]
    columns = tuple(name for name in every[0] if any(facts[name] != numbers.NOTHING for facts in every))
    figures = [tuple(facts[name] for name in columns) for facts in every]
    codes = rle.encode_many(np.stack([one.mask for one in predictions]))
    runs = (one.run for one in predictions)
    return PredictionRows(columns, tuple(map(PredictionRow, runs, codes, figures)), run)


def _position(rows: np.ndarray, row: int) -> str:
    place, inside = paging.place_of(rows, row)
    return f"{place + 1:,} of {len(rows):,}" if inside else "outside the filter"
