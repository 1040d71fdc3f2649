"""One verdict on many items at once, with the masks that it means."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from core.dataset import rle
from core.dataset.tiles import TileStore
from core.errors import BadInput
from core.review.masks import MaskStore, NewMask
from core.review.store import ReviewStore
from core.review.tables import Origin, Verdict

VERDICTS = (Verdict.ACCEPT, Verdict.NO_SALT, Verdict.ALL_SALT, Verdict.UNSURE)
Predict = Callable[[str], np.ndarray | None]  # the mask (H, W) that is under review of a tile; None: its label is


def judge_many(
    reviews: ReviewStore,
    masks: MaskStore,
    tiles: TileStore,
    items: pd.DataFrame,
    verdict: Verdict,
    reviewer: str,
    predict: Predict,
) -> list[int]:
    """Decide `items` (id, run, tile) as one act, so that one undo takes it back; the ids of those that were decided.

    Items that were decided meanwhile or are on somebody else's desk are passed over. Accepted is what the desk shows:
    the newest mask that somebody made, else the prediction, else the label. Raises `BadInput` for a verdict that needs
    eyes, `Conflict` when a mask is saved at this very moment.
    """
    if verdict not in VERDICTS:
        raise BadInput(f"{verdict!r} can't be said of many tiles at once; expected {', '.join(VERDICTS)}")
    newest, changed = _newest(masks, tiles.name), {}
    for number, run, tile in zip(items["id"], items["run"], items["tile"], strict=True):
        base, standing = newest.get(tile) or (None, _label(tiles, tile))
        mask = _meant(verdict, tiles, predict(tile) if base is None else None)
        if mask is not None and rle.encode(mask) != standing:
            origin = Origin.PREDICTION if verdict is Verdict.ACCEPT else Origin.DRAWN
            changed[int(number)] = NewMask(tiles.name, tile, mask, base, origin, run)
    return reviews.decide_open(items["id"].tolist(), verdict, reviewer, changed)


def _meant(verdict: Verdict, tiles: TileStore, predicted: np.ndarray | None) -> np.ndarray | None:
    """The mask that a verdict means; None where it changes nothing."""
    match verdict:
        case Verdict.NO_SALT:
            return np.zeros(tiles.tile_shape, np.uint8)
        case Verdict.ALL_SALT:
            return np.ones(tiles.tile_shape, np.uint8)
        case Verdict.ACCEPT:
            return predicted
        case _:
            return None


def _newest(masks: MaskStore, dataset: str) -> dict[str, tuple[int, str]]:
    """Revision and code of every tile that somebody made a mask for."""
    made = masks.reviewed(dataset)
    return {
        str(tile): (number, mask) for tile, number, mask in zip(made["tile"], made["id"], made["mask"], strict=True)
    }


def _label(tiles: TileStore, tile: str) -> str | None:
    row = tiles.row(tile)
    return rle.encode(tiles.masks[row]) if tiles.index["has_mask"].iat[row] else None
