"""Numbers as people read them."""

from __future__ import annotations

import math

import pytest

from core.explore import numbers


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0, "0 %"),
        (1 / 10201, "< 0.1 %"),
        (0.0447, "4.5 %"),
        (0.0994, "9.9 %"),
        (0.09996, "10 %"),
        (0.2449, "24 %"),
        (10200 / 10201, "> 99 %"),
        (1, "100 %"),
        (None, "–"),
        (math.nan, "–"),
    ],
)
def test_percent(share: float | None, text: str) -> None:
    assert numbers.percent(share) == text


def test_depth_score_and_count() -> None:
    assert numbers.depth(511.6) == "512 ft"
    assert numbers.depth(-1200) == "−1,200 ft"
    assert numbers.depth(-0.2) == "0 ft"
    assert numbers.depth(math.nan) == "–"
    assert numbers.score(0.82641) == "0.826"
    assert numbers.score(0.82641, 0.0113) == "0.826 ± 0.011"
    assert numbers.score(-0.1) == "−0.100"
    assert numbers.score(0.5, math.nan) == "0.500"
    assert numbers.score(None) == "–"
    assert numbers.count(3088) == "3,088"
    assert (numbers.tiles(0), numbers.tiles(1), numbers.tiles(3088)) == ("0 tiles", "1 tile", "3,088 tiles")


def test_p_value() -> None:
    assert numbers.p_value(2.4e-9) == "p < 0.001"
    assert numbers.p_value(0.0342) == "p = 0.034"
    assert numbers.p_value(None) == "p –"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.2, "< 1 s"),
        (45, "45 s"),
        (59.6, "1 min"),
        (200, "3 min"),
        (3599, "1 h"),
        (4800, "1 h 20 min"),
        (86399, "1 d"),
        (187200, "2 d 4 h"),
        (math.inf, "–"),
        (None, "–"),
    ],
)
def test_duration(seconds: float | None, text: str) -> None:
    assert numbers.duration(seconds) == text


def test_time_left() -> None:
    assert numbers.time_left(180) == "3 min left"
    assert numbers.time_left(None) == "–"


@pytest.mark.parametrize(
    ("value", "text"), [(0.0123, "+0.012"), (-0.0031, "−0.003"), (0.0001, "0.000"), (0.0, "0.000")]
)
def test_a_difference_has_its_sign(value: float, text: str) -> None:
    assert numbers.signed(value) == text
