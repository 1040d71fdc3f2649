"""What a probability map, the mask made of it and the tile tell of the mask's score, without the label. Torch-free."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

LEVELS = (64, 96, 160, 192, 224)  # at which maps are looked at beside the mask
GREYS = ("grey", "contrast", "rough_down", "rough_right")
_P = np.arange(256) / 255
_WHOLE = 10_000  # pixels that a tile counts as, so that sizes mean the same in large and small ones


def features(maps: np.ndarray, masks: np.ndarray, tiles: np.ndarray | None) -> pd.DataFrame:
    """A row for each tile: maps (N, H, W) uint8, 255 is p = 1, masks (N, H, W) uint8 in {0, 1}, tiles (N, H, W) uint8.

    expected_iou: see `expected_iou` · certainty: mean |2p − 1| · salt: share of the mask · likely: mean p ·
    doubt: Σ p(1 − p) over Σ p, or over 1 where that is less · highest: the highest p · edge: pairs of neighbours, one
    of them in the mask and one not, over √area.

    For each of `LEVELS`, L: overlap_L: IoU of the mask with what has at least this level, 1 where both are empty ·
    size_L: ln(1 + pixels of ten thousand with at least this level).

    grey: mean grey level · contrast: their standard deviation · rough_down, rough_right: mean absolute difference of
    neighbours, in grey levels. All NaN without `tiles`.
    """
    pixels = math.prod(maps.shape[1:])
    outside, within = _levels(maps, masks)
    levels = outside + within
    likely, highest = levels @ _P, np.asarray(maps).reshape(len(maps), pixels).max(axis=1, initial=0) / 255
    area, inside = within.sum(axis=1), within @ _P
    return pd.DataFrame(
        {
            "expected_iou": expected_iou(inside, likely - inside, area, highest),
            "certainty": levels @ np.abs(2 * _P - 1) / pixels,
            "salt": area / pixels,
            "likely": likely / pixels,
            "doubt": levels @ (_P * (1 - _P)) / np.maximum(likely, 1),
            "highest": highest,
            "edge": _edge(masks) / np.sqrt(np.maximum(area, 1)),
            **_at_levels(levels, within),
            **(_greys(tiles) if tiles is not None else dict.fromkeys(GREYS, np.full(len(maps), np.nan))),
        }
    )


def expected_iou(inside: np.ndarray, outside: np.ndarray, area: np.ndarray, highest: np.ndarray) -> np.ndarray:
    """An estimate of each mask's IoU, 0…1, if its map is right; all (N,).

    inside, outside: Σp in the mask and elsewhere · area: px of the mask · highest: p.

    A mask with salt: expected intersection over expected union, Σp inside over area plus Σp outside. An empty mask
    scores 1 if the tile is empty, else 0, so this is the chance that there is no salt: 1 - √(highest p). That chance
    is at most 1 - highest p, and lower as salt at any place counts; the root comes close on tiles that were not
    learned (mean .82 where .83 were empty).
    """
    return np.where(area > 0, np.minimum(inside / np.maximum(area + outside, 1), 1), 1 - np.sqrt(highest))


def _levels(maps: np.ndarray, masks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How many pixels of each tile have each level, outside of the mask and within it: both (N, 256)."""
    counts = [
        np.bincount((tile + np.uint16(256) * mask).ravel(), minlength=512)
        for tile, mask in zip(maps, masks, strict=True)
    ]
    found = np.stack(counts) if counts else np.zeros((0, 512), np.int64)
    return found[:, :256], found[:, 256:]


def _at_levels(levels: np.ndarray, within: np.ndarray) -> dict[str, np.ndarray]:
    """overlap and size for each of `LEVELS`; levels, within: pixels of each level, in all and in the mask, (N, 256)."""
    found, area, pixels = {}, within.sum(axis=1), levels.sum(axis=1)
    for level in LEVELS:
        above, common = levels[:, level:].sum(axis=1), within[:, level:].sum(axis=1)
        union = area + above - common
        found[f"overlap_{level}"] = np.where(union > 0, common / np.maximum(union, 1), 1.0)
        found[f"size_{level}"] = np.log1p(above * (_WHOLE / pixels))
    return found


def _greys(tiles: np.ndarray) -> dict[str, np.ndarray]:
    """`GREYS` of tiles (N, H, W) uint8."""
    told = [(tile.mean(), tile.std(), _roughness(tile, 0), _roughness(tile, 1)) for tile in tiles]
    return dict(zip(GREYS, np.reshape(told, (len(tiles), len(GREYS))).T, strict=True))


def _roughness(tile: np.ndarray, axis: int) -> float:
    """The mean absolute difference of neighbours; 0 where there are none."""
    return float(np.abs(np.diff(tile.astype(np.int16), axis=axis)).mean()) if tile.shape[axis] > 1 else 0.0


def _edge(masks: np.ndarray) -> np.ndarray:
    """Pairs of neighbouring pixels of which one is salt: (N, H, W) to (N,)."""
    down = (masks[:, 1:] != masks[:, :-1]).sum(axis=(1, 2))
    right = (masks[:, :, 1:] != masks[:, :, :-1]).sum(axis=(1, 2))
    return down + right
