"""What a run predicted for the tiles of a data set, open for reading. Torch-free: pages read it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from core import atomic, parquet
from core.errors import BadInput, NotFound
from core.segment import asides
from core.segment.treatment import SALT_LEVEL as SALT_LEVEL
from core.segment.treatment import Treatment
from core.workspace import RunFolder


@dataclass(frozen=True, eq=False)
class Predictions:
    """Probability maps and figures; row k of `frame` describes map k.

    probabilities: (N, H, W) uint8 0…255, memory-mapped · frame, N rows:

        id (str) · row (int64, in the data set) · salt_proportion (0…1, share of the mask)
        confidence (0…1, estimate of the mask's score where it is calibrated, else of its IoU)
        map, iou (against the label; NaN: no label) · constant, validation (bool; kept aside in the training)
        and those `asides` that were told

    facts: what prediction.json holds: run, dataset, split, tiles, tile_shape, threshold, treatment, confidence (how it
    was made), views, epoch, seconds, ….
    """

    folder: Path
    probabilities: np.ndarray
    frame: pd.DataFrame
    facts: dict[str, Any]

    def __len__(self) -> int:
        return len(self.frame)

    def mask(self, position: int) -> np.ndarray:
        """The predicted mask of one tile, by its position here: (H, W) uint8 in {0, 1}."""
        return self.masks(np.array([position]))[0]

    def masks(self, positions: np.ndarray) -> np.ndarray:
        """The predicted masks of some tiles, after treatment: (k,) positions here to (k, H, W) uint8 in {0, 1}."""
        constant = self.frame["constant"].to_numpy(bool)[positions] if self.treatment.black else np.False_
        maps = np.asarray(self.probabilities[positions])
        any_salt = asides.any_salt(self.frame.iloc[positions])
        return self.treatment.masks(maps, np.broadcast_to(constant, len(positions)), any_salt)

    def emptied(self, positions: np.ndarray, masks: np.ndarray) -> npt.NDArray[np.float64]:
        """The share of salt 0…1 in tiles before the treatment emptied them as doubtful, 0 of the others: (k,) to (k,).

        positions: here · masks: theirs (k, H, W), as `masks` gives them.
        """
        found, empty = np.zeros(len(positions)), ~masks.any(axis=(1, 2))
        found[empty] = self.treatment.salt(np.asarray(self.probabilities[positions[empty]])).mean(axis=(1, 2))
        return found

    @cached_property
    def treatment(self) -> Treatment:
        """How maps become masks here. Raises `BadInput`."""
        return Treatment.from_dict(self.facts.get("treatment", {}))

    @cached_property
    def _position_of(self) -> pd.Index:
        return pd.Index(self.frame["id"])

    def has(self, id: str) -> bool:
        """Whether tile `id` is here."""
        return id in self._position_of

    def positions(self, ids: pd.Series) -> np.ndarray:
        """Where each of the tiles `ids` (k,) is: (k,) int64, −1 where it is not here."""
        return self._position_of.get_indexer(pd.Index(ids))

    def position(self, id: str) -> int:
        """Where tile `id` is. Raises `NotFound`."""
        position = int(self.positions(pd.Series([id]))[0])
        if position < 0:
            raise NotFound(f"{self.folder}: there is no prediction for tile {id!r}; predict its split first")
        return position


def is_of_now(run: RunFolder, facts: dict[str, Any]) -> bool:
    """Whether predictions of which prediction.json tells `facts` are by the best networks of `run` alone, as they are.

    Not those that were averaged with another run, nor those of before a training went on and found better. Where no
    checkpoint lies any more, nothing better is known.
    """
    if facts.get("runs", [run.id]) != [run.id]:
        return False
    now = [_epoch(network) for network in run.networks()]
    return None in now or facts.get("epochs", [facts.get("epoch")]) == now


def _epoch(network: RunFolder) -> int | None:
    try:
        epoch = atomic.read_object(network.best.with_suffix(".json")).get("epoch")
    except (OSError, ValueError):
        return None
    return epoch if isinstance(epoch, int) else None


def load_predictions(folder: Path) -> Predictions:
    """The predictions in `folder`; no pixel is read yet. Raises `NotFound` or `BadInput`."""
    try:
        facts = atomic.read_object(folder / "prediction.json")
        probabilities = np.load(folder / "probabilities.npy", mmap_mode="r")
        frame = parquet.read(folder / "predictions.parquet")
    except (FileNotFoundError, NotADirectoryError) as error:
        raise NotFound(f"{folder}: there are no predictions yet; predict first") from error
    except (ValueError, EOFError) as error:
        raise BadInput(f"{folder}: the predictions are damaged ({error}); predict again") from error
    if len(frame) != len(probabilities):
        raise BadInput(f"{folder}: {len(probabilities)} maps, but figures of {len(frame)} tiles; predict again")
    return Predictions(folder, probabilities, frame, facts)
