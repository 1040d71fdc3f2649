"""Two numbers of tiles against each other: every tile, or cells of many, with the trend and how sure it is."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.explore import colours, numbers
from core.explore.density import Density
from core.explore.figures.pickable import pickable
from core.explore.figures.template import blank, colour_bar
from core.explore.quantities import Quantity
from core.explore.relation import Relation

HEIGHT = 420  # pixels: leaves room for what it means and the controls at 900


def plot_correlation(tiles: pd.DataFrame, relation: Relation, dark: bool = False) -> go.Figure:
    """Scatter of `tiles` (id, salt_proportion and both columns) with ids as customdata, or cells of many; `pickable`.

    The trend's means are drawn with their intervals as a band, its medians without, and each bin's
    number of tiles above it.
    """
    x, y = relation.x, relation.y
    if not relation.tiles:
        return blank(dark, HEIGHT, f"No tile here has both a {x.in_sentence} and a {y.in_sentence}.")
    figure = blank(dark, HEIGHT)
    if relation.cells is None:
        _add_points(figure, tiles.dropna(subset=[x.column, y.column]), x, y)
    else:
        _add_cells(figure, relation.cells, x, y)
    _add_trend(figure, relation.trend, x, y, dark)
    _label(figure, relation)
    return pickable(figure, x=x.column, y=y.column)


def _add_points(figure: go.Figure, tiles: pd.DataFrame, x: Quantity, y: Quantity) -> None:
    salt = tiles["salt_proportion"]
    groups = {
        "empty": (tiles[salt == 0], colours.NEUTRAL),
        "with salt": (tiles[salt > 0], colours.LABEL),
        "without label": (tiles[salt.isna()], colours.ACCENT),
    }
    values = f"{x.in_sentence} %{{x:{x.hover}}}<br>{y.in_sentence} %{{y:{y.hover}}}"
    hover = f"tile %{{customdata}}<br>{values}<extra></extra>"
    for name, (part, colour) in groups.items():
        if len(part):
            figure.add_scatter(
                x=part[x.column],
                y=part[y.column],
                customdata=part["id"],
                name=f"{name} (n = {len(part):,})",
                mode="markers",
                marker={"color": colour, "size": 5, "opacity": 0.45},
                hovertemplate=hover,
            )


def _add_cells(figure: go.Figure, cells: Density, x: Quantity, y: Quantity) -> None:
    """Numbers of tiles on a logarithmic scale, and cells without any left blank."""
    tiles = cells.tiles.astype(np.float32)
    tiles[tiles == 0] = np.nan
    top = int(np.log10(cells.tiles.max()))
    across, up = cells.centres
    figure.add_heatmap(
        x=across,
        y=up,
        z=np.log10(tiles).round(3),
        customdata=cells.tiles,
        colorscale=colours.PROBABILITY_SCALE,
        zmin=0,
        colorbar=colour_bar(
            "Tiles per cell",
            tickvals=list(range(top + 1)),
            ticktext=[f"{10**power:,}" for power in range(top + 1)],
        ),
        hovertemplate=f"{x.in_sentence} about %{{x}}, {y.in_sentence} about %{{y}}<br>"
        "%{customdata:,} tiles<extra></extra>",
    )


def _add_trend(figure: go.Figure, trend: pd.DataFrame, x: Quantity, y: Quantity, dark: bool) -> None:
    centre = (trend["low"] + trend["high"]) / 2
    sure = trend["mean_low"].notna()
    band = {"line_width": 0, "mode": "lines", "hoverinfo": "skip", "showlegend": False}
    ink = colours.ink(dark)
    figure.add_scatter(x=centre[sure], y=trend["mean_low"][sure], name="lower limit", **band)
    figure.add_scatter(
        x=centre[sure],
        y=trend["mean_high"][sure],
        name="upper limit",
        fill="tonexty",
        fillcolor=colours.faded(ink.text, 0.25),
        **band,
    )
    hover = [_bin_in_words(row, x, y) for row in trend.to_dict("records")]
    lines = {
        "mean": (f"mean per {_width(trend, x)} (n on top), 95 % interval", "solid", "lines+markers"),
        "median": ("median", "dot", "lines"),
    }
    for column, (name, dash, mode) in lines.items():
        figure.add_scatter(  # a halo, so that the line is seen on points and cells of any colour
            x=centre, y=trend[column], mode="lines", line={"color": ink.surface, "width": 5}, hoverinfo="skip",
            showlegend=False, name=f"halo of the {column}",
        )  # fmt: skip
        figure.add_scatter(
            x=centre,
            y=trend[column],
            name=name,
            mode=mode,
            line={"color": ink.text, "width": 2.5, "dash": dash},
            unselected_marker_opacity=1,  # the trend is of all tiles, whatever is picked
            hovertext=hover,
            hoverinfo="text",
        )


def _label(figure: go.Figure, relation: Relation) -> None:
    x, y = relation.x, relation.y
    counts = zip((relation.trend["low"] + relation.trend["high"]) / 2, relation.trend["tiles"], strict=True)
    above = {"y": 1, "yref": "paper", "yanchor": "bottom", "showarrow": False, "font": {"size": 11}}
    figure.update_layout(annotations=[{"x": middle, "text": f"{tiles:,}"} | above for middle, tiles in counts])
    figure.update_xaxes(title_text=x.axis, tickformat=x.tick_format)
    figure.update_yaxes(title_text=y.axis, tickformat=y.tick_format)
    if y.is_share:
        figure.update_yaxes(range=[-0.03, 1.03])
    figure.update_layout(
        title_text=f"{y.name} against {x.in_sentence}, {numbers.tiles(relation.tiles)}",
        margin_t=60,
        hovermode="closest",
    )


def _width(trend: pd.DataFrame, x: Quantity) -> str:
    width = float(trend["high"].iloc[0] - trend["low"].iloc[0])
    return x.in_words(width)


def _bin_in_words(row: dict[Hashable, Any], x: Quantity, y: Quantity) -> str:
    mean, low, high, median = (y.in_words(row[name]) for name in ("mean", "mean_low", "mean_high", "median"))
    interval = f" [{low}, {high}]" if low != numbers.NOTHING else ""
    return (
        f"{x.in_words(row['low'])} to {x.in_words(row['high'])}, {numbers.tiles(row['tiles'])}<br>"
        f"mean {mean}{interval}, median {median}"
    )
