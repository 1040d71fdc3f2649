"""How the score of each tile changes with one setting of the after-treatment, all its values at once. Torch-free.

Every function takes maps (N, H, W) uint8 0…255 and truth (N, H, W) uint8 in {0, 1}, may be memory-mapped, and gives
scores (values, N) float32: the competition's score of each tile with each value.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from core.segment import metrics
from core.segment.treatment import HOLES, PATCHES, Treatment, at_border, doubted, inside_level, parts

LEVELS = np.arange(0, 256, 4)
AREAS = np.array([0, 5, 10, 15, 20, 30, 40, 60, 80, 100, 150, 200, 300, 400])  # px
AT_ONCE = 256  # tiles whose parts are numbered together

Scores = npt.NDArray[np.float32]


def level_scores(maps: np.ndarray, truth: np.ndarray) -> Scores:
    """Of each of `LEVELS` as the lowest that counts as salt: one histogram of every tile answers for all of them."""
    outside, inside = np.moveaxis(histograms(maps, truth), 1, 0)
    intersection = np.cumsum(inside[:, ::-1], axis=1)[:, ::-1].T
    predicted_only = np.cumsum(outside[:, ::-1], axis=1)[:, ::-1].T
    return _scores(intersection, predicted_only + inside.sum(axis=1))


def histograms(maps: np.ndarray, masks: np.ndarray) -> npt.NDArray[np.int64]:
    """Pixels of each tile outside and inside of its mask by level, four levels a bin: (N, 2, 64)."""
    found = np.empty((len(maps), 128), np.int64)
    for place, (levels, mask) in enumerate(zip(maps, masks, strict=True)):
        found[place] = np.bincount(((levels >> 2) | (mask << 6)).ravel(), minlength=128)
    return found.reshape(-1, 2, 64)


def hole_scores(maps: np.ndarray, truth: np.ndarray, treatment: Treatment) -> Scores:
    """Of each of `AREAS` as the largest hole that is filled, the level being that of `treatment`."""
    return _of_parts(maps, truth, lambda some: some < treatment.level, HOLES, lambda area, n: area <= n)


def area_scores(maps: np.ndarray, truth: np.ndarray, treatment: Treatment) -> Scores:
    """Of each of `AREAS` as the smallest patch that stays, level and holes being those of `treatment`."""
    until = Treatment(treatment.level, treatment.holes)

    def salt(some: np.ndarray) -> np.ndarray:
        return until.masks(some, np.zeros(len(some), bool)) > 0

    return _of_parts(maps, truth, salt, PATCHES, lambda area, n: area < n)


def inside_scores(maps: np.ndarray, truth: np.ndarray, treatment: Treatment, treated: np.ndarray) -> Scores:
    """Of each of `LEVELS` as the mean level that masks must reach; treated: their score (N,) by `treatment` alone."""
    chunks = (maps[first : first + AT_ONCE] for first in range(0, len(maps), AT_ONCE))
    reached = [inside_level(some, treatment.masks(some, np.zeros(len(some), bool))) for some in chunks]
    empty = ~np.asarray(truth).any(axis=(1, 2))
    return np.where(np.concatenate(reached) >= LEVELS[:, None], treated, empty).astype(np.float32)


def sure_scores(maps: np.ndarray, truth: np.ndarray, treated: np.ndarray) -> Scores:
    """Of each of `LEVELS` as the highest level that a tile must reach to hold salt; treated: its score (N,) else."""
    highest, empty = np.asarray(maps).max(axis=(1, 2)), ~np.asarray(truth).any(axis=(1, 2))
    return np.where(highest >= LEVELS[:, None], treated, empty).astype(np.float32)


def head_scores(any_salt: np.ndarray, truth: np.ndarray, treated: np.ndarray) -> Scores:
    """Of each of `LEVELS` as the least that a salt head must give any salt; any_salt: (N,) 0…1, treated: as above."""
    empty = ~np.asarray(truth).any(axis=(1, 2))
    return np.where(doubted(any_salt, LEVELS[:, None]), empty, treated).astype(np.float32)


def black_scores(constant: np.ndarray, truth: np.ndarray, treated: np.ndarray) -> Scores:
    """Of leaving tiles of one grey level as they are, and of taking them to be empty: (2, N)."""
    empty = ~np.asarray(truth).any(axis=(1, 2))
    return np.stack([treated, np.where(constant, empty, treated)]).astype(np.float32)


def _of_parts(
    maps: np.ndarray,
    truth: np.ndarray,
    pixels: Callable[[np.ndarray], np.ndarray],
    connected: np.ndarray,
    changed: Callable[[np.ndarray, int], np.ndarray],
) -> Scores:
    """Scores when the parts of `pixels` whose area is `changed` at a limit turn from salt to none, or back."""
    found = np.empty((len(AREAS), len(maps)), np.float32)
    for first in range(0, len(maps), AT_ONCE):
        some = slice(first, first + AT_ONCE)
        found[:, some] = _of_some_parts(truth[some] > 0, pixels(maps[some]), connected, changed)
    return found


def _of_some_parts(
    truth: np.ndarray,
    pixels: np.ndarray,
    connected: np.ndarray,
    changed: Callable[[np.ndarray, int], np.ndarray],
) -> Scores:
    numbers, count = parts(pixels, connected)
    holes = connected is HOLES
    salt = ~pixels if holes else pixels
    tile = np.searchsorted(np.maximum.accumulate(numbers.max(axis=(1, 2))), np.arange(count + 1))
    area = np.bincount(numbers.ravel(), minlength=count + 1)
    right = np.bincount(numbers[truth], minlength=count + 1)  # px of a part that are salt in the label
    may = ~at_border(numbers, count) if holes else np.ones(count + 1, bool)
    may[0] = False
    sign = 1 if holes else -1
    both, label = (salt & truth).sum(axis=(1, 2)), truth.sum(axis=(1, 2))
    predicted = salt.sum(axis=(1, 2))
    steps = []
    for limit in AREAS:
        chosen = may & changed(area, int(limit))
        more, hit = (np.bincount(tile[chosen], kind[chosen], len(truth)).astype(np.int64) for kind in (area, right))
        intersection = both + sign * hit
        steps.append(_scores(intersection, predicted + sign * more + label - intersection))
    return np.stack(steps)


def _scores(intersection: np.ndarray, union: np.ndarray) -> Scores:
    return metrics.score(intersection, union).astype(np.float32)
