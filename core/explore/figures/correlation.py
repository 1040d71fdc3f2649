"""Depth against salt proportion: every tile, the trend, and how sure the trend is."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from core.explore import colours, numbers
from core.explore.figures.pickable import pickable
from core.explore.figures.template import blank
from core.explore.statistics import Correlation

HEIGHT = 480  # pixels: leaves room for what it means and the way to the tiles at 900
MOST_SVG_POINTS = 5000  # above, WebGL draws faster
MOST_POINTS = 25_000  # above, a browser chokes; a seeded sample is drawn and the figure says so


def plot_depth_against_salt(
    tiles: pd.DataFrame, trend: pd.DataFrame, relation: Correlation, dark: bool = False
) -> go.Figure:
    """Scatter of `tiles` (columns id, z, salt_proportion), with the ids as customdata; `pickable`.

    trend: of `statistics.depth_trend`; its means are drawn with their intervals as a band, its
    medians without, and each bin's number of tiles above it. relation: the coefficients in the title.
    """
    known = tiles.dropna(subset=["z", "salt_proportion"])
    if known.empty:
        return blank(dark, HEIGHT, "No tile here has both a depth and a mask.")
    figure = blank(dark, HEIGHT)
    drawn = known if len(known) <= MOST_POINTS else known.sample(MOST_POINTS, random_state=0)
    with_salt = drawn["salt_proportion"] > 0
    _add_tiles(figure, drawn[~with_salt], "empty", colours.NEUTRAL)
    _add_tiles(figure, drawn[with_salt], "with salt", colours.LABEL)
    _add_trend(figure, trend, dark)
    _label(figure, trend, relation, len(drawn))
    return pickable(figure, x="z", y="salt_proportion")


def _add_tiles(figure: go.Figure, tiles: pd.DataFrame, name: str, colour: str) -> None:
    scatter = go.Scattergl if len(tiles) > MOST_SVG_POINTS else go.Scatter
    figure.add_trace(
        scatter(
            x=tiles["z"],
            y=tiles["salt_proportion"],
            customdata=tiles["id"],
            text=tiles["salt_proportion"].map(numbers.percent),
            name=f"{name} (n = {len(tiles):,})",
            mode="markers",
            marker={"color": colour, "size": 5, "opacity": 0.45},
            hovertemplate="tile %{customdata}<br>depth %{x:,.0f} ft<br>salt %{text}<extra></extra>",
        )
    )


def _add_trend(figure: go.Figure, trend: pd.DataFrame, dark: bool) -> None:
    centre = (trend["low"] + trend["high"]) / 2
    sure = trend["mean_low"].notna()
    band = {"line_width": 0, "mode": "lines", "hoverinfo": "skip", "showlegend": False}
    colour = colours.ink(dark).text
    figure.add_scatter(x=centre[sure], y=trend["mean_low"][sure], name="lower limit", **band)
    figure.add_scatter(
        x=centre[sure],
        y=trend["mean_high"][sure],
        name="upper limit",
        fill="tonexty",
        fillcolor=colours.faded(colour, 0.2),
        **band,
    )
    hover = [_bin_in_words(row) for row in trend.to_dict("records")]
    wide = f"{trend['high'].iloc[0] - trend['low'].iloc[0]:g} ft"
    lines = {
        "mean": (f"mean per {wide} (n on top), 95 % interval", "solid", "lines+markers"),
        "median": ("median", "dot", "lines"),
    }
    for column, (name, dash, mode) in lines.items():
        figure.add_scatter(
            x=centre,
            y=trend[column],
            name=name,
            mode=mode,
            line={"color": colour, "width": 2.5, "dash": dash},
            unselected_marker_opacity=1,  # the trend is of all tiles, whatever is picked
            hovertext=hover,
            hoverinfo="text",
        )


def _label(figure: go.Figure, trend: pd.DataFrame, relation: Correlation, drawn: int) -> None:
    for row in trend.to_dict("records"):
        middle = (row["low"] + row["high"]) / 2
        figure.add_annotation(
            x=middle, y=1.02, yanchor="bottom", text=f"{row['tiles']:,}", showarrow=False, font_size=11
        )
    figure.update_xaxes(title_text="Depth (ft)", tickformat=",")
    figure.update_yaxes(title_text="Salt proportion (share of the tile)", tickformat=".0%", range=[-0.03, 1.08])
    figure.update_layout(
        title_text=_title(relation, drawn),
        title_pad_t=24,
        margin_t=72,
        hovermode="closest",
    )


def _title(relation: Correlation, drawn: int) -> str:
    shown = f" ({drawn:,} drawn)" if drawn < relation.n else ""
    return (
        f"Pearson {_coefficient(relation.pearson, relation.pearson_interval)}, {numbers.tiles(relation.n)}{shown}<br>"
        f"Spearman {_coefficient(relation.spearman, relation.spearman_interval)}"
    )


def _coefficient(value: float | None, interval: tuple[float, float] | None) -> str:
    limits = f" [{numbers.score(interval[0])}, {numbers.score(interval[1])}]" if interval else ""
    return numbers.score(value) + limits


def _bin_in_words(row: dict[Hashable, Any]) -> str:
    mean, low, high, median = (numbers.percent(row[name]) for name in ("mean", "mean_low", "mean_high", "median"))
    interval = f" [{low}, {high}]" if low != numbers.NOTHING else ""
    return (
        f"{row['low']:,.0f} to {numbers.depth(row['high'])}, {numbers.tiles(row['tiles'])}<br>"
        f"mean {mean}{interval}, median {median}"
    )
