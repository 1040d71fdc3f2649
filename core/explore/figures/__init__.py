"""Figures: pure functions of data and theme, `plot_*(data, …, dark) -> plotly Figure`.

Importing this package imports plotly.
"""

from core.explore.figures.correlation import plot_correlation
from core.explore.figures.distributions import (
    plot_coverage_classes,
    plot_cumulative,
    plot_histogram,
    plot_quartiles,
    plot_salt,
)
from core.explore.figures.grey import plot_grey_levels, plot_mean_image, plot_mean_mask
from core.explore.figures.pickable import bar_ranges, pickable
from core.explore.figures.postprocess import plot_curve, plot_lost_score, plot_reliability, plot_sweep
from core.explore.figures.splits import plot_split_gap
from core.explore.figures.template import template

__all__ = [
    "bar_ranges",
    "pickable",
    "plot_correlation",
    "plot_coverage_classes",
    "plot_cumulative",
    "plot_curve",
    "plot_grey_levels",
    "plot_histogram",
    "plot_lost_score",
    "plot_mean_image",
    "plot_mean_mask",
    "plot_quartiles",
    "plot_reliability",
    "plot_salt",
    "plot_split_gap",
    "plot_sweep",
    "template",
]
