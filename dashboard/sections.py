"""A section of the mosaic as the section view draws it: its tiles, what holds them together, its pictures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from core.dataset.tiles import TileStore
from core.explore import thumbnails
from core.explore.mosaic import Mosaic, saved
from core.explore.mosaic.picture import even_tones, toned_picture
from core.explore.mosaic.report import section_table
from core.explore.mosaic.window import Window, longest_side, picture
from core.review.tables import LABELS
from core.workspace import RunFolder
from dashboard import cache, corrected, predicted
from dashboard.components.gallery import caption
from dashboard.components.section_view import Layer, Section

QUALITY = 90  # of JPEG: 40 % smaller than thumbnails, for a picture of a hundred of them
SMALL = 112  # pixels: the longest side of a section in the list
MOST_SMALL = 100  # sections that have a picture there, the largest
LABELLED, PREDICTED, OUTSIDE, FLAGGED, CORRECTED = 1, 2, 4, 8, 16  # what is known of a tile, in one number


@dataclass(frozen=True, eq=False)
class Scene:
    """What sections are drawn from."""

    store: TileStore
    mosaic: Mosaic
    run: RunFolder | None

    @property
    def key(self) -> tuple[object, ...]:
        """What the pictures depend on."""
        folders = self.run.predictions_of(self.store.name) if self.run else []
        predictions = tuple((str(folder), (folder / "predictions.parquet").stat().st_mtime_ns) for folder in folders)
        return self.store.root, saved.version(cache.workspace(), self.store), predictions, corrected.version(self.store)


def section(scene: Scene, number: int, rows: np.ndarray, window: Window | None = None) -> Section:
    """Section `number` with its pictures; tiles that are not among `rows` (n,) ascending lie outside the filter.

    window: the part that is to be as sharp as it can be, where the whole does not fit into one picture.
    """
    grid = scene.mosaic.grid(number)
    whole = _layer(scene, scene.key, number, Window.whole(grid))
    detail = _layer(scene, scene.key, number, window.within(grid)) if window else None
    members = grid[grid >= 0]
    index = scene.store.index.iloc[members]
    return Section(
        grid=(int(grid.shape[0]), int(grid.shape[1])),
        shape=scene.store.tile_shape,
        ids=index["id"].tolist(),
        places=[(row, column) for row, column in np.argwhere(grid >= 0).tolist()],
        words=[" · ".join(caption(*pair)) for pair in zip(index["z"], index["salt_proportion"], strict=True)],
        states=_states(scene, members, rows),
        pairs=_pairs(scene.mosaic, members),
        whole=whole,
        detail=detail,
    )


def table(scene: Scene) -> pd.DataFrame:
    """All sections, the largest first, as `core.explore.mosaic.report.section_table` gives them."""
    return _table(scene, scene.key[:2])


@st.cache_data(max_entries=4)
def _table(_scene: Scene, key: tuple[object, ...]) -> pd.DataFrame:
    return section_table(_scene.store, _scene.mosaic)


def pictures(scene: Scene) -> list[str | None]:
    """A small picture of each section, the largest first, as data URL; None behind the first `MOST_SMALL`."""
    found = _pictures(scene, scene.key[:2])
    return [*found, *[None] * (len(scene.mosaic.sizes) - len(found))]


@st.cache_data(max_entries=4)
def _pictures(_scene: Scene, key: tuple[object, ...]) -> list[str]:
    found = [_small(_scene, number) for number in range(min(MOST_SMALL, len(_scene.mosaic.sizes)))]
    _scene.store.release()
    return found


def _small(scene: Scene, number: int) -> str:
    grid = scene.mosaic.grid(number)
    tiles = scene.store.tiles[grid[grid >= 0]]
    gain, offset = even_tones(tiles, grid)
    place = np.where(grid >= 0, np.cumsum(grid >= 0).reshape(grid.shape) - 1, -1)
    side = max(1, SMALL // max(grid.shape))
    small = toned_picture(picture(place, scene.store.tile_shape, side, lambda rows: tiles[rows]), place, gain, offset)
    low, high = np.percentile(small[small > 0], (2, 98)) if small.any() else (0, 1)  # averaging has made it flat
    lively = ((small - low) * (255 / max(high - low, 1))).clip(0, 255) * (small > 0)
    return thumbnails.jpeg_url(lively.astype(np.uint8), QUALITY)


def _states(scene: Scene, members: np.ndarray, rows: np.ndarray) -> list[int]:
    """What is known of each tile, in one number."""
    index = scene.store.index.iloc[members]
    states = np.where(index["has_mask"], LABELLED, 0) + np.where(np.isin(members, rows), 0, OUTSIDE)
    if scene.run:
        states += np.where(_known(scene.run, scene.store, index["id"]), PREDICTED, 0)
    states += np.where(index["id"].isin(_waiting(scene)), FLAGGED, 0)
    states += np.where(index["id"].isin(corrected.every(scene.store)), CORRECTED, 0)
    return [int(state) for state in states]


def _known(run: RunFolder, store: TileStore, ids: pd.Series) -> np.ndarray:
    found = np.zeros(len(ids), bool)
    for folder in run.predictions_of(store.name):
        found |= cache.predictions(folder).positions(ids) >= 0
    return found


def _waiting(scene: Scene) -> set[str]:
    """The tiles whose prediction or label somebody is to review."""
    names = [LABELS, *([scene.run.id] if scene.run else [])]
    queues = [cache.review_store().queue(name, scene.store.name) for name in names]
    return {tile for queue in queues for tile in queue["tile"][queue["verdict"].isna()]}


def _pairs(mosaic: Mosaic, members: np.ndarray) -> list[tuple[int, int, str, float | None, str]]:
    """Touching tiles by their place among `members`: first, second, where, strength, what holds them."""
    pairs = mosaic.pairs[np.isin(mosaic.pairs["first"], members)]
    place = np.full(len(mosaic), -1)
    place[members] = np.arange(len(members))
    strength = [None if np.isnan(one) else round(one, 2) for one in pairs["strength"].tolist()]
    columns = (place[pairs["first"]].tolist(), place[pairs["second"]].tolist(), pairs["where"], strength)
    return list(zip(*columns, pairs["found"], strict=True))


@st.cache_data(max_entries=8)
def _layer(_scene: Scene, key: tuple[object, ...], number: int, window: Window) -> Layer:
    """The pictures of a part of a section: its tiles in one brightness, and its masks."""
    store, run = _scene.store, _scene.run
    grid = window.of(_scene.mosaic.grid(number))
    side = longest_side(grid, store.tile_shape)
    gain, offset = _tones(_scene, key[:2], number)
    raw = picture(grid, store.tile_shape, side, lambda rows: store.tiles[rows])
    even = toned_picture(raw, grid, gain, offset)
    masks = picture(grid, store.tile_shape, side, lambda rows: store.masks[rows])
    if run:
        masks |= picture(grid, store.tile_shape, side, lambda rows: predicted.masks(run, store, rows)[0]) << 1
    masks |= picture(grid, store.tile_shape, side, lambda rows: corrected.masks(store, rows)) << 2
    store.release()
    url = thumbnails.png_url(masks) if masks.any() else None
    return Layer(tuple(window), thumbnails.jpeg_url(even, QUALITY), url)


@st.cache_data(max_entries=2)
def _tones(_scene: Scene, key: tuple[object, ...], number: int) -> tuple[np.ndarray, np.ndarray]:
    """Gain and offset of every tile of the data set, (N,) float32; 1 and 0 for those of other sections."""
    grid = _scene.mosaic.grid(number)
    members = grid[grid >= 0]
    gain, offset = np.ones(len(_scene.mosaic), np.float32), np.zeros(len(_scene.mosaic), np.float32)
    gain[members], offset[members] = even_tones(_scene.store.tiles[members], grid)
    _scene.store.release()
    return gain, offset
