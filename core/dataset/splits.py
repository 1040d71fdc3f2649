"""Seeded splits of the labelled tiles: with as much salt in each part, and groups of tiles kept together.

Tiles that touch in one section show the same rock. In different folds they leak, so give their section as the group.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core.errors import BadInput

Rows = npt.NDArray[np.int64]
_STRATA = 5  # of the tiles with salt; those without are one more


def folds(salt_proportion: np.ndarray, groups: np.ndarray | None = None, k: int = 5, seed: int = 0) -> Rows:
    """The fold of each tile, 0…k - 1: (N,) int64. No group is in two folds.

    salt_proportion: (N,) 0…1 of the labelled tiles · groups: (N,) anything that can be compared, None: every tile
    is its own. A group larger than N / k makes its fold larger than the others. Raises `BadInput` for fewer than
    k groups.
    """
    salt = np.asarray(salt_proportion, np.float64)
    numbers = np.arange(len(salt)) if groups is None else np.unique(np.asarray(groups), return_inverse=True)[1]
    if not np.isfinite(salt).all() or len(numbers) != len(salt):
        raise BadInput("a split needs the salt proportion of every tile, and a group for each if there are groups")
    count = len(np.unique(numbers))
    if k < 2 or count < k:
        raise BadInput(f"{k} folds can't be made of {len(salt)} tiles in {count} groups; expected 2 folds to {count}")
    return _folds(_strata(salt, k), None if groups is None else numbers, k, seed)


def _strata(salt: np.ndarray, k: int) -> np.ndarray:
    """Class of each tile: 0 without salt, then equally many tiles each by rising proportion; each of at least k."""
    order = np.argsort(salt, kind="stable")[np.count_nonzero(salt <= 0) :]
    classes = min(_STRATA, len(order) // k)
    strata = np.zeros(len(salt), np.int64)
    if classes and (len(order) == len(salt) or len(salt) - len(order) >= k):
        strata[order] = 1 + np.arange(len(order)) * classes // len(order)
    return strata


def _folds(strata: np.ndarray, groups: np.ndarray | None, k: int, seed: int) -> Rows:
    from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

    kind = StratifiedKFold if groups is None else StratifiedGroupKFold
    splitter = kind(n_splits=k, shuffle=True, random_state=seed)
    numbers = np.empty(len(strata), np.int64)
    for fold, (_, rows) in enumerate(splitter.split(strata, strata, groups)):
        numbers[rows] = fold
    return numbers
