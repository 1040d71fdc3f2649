"""What people choose between. Light, as the command line names it before it knows what it is to do."""

from __future__ import annotations

from enum import StrEnum


class QueueOrder(StrEnum):
    """Who comes first in the queue."""

    CONFIDENCE = "confidence"  # the least confident first, confident empties last
    LOSS = "loss"  # the tile that is expected to cost the score most first, whatever was predicted


class MaskFormat(StrEnum):
    """rle: one csv file `id,rle_mask` as Kaggle has it · png: a folder with a picture a tile, salt is 255."""

    RLE = "rle"
    PNG = "png"


class TableFormat(StrEnum):
    """csv: safe to open in a spreadsheet · parquet: with its types."""

    CSV = "csv"
    PARQUET = "parquet"
