"""Figures: pure functions of data and theme, `plot_*(data, …, dark) -> plotly Figure`.

Importing this package imports plotly.
"""

from core.explore.figures.correlation import plot_depth_against_salt
from core.explore.figures.distributions import plot_cumulative, plot_depth_histogram, plot_salt_histogram
from core.explore.figures.pickable import bar_ranges, pickable
from core.explore.figures.template import template

__all__ = [
    "bar_ranges",
    "pickable",
    "plot_cumulative",
    "plot_depth_against_salt",
    "plot_depth_histogram",
    "plot_salt_histogram",
    "template",
]
