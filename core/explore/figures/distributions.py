"""Histograms and cumulative curves of depth and salt proportion, for all tiles or for groups side by side.

Tiles can be picked in all of them (`pickable`).
"""

from __future__ import annotations

import math
from typing import get_args

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from core.explore import colours, distributions, numbers
from core.explore.distributions import Comparison, Quantity
from core.explore.figures.pickable import bar_ranges, pickable
from core.explore.figures.template import blank, template
from core.explore.filters import EMPTY, WITH_SALT, Split, TileFilter

HEIGHT = 380  # pixels: two of them side by side leave room for controls and table at 900
TITLES = {"z": "Depth", "salt_proportion": "Salt proportion"}
AXES = {"z": "Depth (ft)", "salt_proportion": "Salt proportion (share of the tile)"}
GROUP_COLOURS = {
    "all": colours.NEUTRAL,
    "train": colours.ACCENT,
    "test": colours.NEUTRAL,
    "empty": colours.NEUTRAL,
    "with salt": colours.LABEL,
}


def plot_depth_histogram(index: pd.DataFrame, by: Comparison = "nothing", dark: bool = False) -> go.Figure:
    """Number of tiles per depth; with groups, the share of each group, so that their shapes compare."""
    bins = distributions.depth_bins(index, by)
    if bins.empty:
        return blank(dark, HEIGHT, "No tile here has a depth.")
    figure = blank(dark, HEIGHT)
    _add_histogram(figure, bins, by, "z", colours.NEUTRAL)
    figure.update_xaxes(range=[bins["low"].min(), bins["high"].max()])
    figure.update_layout(title_text=_title("z", int(bins["tiles"].sum()), len(index), by))
    return pickable(figure, x="z")


def plot_salt_histogram(index: pd.DataFrame, by: Comparison = "nothing", dark: bool = False) -> go.Figure:
    """Above, how many labelled tiles are empty; below, the salt proportion of the others, in bins of 5 %."""
    by = _without_salt_twice(by)
    coverage = distributions.coverage(index, by)
    if coverage.empty:
        return blank(dark, HEIGHT, "No tile here has a mask.")
    strip = 0.1 * coverage["group"].nunique()
    figure = make_subplots(rows=2, row_heights=[strip, 1 - strip], vertical_spacing=0.09)
    figure.update_layout(template=template(dark), height=HEIGHT)
    _add_coverage(figure, coverage)
    bins = distributions.salt_bins(index, by)
    _add_histogram(figure, bins, by, "salt_proportion", colours.LABEL, row=2, col=1)
    figure.update_layout(title_text=_title("salt_proportion", int(coverage["tiles"].sum()), len(index), by))
    return pickable(figure, x2="salt_proportion")


def plot_cumulative(
    index: pd.DataFrame, quantity: Quantity, by: Comparison = "nothing", dark: bool = False
) -> go.Figure:
    """Share of the tiles whose depth or salt proportion is at most x (empirical distribution function)."""
    by = _without_salt_twice(by) if quantity == "salt_proportion" else by
    parts = {name: part[quantity].dropna() for name, part in distributions.groups(index, by).items()}
    parts = {name: values for name, values in parts.items() if len(values)}
    if not parts:
        return blank(dark, HEIGHT, f"No tile here has a {TITLES[quantity].lower()}.")
    figure = blank(dark, HEIGHT)
    for name, values in parts.items():
        x, share = distributions.cumulative(values)
        line = {"color": GROUP_COLOURS[name], "width": 2, "shape": "hv"}
        hover = f"{_group_in_words(name)} up to %{{x}}: %{{y:.1%}}<extra></extra>"
        figure.add_scatter(
            x=x, y=share, name=_with_count(name, len(values)), line=line, mode="lines", hovertemplate=hover
        )
    _label_axes(figure, quantity, "Share of tiles up to here", shares=True)
    figure.update_layout(
        showlegend=len(parts) > 1,
        title_text=_title(quantity, sum(map(len, parts.values())), len(index), by),
        yaxis_range=[0, 1.02],
    )
    return pickable(figure, x=quantity)


def _without_salt_twice(by: Comparison) -> Comparison:
    """A figure of the salt proportion sets empty tiles apart already."""
    return "nothing" if by == "salt" else by


def _group_in_words(group: str) -> str:
    """`All tiles`, `Tiles with salt`, `Train tiles`."""
    return "Tiles with salt" if group == "with salt" else f"{group.capitalize()} tiles"


def _add_histogram(
    figure: go.Figure, bins: pd.DataFrame, by: Comparison, quantity: Quantity, colour: str, **place: int
) -> None:
    """Bars with numbers of tiles for all tiles together; outlines with shares where groups are compared."""
    shares = by != "nothing"
    for name, part in bins.groupby("group", sort=False):
        if shares:
            figure.add_trace(_outline(str(name), part, quantity), **place)
        else:
            figure.add_trace(_bars(part, quantity, colour), **place)
    _label_axes(figure, quantity, "Share of the group's tiles" if shares else "Number of tiles", shares, **place)
    figure.update_layout(showlegend=shares, hovermode="x" if shares else "closest")


