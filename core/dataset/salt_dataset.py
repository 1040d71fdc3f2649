"""The data set of the original notebook, as a torch `Dataset` over the packed store. Imports torch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from torch.utils.data import Dataset

from core.dataset.tiles import TileStore

Pair = tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]


class TGSSaltDataset(Dataset[Pair]):
    """Images and masks of an imported data set.

    root: the data set's folder · ids: the tiles wanted, in this order; None means every labelled tile.
    `[i]` gives (image, mask), both (H, W) uint8, the mask in {0, 1}; both are copies that may be changed.
    The mask of a tile without label is zeros. Raises `NotFound` for a folder or ids that are not there.
    """

    def __init__(self, root: str | Path, ids: Sequence[str] | None = None) -> None:
        self.root = Path(root)
        self._ids = None if ids is None else list(ids)
        self._open()

    def _open(self) -> None:
        self._store = TileStore.open(self.root)
        labelled = self._store.index["has_mask"].to_numpy()
        self._rows = np.flatnonzero(labelled) if self._ids is None else self._store.rows(self._ids)

    @property
    def ids(self) -> list[str]:
        """Ids of the tiles, in order."""
        return self._store.index["id"].iloc[self._rows].tolist()

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, i: int) -> Pair:
        row = self._rows[i]
        return np.array(self._store.tiles[row]), np.array(self._store.masks[row])

    def __getstate__(self) -> dict[str, object]:
        """A worker process opens the memory map itself: a pickled one would carry every pixel."""
        return {"root": self.root, "_ids": self._ids}

    def __setstate__(self, state: dict[str, object]) -> None:
        self.__dict__.update(state)
        self._open()
