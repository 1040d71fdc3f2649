import numpy as np
import pytest

from core.segment.bootstrap import means


def test_means_are_spread_as_those_of_numbers_drawn_one_by_one() -> None:
    numbers = np.random.default_rng(0).choice([-1.0, 0.0, 0.3], 80)
    one_by_one = np.random.default_rng(1).choice(numbers, (20_000, 80)).mean(axis=1)
    together = means(numbers, 20_000)
    assert together.shape == (20_000,)
    assert together.mean() == pytest.approx(numbers.mean(), abs=0.003)
    np.testing.assert_allclose(
        np.quantile(together, [0.025, 0.975]), np.quantile(one_by_one, [0.025, 0.975]), atol=0.01
    )
    np.testing.assert_array_equal(means(numbers, 10, seed=3), means(numbers, 10, seed=3))


def test_equal_numbers_have_one_mean() -> None:
    assert set(means([0.5] * 9, 5)) == {0.5}