def _bars(bins: pd.DataFrame, quantity: Quantity, colour: str) -> go.Bar:
    return go.Bar(
        x=(bins["low"] + bins["high"]) / 2,
        y=bins["tiles"],
        customdata=_limits(bins, quantity),
        marker={"color": colour, "line_width": 0},
        hovertext=_bins_in_words(bins, quantity),
        hoverinfo="text",
        showlegend=False,
    )


def _limits(bins: pd.DataFrame, quantity: Quantity) -> list[list[float]]:
    """What each bar stands for; tiles without salt are in no bar."""
    limits = bar_ranges(bins["low"].tolist(), bins["high"].tolist())
    least = WITH_SALT[0] if quantity == "salt_proportion" else -math.inf
    return [[max(low, least), high] for low, high in limits]


def _outline(name: str, bins: pd.DataFrame, quantity: Quantity) -> go.Scatter:
    """A line with its steps half-way between the centres, which is at the limits; an empty bin closes each end."""
    centres = (bins["low"] + bins["high"]) / 2
    width = bins["high"].iloc[0] - bins["low"].iloc[0]
    return go.Scatter(
        x=[centres.iloc[0] - width, *centres, centres.iloc[-1] + width],
        y=[0, *bins["share"], 0],
        name=_with_count(name, int(bins["tiles"].sum())),
        mode="lines",
        line={"shape": "hvh", "width": 2, "color": GROUP_COLOURS[name]},
        fill="tozeroy",
        fillcolor=colours.faded(GROUP_COLOURS[name], 0.2),
        hovertext=["", *_bins_in_words(bins, quantity), ""],
        hoverinfo=["skip", *["text"] * len(bins), "skip"],
    )


def _add_coverage(figure: go.Figure, coverage: pd.DataFrame) -> None:
    for kind, part in coverage.groupby("kind", sort=False):
        figure.add_bar(
            x=part["share"],
            y=part["group"],
            orientation="h",
            marker={"color": GROUP_COLOURS[str(kind)], "line_width": 0},
            text=[
                f"{tiles:,} {kind} ({numbers.percent(share)})"
                for tiles, share in zip(part["tiles"], part["share"], strict=True)
            ],
            textposition="inside",
            insidetextanchor="middle",
            constraintext="none",
            textfont={"color": colours.LIGHT.text, "size": 13},
            hoverinfo="text",
            customdata=[_share_as_query(str(kind), group) for group in part["group"]],
            showlegend=False,
            row=1,
            col=1,
        )
    figure.update_layout(barmode="stack")
    figure.update_xaxes(visible=False, range=[0, 1], row=1, col=1)
    figure.update_yaxes(
        showline=False, showgrid=False, ticks="", showticklabels=coverage["group"].nunique() > 1, row=1, col=1
    )


def _share_as_query(kind: str, group: str) -> dict[str, str]:
    """The condition that a part of the strip stands for."""
    chosen = TileFilter(salt=EMPTY if kind == "empty" else WITH_SALT)
    return chosen.to_query() | ({"split": group} if group in get_args(Split) else {})


def _label_axes(figure: go.Figure, quantity: Quantity, y_title: str, shares: bool, **place: int) -> None:
    figure.update_xaxes(title_text=AXES[quantity], **place)
    figure.update_yaxes(title_text=y_title, rangemode="tozero", tickformat=".0%" if shares else ",d", **place)
    if quantity == "salt_proportion":
        figure.update_xaxes(range=[0, 1], tickformat=".0%", **place)
    else:
        figure.update_xaxes(tickformat=",", **place)


def _title(quantity: Quantity, shown: int, given: int, by: Comparison) -> str:
    title = f"{TITLES[quantity]} of {numbers.tiles(shown)}"
    if shown == given:
        return title
    lacking = "mask" if quantity == "salt_proportion" else "depth or mask" if by == "salt" else "depth"
    return f"{title} <span style='font-size:13px'>({given - shown:,} without {lacking})</span>"


def _with_count(name: str, tiles: int) -> str:
    return f"{name} (n = {tiles:,})"


def _bins_in_words(bins: pd.DataFrame, quantity: Quantity) -> list[str]:
    shown = numbers.depth if quantity == "z" else numbers.percent
    return [
        f"{shown(row['low'])} to {shown(row['high'])}<br>"
        f"{numbers.tiles(row['tiles'])}, {numbers.percent(row['share'])} of {row['group']}"
        for row in bins.to_dict("records")
    ]
