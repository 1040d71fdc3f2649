"""What networks say of a whole tile, beside its map. Torch-free.

any_salt: the probability that there is any salt, 0…1, from the head of networks that have one.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

ASIDES = ("any_salt",)


def table(values: npt.NDArray[np.float32]) -> pd.DataFrame:
    """(N, asides) as columns, without those that no network told; NaN where one did not tell it of a tile."""
    return pd.DataFrame(np.asarray(values), columns=list(ASIDES)).dropna(axis="columns", how="all")


def among(frame: pd.DataFrame) -> pd.DataFrame:
    """The asides among the columns of a frame."""
    return frame[[name for name in ASIDES if name in frame]]


def any_salt(frame: pd.DataFrame) -> npt.NDArray[np.float32] | None:
    """The probabilities (N,) that there is any salt; None: no network told."""
    return frame["any_salt"].to_numpy(np.float32) if "any_salt" in frame else None
