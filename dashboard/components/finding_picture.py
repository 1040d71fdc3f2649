"""A finding as one picture: its tiles as they lie, their labels, and in vermillion what is meant."""

from __future__ import annotations

from html import escape

import numpy as np
import streamlit as st

from core.dataset.tiles import TileStore
from core.explore import colours, thumbnails
from core.explore.quality import Placed, Scene
from dashboard.components import assets

RING = 2.5  # pixels of the tile between a thing and the ring around it

_mount = st.components.v2.component(
    "saltscope.finding_picture",
    html=assets.ROOT,
    css=assets.text("finding_picture.css"),
    js=assets.text("finding_picture.js"),
)


def show(store: TileStore, scene: Scene, alt: str) -> None:
    """Draw the scene; while H or the mouse button is held on it, only the pictures are seen."""
    _mount(key="finding_picture", data={"svg": drawn(store, scene, alt)})


def drawn(store: TileStore, scene: Scene, alt: str) -> str:
    """The scene as SVG, in pixels of the tiles. alt: what it shows, for those who can't see it."""
    height, width = store.tile_shape
    right = max(tile.x for tile in scene.tiles) + width
    bottom = max(tile.y for tile in scene.tiles) + height
    over = [_label(store, tile) for tile in scene.tiles]
    over += [f'<line x1="{a}" y1="{b}" x2="{c}" y2="{d}" {_stroke(4)}/>' for a, b, c, d in scene.lines]
    over += [_ring(*box) for box in scene.rings]
    names = [_name(store, tile, max(right, bottom) / 36) for tile in scene.tiles] if len(scene.tiles) > 1 else []
    parts = [*(_picture(store, tile) for tile in scene.tiles), '<g class="over">', *over, "</g>", *names]
    return f'<svg role="img" aria-label="{escape(alt)}" viewBox="0 0 {right} {bottom}">{"".join(parts)}</svg>'


def outline(mask: np.ndarray) -> str:
    """The edges of the pixels of a mask (H, W) that border on others, as an SVG path of straight strokes."""
    framed = np.pad(mask > 0, 1)
    upright = [f"M{x} {start}V{stop}" for x, start, stop in _runs((framed[1:-1, 1:] != framed[1:-1, :-1]).T)]
    lying = [f"M{start} {y}H{stop}" for y, start, stop in _runs(framed[1:, 1:-1] != framed[:-1, 1:-1])]
    return "".join(upright + lying)


def area(mask: np.ndarray) -> str:
    """The pixels of a mask (H, W) as an SVG path to fill."""
    return "".join(f"M{start} {y}H{stop}v1H{start}z" for y, start, stop in _runs(mask > 0))


def _runs(lines: np.ndarray) -> list[tuple[int, int, int]]:
    """Number of the line, start and stop of all runs of what is true in lines (n, L) bool."""
    steps = np.diff(np.pad(lines, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    (number, start), (_, stop) = np.nonzero(steps == 1), np.nonzero(steps == -1)
    return list(zip(number.tolist(), start.tolist(), stop.tolist(), strict=True))


def _picture(store: TileStore, tile: Placed) -> str:
    height, width = store.tile_shape
    url = thumbnails.png_url(store.tiles[tile.row])
    return f'<image href="{url}" x="{tile.x}" y="{tile.y}" width="{width}" height="{height}"/>'


def _label(store: TileStore, tile: Placed) -> str:
    mask = np.asarray(store.masks[tile.row])
    return (
        f'<g transform="translate({tile.x} {tile.y})"><path d="{area(mask)}" fill="{colours.LABEL}" opacity="0.22"/>'
        f'<path d="{outline(mask)}" fill="none" stroke="{colours.LABEL}" stroke-width="1.6"/></g>'
    )


def _ring(left: int, top: int, right: int, bottom: int) -> str:
    return (
        f'<rect x="{left - RING}" y="{top - RING}" width="{right - left + 2 * RING}" '
        f'height="{bottom - top + 2 * RING}" rx="{RING}" fill="none" {_stroke(2.5)}/>'
    )


def _name(store: TileStore, tile: Placed, size: float) -> str:
    facts = store.index.iloc[tile.row]
    words = escape(f"{facts['id']} · {facts['split']}")
    return (
        f'<text x="{tile.x + size / 2}" y="{tile.y + 1.3 * size}" font-size="{size:.2f}" '
        f'stroke-width="{size / 5:.2f}">{words}</text>'
    )


def _stroke(width: float) -> str:
    return f'stroke="{colours.FLAG}" stroke-width="{width}"'
