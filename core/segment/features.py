"""What a probability map and the mask made of it tell of the mask's score, without the label. Torch-free."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

_P = np.arange(256) / 255


def features(maps: np.ndarray, masks: np.ndarray) -> pd.DataFrame:
    """A row for each tile: maps (N, H, W) uint8 0…255 and their masks (N, H, W) uint8 in {0, 1}.

    expected_iou: see `expected_iou` · certainty: mean |2p − 1| · salt: share of the mask · likely: mean p ·
    doubt: Σ p(1 − p) over the expected area · steady: pixels of .75 and above over those of .25 and above ·
    highest: p · edge: pixels on the mask's edge over √area.
    """
    flat = np.asarray(maps).reshape(len(maps), math.prod(maps.shape[1:]))
    levels = np.stack([np.bincount(tile, minlength=256) for tile in flat]) if len(flat) else np.zeros((0, 256))
    pixels, likely = flat.shape[1], levels @ _P
    area = masks.sum(axis=(1, 2), dtype=np.int64)
    inside = (maps * masks).sum(axis=(1, 2), dtype=np.int64) / 255
    highest = flat.max(axis=1) / 255
    return pd.DataFrame(
        {
            "expected_iou": expected_iou(inside, likely - inside, area, highest),
            "certainty": levels @ np.abs(2 * _P - 1) / pixels,
            "salt": area / pixels,
            "likely": likely / pixels,
            "doubt": levels @ (_P * (1 - _P)) / np.maximum(likely, 1),
            "steady": levels[:, 192:].sum(axis=1) / np.maximum(levels[:, 64:].sum(axis=1), 1),
            "highest": highest,
            "edge": _edge(masks) / np.sqrt(np.maximum(area, 1)),
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


def _edge(masks: np.ndarray) -> np.ndarray:
    """Pairs of neighbouring pixels of which one is salt: (N, H, W) to (N,)."""
    down = (masks[:, 1:] != masks[:, :-1]).sum(axis=(1, 2))
    right = (masks[:, :, 1:] != masks[:, :, :-1]).sum(axis=(1, 2))
    return down + right
