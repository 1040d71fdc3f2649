"""Train against test in one quantity: both cumulative curves, with their largest gap marked."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from core.explore import colours, numbers
from core.explore.figures.distributions import plot_cumulative
from core.explore.quantities import Quantity
from core.explore.two_samples import Difference


def plot_split_gap(index: pd.DataFrame, quantity: Quantity, found: Difference, dark: bool = False) -> go.Figure:
    """The cumulative curves of the train and the test tiles of `index`, and a mark where they are furthest apart."""
    figure = plot_cumulative(index, quantity, "split", dark)
    figure.add_scatter(
        x=[found.at, found.at],
        y=list(found.below),
        mode="lines+markers",
        name=f"largest gap {numbers.percent(found.distance)}",
        line={"color": colours.FLAG, "width": 3},
        marker={"size": 7},
        hovertemplate=f"at {quantity.in_words(found.at)}: %{{y:.1%}}<extra></extra>",
    )
    return figure
