"""Grey levels of all pixels of many tiles, and the mean tile."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.explore import colours, numbers
from core.explore.figures.distributions import HEIGHT
from core.explore.figures.groups import filling, group_colour, in_words, with_count
from core.explore.figures.template import blank, colour_bar
from core.explore.mean_tile import MeanTile

PICTURE_HEIGHT = 430  # pixels


def plot_grey_levels(bins: pd.DataFrame, dark: bool = False) -> go.Figure:
    """Share of all pixels per bin of grey levels; `bins` of `core.explore.grey.level_bins`."""
    if bins.empty:
        return blank(dark, HEIGHT, "No tile is left.")
    figure = blank(dark, HEIGHT)
    parts = {str(name): part for name, part in bins.groupby("group", sort=False)}
    for name, part in parts.items():
        figure.add_trace(_level_line(name, part, len(parts), dark))
    figure.update_xaxes(title_text="Grey of a pixel (0 black, 255 white)", range=[0, 256], tick0=0, dtick=32)
    figure.update_yaxes(title_text="Share of the pixels", tickformat=".1%", rangemode="tozero")
    tiles = sum(int(part["tiles"].iloc[0]) for part in parts.values())
    figure.update_layout(
        title_text=f"Grey of all pixels of {numbers.tiles(tiles)}", showlegend=len(parts) > 1, hovermode="x"
    )
    return figure


def plot_mean_mask(mean: MeanTile, dark: bool = False) -> go.Figure:
    """Per pixel the share of the labelled tiles with salt there, in cividis with a scale, one square a pixel."""
    if not mean.labelled:
        return blank(dark, PICTURE_HEIGHT, "No tile here has a mask.")
    error = numbers.percent(float(mean.standard_error.max()))
    figure = _picture(
        mean.mask,
        dark,
        colorscale=colours.PROBABILITY_SCALE,
        colorbar=colour_bar("Tiles with salt here", tickformat=".0%"),
        hovertemplate="row %{y}, column %{x}<br>salt in %{z:.1%} of the tiles<extra></extra>",
    )
    sureness = f"<span style='font-size:13px'>(standard error up to {error})</span>"
    return figure.update_layout(title_text=f"Mean mask of {numbers.tiles(mean.labelled)} {sureness}")


def plot_mean_image(mean: MeanTile, dark: bool = False) -> go.Figure:
    """The mean grey per pixel, in grey from its lowest to its highest, with a scale."""
    if not mean.tiles:
        return blank(dark, PICTURE_HEIGHT, "No tile is left.")
    figure = _picture(
        mean.image,
        dark,
        colorscale=[[0, "#000000"], [1, "#ffffff"]],
        colorbar=colour_bar("Mean grey (0 to 255)"),
        hovertemplate="row %{y}, column %{x}<br>mean grey %{z:.1f}<extra></extra>",
    )
    return figure.update_layout(title_text=f"Mean image of {numbers.tiles(mean.tiles)}")


def _level_line(name: str, bins: pd.DataFrame, groups: int, dark: bool) -> go.Scatter:
    colour = group_colour(name, dark)
    return go.Scatter(
        x=(bins["low"] + bins["high"]) / 2,
        y=bins["share"],
        name=with_count(name, int(bins["tiles"].iloc[0])),
        mode="lines",
        line={"shape": "hvh", "width": 2, "color": colour},
        **filling(colour, groups),
        hovertext=[
            f"grey {row['low']} to {row['high'] - 1}<br>{in_words(name)}: {numbers.percent(row['share'])} of the pixels"
            for row in bins.to_dict("records")
        ],
        hoverinfo="text",
    )


def _picture(values: np.ndarray, dark: bool, **style: object) -> go.Figure:
    """(H, W) values as a heat map with the first row on top, neither stretched nor smoothed."""
    figure = blank(dark, PICTURE_HEIGHT)
    figure.add_heatmap(z=values.astype(np.float32).round(4), zsmooth=False, **style)
    figure.update_xaxes(title_text="Column (pixels)", constrain="domain", showgrid=False)
    figure.update_yaxes(
        title_text="Row (pixels)", autorange="reversed", scaleanchor="x", constrain="domain", showgrid=False
    )
    return figure
