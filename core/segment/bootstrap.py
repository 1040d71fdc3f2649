"""How far a mean could lie elsewhere: means of samples drawn with replacement (Efron 1979, Annals of Statistics 7)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def means(numbers: npt.ArrayLike, draws: int, seed: int = 0) -> npt.NDArray[np.float64]:
    """Means (draws,) of samples as large as `numbers` (n,), drawn from them with replacement.

    Equal numbers are drawn together, which is the same and costs nothing where they are few, as scores in tenths are.
    """
    values, counts = np.unique(np.asarray(numbers, np.float64), return_counts=True)
    drawn = np.random.default_rng(seed).multinomial(counts.sum(), counts / counts.sum(), draws)
    return np.asarray(drawn @ values / counts.sum(), np.float64)
