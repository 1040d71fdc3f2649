"""Splits: every tile once, groups whole, salt spread evenly, the same for the same seed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.dataset.splits import folds
from core.errors import BadInput


def proportions(count: int, seed: int = 0, empty: float = 0.39) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.where(rng.random(count) < empty, 0.0, rng.random(count))


def sections(sizes: list[int], seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).permutation(np.repeat(np.arange(len(sizes)), sizes))


def test_folds_are_of_one_size_and_have_equal_salt() -> None:
    salt = proportions(1000)
    numbers = folds(salt, k=5, seed=3)
    assert np.bincount(numbers).tolist() == [200] * 5
    means = [salt[numbers == fold].mean() for fold in range(5)]
    empties = [(salt[numbers == fold] == 0).mean() for fold in range(5)]
    assert np.ptp(means) < 0.01
    assert np.ptp(empties) < 0.02


def test_the_seed_decides() -> None:
    salt, groups = proportions(300), sections([3] * 100)
    np.testing.assert_array_equal(folds(salt, groups, seed=1), folds(salt, groups, seed=1))
    assert (folds(salt, groups, seed=1) != folds(salt, groups, seed=2)).any()


def test_groups_may_have_names_and_are_never_split() -> None:
    salt = proportions(200)
    groups = np.array([f"section {number}" for number in sections([20, 5, 1, 14] * 5)])
    numbers = folds(salt, groups, k=4)
    assert all(len(np.unique(numbers[groups == group])) == 1 for group in np.unique(groups))
    assert np.bincount(numbers, minlength=4).min() > 30


@pytest.mark.parametrize("sizes", [[150] + [1] * 850, [180, 120, 80] + [10] * 62, [2] * 500])
def test_groups_of_very_different_size_still_give_sensible_folds(sizes: list[int]) -> None:
    salt, groups = proportions(1000), sections(sizes)
    numbers = folds(salt, groups, k=5)
    for fold in range(5):
        assert 0.17 <= (numbers == fold).mean() <= 0.23
        assert abs(salt[numbers == fold].mean() - salt.mean()) < 0.06


@given(
    count=st.integers(2, 60),
    groups=st.integers(2, 12),
    k=st.integers(2, 12),
    empty=st.sampled_from([0.0, 0.4, 0.98, 1.0]),
    seed=st.integers(0, 5),
)
@settings(deadline=None, max_examples=60)
def test_any_folds_keep_groups(count: int, groups: int, k: int, empty: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    salt, group = proportions(count, seed, empty), rng.integers(0, groups, count)
    group[:2] = 0, 1
    numbers = folds(salt, group, min(k, len(np.unique(group))), seed)
    assert numbers.min() >= 0 and numbers.max() < k
    assert all(len(np.unique(numbers[group == one])) == 1 for one in np.unique(group))


@given(salt=st.lists(st.floats(0, 1), min_size=2, max_size=40), seed=st.integers(0, 5))
@settings(deadline=None, max_examples=60)
def test_any_folds_are_full_and_differ_by_a_tile_at_most(salt: list[float], seed: int) -> None:
    k = min(5, len(salt))
    sizes = np.bincount(folds(np.array(salt), k=k, seed=seed), minlength=k)
    assert sizes.sum() == len(salt)
    assert np.ptp(sizes) <= 6  # one a stratum


@pytest.mark.parametrize(
    ("salt", "groups", "k"),
    [([0.1] * 4, None, 5), ([0.1] * 9, [1, 1, 1, 2, 2, 2, 3, 3, 3], 4), ([0.5, np.nan], None, 2)],
)
def test_what_can_not_be_split_is_refused(salt: list[float], groups: list[int] | None, k: int) -> None:
    with pytest.raises(BadInput, match=r"folds can't be made|every tile"):
        folds(np.array(salt), None if groups is None else np.array(groups), k)
