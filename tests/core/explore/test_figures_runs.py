"""Figures of runs: read back from their traces."""

from __future__ import annotations

import numpy as np
import pytest

from core.explore.figures import plot_curve, plot_sweep
from core.explore.figures.runs import (
    RunDifference,
    RunPoint,
    plot_run_differences,
    plot_score_against_time,
    plot_score_against_work,
)


def test_each_run_is_a_point_with_its_error() -> None:
    figure = plot_score_against_work([RunPoint("a", 0.7, 0.01, 0.4, "#0072B2"), RunPoint("b", 0.8, None, 4.0)], "demo")
    assert [(trace.name, trace.x, trace.y) for trace in figure.data] == [("a", (0.4,), (0.7,)), ("b", (4.0,), (0.8,))]
    assert [trace.error_y.visible for trace in figure.data] == [True, False]
    assert figure.data[0].error_y.array == (0.01,)
    assert figure.layout.xaxis.type == "log", "ten times as much would press the others together"
    words = dict(zip(figure.layout.xaxis.tickvals, figure.layout.xaxis.ticktext, strict=True))
    assert [words[tick] for tick in (0.5, 1.0, 2.0)] == ["0.5", "1", "2"], "not a 5 alone between two decades"


@pytest.mark.parametrize(("seconds", "unit", "x"), [(30, "seconds", 30), (300, "minutes", 5), (7200, "hours", 2)])
def test_time_is_in_a_unit_that_fits(seconds: float, unit: str, x: float) -> None:
    figure = plot_score_against_time([RunPoint("a", 0.7, None, seconds)], "demo")
    assert unit in figure.layout.xaxis.title.text
    assert figure.data[0].x == (x,)
    assert figure.layout.xaxis.type == "linear"


def test_without_a_score_it_says_so() -> None:
    assert "No run with a score on demo" in plot_score_against_work([], "demo").layout.annotations[0].text


def test_differences_have_their_intervals() -> None:
    figure = plot_run_differences([RunDifference("b", 0.02, -0.01, 0.06, "better", "#D55E00")], "a")
    [trace] = figure.data
    assert (trace.x, trace.y) == ((0.02,), ("b",))
    assert trace.error_x.array == pytest.approx((0.04,))
    assert trace.error_x.arrayminus == pytest.approx((0.03,))
    assert trace.text == ("+0.020 [−0.010, 0.060]",)
    assert "to a<br>" in figure.layout.xaxis.title.text


def test_the_chosen_value_of_a_sweep_stands_whole_within_the_figure() -> None:
    scores = np.linspace(0.4, 0.8, 64)
    figure = plot_sweep(list(range(64)), scores, np.zeros(64), 63, "level")
    low, high = figure.layout.yaxis.range
    assert figure.data[-1].y == (0.8,) and (high - 0.8) / (high - low) > 0.05


def test_a_curve_is_drawn_as_it_is_on_an_axis_that_all_share() -> None:
    figure = plot_curve([0, 0.4, 1], [-0.5, 0.1, 0.3], "mean p", reach=2)
    [trace] = figure.data
    assert (trace.x, trace.y) == ((0, 0.4, 1), (-0.5, 0.1, 0.3))
    assert figure.layout.yaxis.range == pytest.approx((-2.2, 2.2)) and figure.layout.xaxis.title.text == "mean p"
