"""The learning rate, and how much of a training is over."""

from __future__ import annotations

import pytest

from core.segment.schedule import CYCLES, Budget, learning_rate


def test_the_learning_rate_rises_for_a_tenth_and_falls_to_nothing() -> None:
    rates = [learning_rate(step / 1000, 0.5) for step in range(1001)]
    assert max(rates) == rates[100] == 0.5
    assert rates[:101] == sorted(rates[:101]) and rates[100:] == sorted(rates[100:], reverse=True)
    assert rates[0] == 0 and rates[-1] < 1e-12


def test_cycles_fall_to_nothing_each_time_and_rise_to_half() -> None:
    rates = [learning_rate(step / 10_000, 0.5, "cyclic") for step in range(10_001)]
    peaks = [rate for before, rate, after in zip(rates, rates[1:], rates[2:], strict=False) if before < rate > after]
    assert peaks[0] == 0.5 and peaks[1:] == pytest.approx([0.25] * (CYCLES - 1), rel=1e-4)
    assert rates[-1] < 1e-12 and sum(rate < 1e-6 for rate in rates[1:]) >= CYCLES


def test_whatever_ends_first_ends_a_training() -> None:
    assert Budget(100).done(50, 1e9) == 0.5
    assert Budget(100, 60).done(50, 6) == 0.5 and Budget(100, 60).done(5, 30) == 0.5
    assert Budget(100, 60).done(5, 61) == 1 and Budget(100, -3).done(0, 1) == 1
