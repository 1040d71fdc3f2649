"""Train against test, held against scipy."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import scipy.stats

from core.explore.quantities import DEPTH, MEAN, SALT
from core.explore.two_samples import compare_splits, difference, in_words, table, verdict


@pytest.mark.parametrize(("n", "m", "shift"), [(3000, 2000, 0.0), (300, 200, 0.2), (40, 25, 0.5), (5000, 90, 0.3)])
def test_the_difference_is_that_of_scipy(n: int, m: int, shift: float) -> None:
    generator = np.random.default_rng(n)
    train, test = generator.normal(size=n), generator.normal(shift, size=m)
    found, expected = difference(train, test), scipy.stats.ks_2samp(train, test)
    assert found is not None
    assert found.distance == pytest.approx(expected.statistic)
    assert found.at == pytest.approx(expected.statistic_location)
    assert found.p == pytest.approx(expected.pvalue, rel=0.1, abs=1e-4)
    assert found.below == pytest.approx(((train <= found.at).mean(), (test <= found.at).mean()))
    assert found.means == pytest.approx((train.mean(), test.mean()))
    assert found.errors == pytest.approx((scipy.stats.sem(train), scipy.stats.sem(test)))


def test_ties_and_missing_values() -> None:
    train, test = np.array([1.0, 1, 2, np.nan]), np.array([1.0, 2, 2])
    found = difference(train, test)
    assert found is not None
    assert (found.train, found.test, found.at) == (3, 3, 1)
    assert found.distance == pytest.approx(1 / 3)
    assert found.p is None
    assert difference(train, np.array([np.nan])) is None


def splits(shift: float, n: int = 500) -> pd.DataFrame:
    generator = np.random.default_rng(0)
    z = np.concatenate([generator.normal(500, 100, n), generator.normal(500 + shift, 100, n)])
    salt = np.where(np.arange(2 * n) < n, 0.5, np.nan)
    return pd.DataFrame({"split": ["train"] * n + ["test"] * n, "z": z, "salt_proportion": salt, "mean": 100.0})


def test_what_only_one_split_has_is_left_out() -> None:
    assert list(compare_splits(splits(0), (DEPTH, SALT, MEAN))) == [DEPTH, MEAN]
    assert compare_splits(splits(0)[:500], (DEPTH, MEAN)) == {}


@pytest.mark.parametrize(
    ("shift", "n", "called", "words"),
    [
        (0, 500, "alike", "Depth: train and test are alike as far as 500 and 500 tiles can tell (largest gap"),
        (100, 500, "difference", "Depth: train and test differ: "),
        (15, 20_000, "small difference", "Depth: train and test differ a little: "),
        (0, 5, "too few tiles", "Depth: 5 and 5 tiles are too few to compare"),
    ],
)
def test_the_difference_in_words(shift: float, n: int, called: str, words: str) -> None:
    found = compare_splits(splits(shift, n), (DEPTH,))
    assert verdict(found[DEPTH]) == called
    assert in_words(DEPTH, found[DEPTH]).startswith(words)
    [row] = table(found).to_dict("records")
    assert (row["Quantity"], row["Verdict"], row["Train tiles"]) == ("Depth", called, f"{n:,}")
