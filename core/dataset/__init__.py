"""Tiles, masks and depths: from the competition's files to packed arrays.

`TGSSaltDataset` can be taken from here; torch is imported by nobody who does not ask for it.
"""

from __future__ import annotations

from typing import Any


def __getattr__(name: str) -> Any:
    if name == "TGSSaltDataset":
        from core.dataset.salt_dataset import TGSSaltDataset

        return TGSSaltDataset
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
