"""What after-treatment brings, and whether confidence means what it says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.explore import colours, numbers
from core.explore.figures.template import blank

SWEEP_HEIGHT, HEIGHT, CURVE_HEIGHT = 215, 380, 180  # pixels


def plot_sweep(
    values: Sequence[float],
    scores: Sequence[float],
    errors: Sequence[float],
    chosen: float,
    words: str,
    dark: bool = False,
) -> go.Figure:
    """The mean score with each value of a setting; `chosen` is marked.

    errors: standard error of each one's gain over the value before · words: of the axis.
    """
    figure = blank(dark, SWEEP_HEIGHT)
    mean, error = np.asarray(scores), np.asarray(errors)
    band = {"mode": "lines", "line_width": 0, "hoverinfo": "skip", "showlegend": False}
    figure.add_scatter(x=values, y=mean - error, name="lower", **band)
    fill = colours.faded(colours.PREDICTION, 0.25)
    figure.add_scatter(x=values, y=mean + error, name="upper", fill="tonexty", fillcolor=fill, **band)
    figure.add_scatter(
        x=values,
        y=mean,
        name="score",
        mode="lines+markers" if len(values) < 20 else "lines",
        line={"color": colours.PREDICTION, "width": 2.5},
        customdata=error,
        hovertemplate=f"{words} %{{x}}<br>score %{{y:.3f}} ± %{{customdata:.3f}} (gain)<extra></extra>",
    )
    place = list(values).index(chosen)
    figure.add_scatter(
        x=[chosen],
        y=[mean[place]],
        name="chosen",
        mode="markers",
        marker={"color": colours.FLAG, "size": 11, "symbol": "diamond"},
        hovertemplate=f"chosen: {words} %{{x}}<br>score %{{y:.3f}}<extra></extra>",
    )
    near = mean >= np.quantile(mean, 0.2) - 0.01  # the far end of a sweep would press the rest into a line
    low, high = (mean - error)[near].min(), (mean + error).max()
    room = max(0.002, 0.06 * (high - low))  # for the diamond
    figure.update_yaxes(title_text="score", tickformat=".3f", range=[low - room, high + room], nticks=5)
    return figure.update_xaxes(title_text=words).update_layout(showlegend=False, margin_t=10)


def plot_reliability(bins: pd.DataFrame, dark: bool = False) -> go.Figure:
    """Mean score against mean confidence of equally many tiles each; bins: confidence, score, error, tiles."""
    figure = blank(dark, HEIGHT)
    muted = colours.ink(dark).muted
    figure.add_scatter(
        x=[0, 1], y=[0, 1], mode="lines", name="as it says", line={"color": muted, "dash": "dot"}, hoverinfo="skip"
    )
    figure.add_scatter(
        x=bins["confidence"],
        y=bins["score"],
        error_y={"array": 1.96 * bins["error"], "color": colours.PREDICTION, "thickness": 1.5},
        mode="lines+markers",
        name="score, 95 % interval",
        line={"color": colours.PREDICTION, "width": 2.5},
        marker_size=8,
        customdata=bins["tiles"],
        hovertemplate="confidence %{x:.3f}<br>score %{y:.3f}<br>%{customdata:,} tiles<extra></extra>",
    )
    figure.update_xaxes(title_text="confidence (mean of the bin)", range=[-0.02, 1.02])
    figure.update_yaxes(title_text="score (mean)", range=[-0.02, 1.02])
    return figure.update_layout(title_text=f"Is it the score that comes? n = {int(bins['tiles'].sum()):,}")


def plot_lost_score(found: Mapping[str, np.ndarray], worst: float, dark: bool = False) -> go.Figure:
    """How much of the lost score lies within the first tiles of each order; found: name → shares (N + 1,) 0…1.

    worst: share of the tiles that is marked.
    """
    figure = blank(dark, HEIGHT)
    ink = colours.ink(dark)
    figure.add_vline(x=worst, line={"color": ink.muted, "width": 1, "dash": "dot"})
    styles = [
        {"color": colours.PREDICTION, "width": 3},
        {"color": colours.CORRECTION, "width": 2},
        {"color": colours.NEUTRAL, "width": 2},
        {"color": colours.LABEL, "width": 2},
        {"color": ink.text, "width": 1, "dash": "dot"},
    ]
    for (name, shares), style in zip(found.items(), styles, strict=False):
        places = np.unique(np.linspace(0, len(shares) - 1, 201).astype(int))
        at = shares[round(worst * (len(shares) - 1))]
        figure.add_scatter(
            x=places / (len(shares) - 1),
            y=shares[places],
            mode="lines",
            name=f"{name}: {numbers.percent(at)}",
            line=style,
            hovertemplate=f"{name}<br>%{{x:.0%}} of the tiles hold %{{y:.0%}} of the lost score<extra></extra>",
        )
    figure.update_xaxes(title_text="share of the tiles, least confident first", tickformat=".0%", range=[0, 1])
    figure.update_yaxes(title_text="share of the lost score", tickformat=".0%", range=[0, 1.02])
    return figure.update_layout(title_text=f"What looking at the first {numbers.percent(worst)} finds")


def plot_curve(
    values: Sequence[float], heights: Sequence[float], words: str, reach: float, dark: bool = False
) -> go.Figure:
    """One `Curve` of a calibration: `heights` at the knots `values` of a feature; 0 is the mean tile.

    words: what the feature is, for people · reach: the largest height of all curves that are drawn, so that their axes
    are the same.
    """
    figure = blank(dark, CURVE_HEIGHT)
    figure.add_hline(y=0, line={"color": colours.ink(dark).muted, "width": 1, "dash": "dot"})
    figure.add_scatter(
        x=values,
        y=heights,
        mode="lines+markers",
        name=words,
        line={"color": colours.PREDICTION, "width": 2.5},
        marker_size=6,
        hovertemplate=f"{words} %{{x:.3g}}<br>%{{y:+.2f}}<extra></extra>",
    )
    figure.update_yaxes(tickformat="+.1f", range=[-1.1 * reach, 1.1 * reach], nticks=5)
    return figure.update_xaxes(title_text=words, nticks=5).update_layout(showlegend=False, margin_t=10)
