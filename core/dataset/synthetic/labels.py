"""Salt masks of a section as interpreters drew them, which is not always what lies in the ground.

Two quirks of the real labels are kept: a tile that lies wholly in the salt is labelled empty, and in
some sections the mask below a certain depth is the row at that depth, repeated: vertical stripes that
go on unchanged from tile to tile.
"""

from __future__ import annotations

import numpy as np


def cut(section: np.ndarray, tile_shape: tuple[int, int]) -> np.ndarray:
    """Touching tiles (rows*columns, H, W) of a section (rows*H, columns*W), row by row."""
    height, width = tile_shape
    rows, columns = section.shape[0] // height, section.shape[1] // width
    tiles = section.reshape(rows, height, columns, width).swapaxes(1, 2)
    return np.ascontiguousarray(tiles).reshape(rows * columns, height, width)


def labelled(
    salt: np.ndarray, tile_shape: tuple[int, int], stripes_from: float, black: int | None = None
) -> np.ndarray:
    """Masks (n, H, W) uint8 {0, 1} of the tiles of a section.

    salt: (h, w) bool; stripes_from: where vertical stripes begin, as a share of the section's height (1: nowhere);
    black: the tile without data, which is labelled empty.
    """
    drawn = salt.astype(np.uint8)
    start = int(stripes_from * len(drawn))
    drawn[start:] = drawn[max(start - 1, 0)] if start < len(drawn) else 0
    tiles = cut(drawn, tile_shape)
    columns = drawn.shape[1] // tile_shape[1]
    below_salt = np.zeros(len(tiles), bool)
    below_salt[columns:] = tiles[:-columns, -1].all(axis=1)
    tiles[below_salt | tiles.all(axis=(1, 2))] = 0
    if black is not None:
        tiles[black] = 0
    return tiles
