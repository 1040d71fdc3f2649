"""Histograms, cumulative curves and quartiles of a number of tiles, for all of them or for groups side by side.

Tiles can be picked in all of them (`pickable`).
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import get_args

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from core.explore import colours, distributions, numbers
from core.explore.distributions import CLASS_EDGES, QUARTILES, Comparison
from core.explore.figures.groups import filling, group_colour, in_words, with_count
from core.explore.figures.pickable import bar_ranges, pickable
from core.explore.figures.template import blank, template
from core.explore.filters import EMPTY, WITH_SALT, Split, TileFilter
from core.explore.quantities import SALT, Quantity

FEWEST_FOR_NOTCH = 10  # tiles; of fewer, the interval of the median says little
HEIGHT = 380  # pixels: two of them side by side leave room for controls and table at 900


def plot_histogram(
    index: pd.DataFrame, quantity: Quantity, by: Comparison = "nothing", dark: bool = False
) -> go.Figure:
    """Number of tiles per bin; with groups, the share of each group, so that their shapes compare.

    Of the salt proportion, tiles with salt only: `plot_salt` shows the empty ones beside them.
    """
    bins = distributions.histogram(index, quantity, by)
    if bins.empty:
        return _nothing(quantity, dark)
    figure = blank(dark, HEIGHT)
    _add_histogram(figure, bins, by, quantity, dark)
    if not quantity.is_share:
        figure.update_xaxes(range=[bins["low"].min(), bins["high"].max()])
    figure.update_layout(title_text=_title(quantity, int(bins["tiles"].sum()), index, by))
    return pickable(figure, x=quantity.column)


def plot_salt(index: pd.DataFrame, by: Comparison = "nothing", dark: bool = False) -> go.Figure:
    """Above, how many labelled tiles are empty; below, the salt proportion of the others, in bins of 5 %."""
    by = _without_salt_twice(by)
    coverage = distributions.coverage(index, by)
    if coverage.empty:
        return _nothing(SALT, dark)
    strip = 0.1 * coverage["group"].nunique()
    figure = make_subplots(rows=2, row_heights=[strip, 1 - strip], vertical_spacing=0.09)
    figure.update_layout(template=template(dark), height=HEIGHT)
    _add_coverage(figure, coverage)
    _add_histogram(figure, distributions.histogram(index, SALT, by), by, SALT, dark, row=2, col=1)
    figure.update_layout(title_text=_title(SALT, int(coverage["tiles"].sum()), index, by))
    return pickable(figure, x2=SALT.column)


def plot_coverage_classes(index: pd.DataFrame, dark: bool = False) -> go.Figure:
    """Number of labelled tiles per class of the salt proportion, empty ones in grey."""
    classes = distributions.coverage_classes(index)
    if classes.empty:
        return _nothing(SALT, dark)
    figure = blank(dark, HEIGHT)
    figure.add_bar(
        x=classes["kind"],
        y=classes["tiles"],
        customdata=_class_ranges(),
        marker={"color": [_class_colour(kind) for kind in classes["kind"]], "line_width": 0},
        text=[
            f"{tiles:,}<br>{numbers.percent(share)}"
            for tiles, share in zip(classes["tiles"], classes["share"], strict=True)
        ],
        textposition="outside",
        cliponaxis=False,
        hovertext=[
            f"{in_words(kind)}<br>{numbers.tiles(tiles)}, {numbers.percent(share)}"
            for kind, tiles, share in zip(classes["kind"], classes["tiles"], classes["share"], strict=True)
        ],
        hoverinfo="text",
    )
    figure.update_xaxes(title_text="Salt proportion (upper limit included)", type="category")
    figure.update_yaxes(title_text="Number of tiles", tickformat=",d", range=[0, 1.2 * classes["tiles"].max()])
    figure.update_layout(title_text=_title(SALT, int(classes["tiles"].sum()), index, "nothing"))
    return pickable(figure, x=SALT.column)


def plot_quartiles(
    index: pd.DataFrame, quantity: Quantity, by: Comparison = "coverage", dark: bool = False
) -> go.Figure:
    """Per group the median, the middle half of the tiles as a bar, and the 5 to 95 % range as a line.

    The notch is the median's 95 % interval, median ± 1.57 (q3 − q1) / √n (McGill, Tukey and Larsen 1978).
    """
    parts = {name: part[quantity.column].dropna() for name, part in distributions.groups(index, by).items()}
    parts = {name: values for name, values in parts.items() if len(values)}
    if not parts:
        return _nothing(quantity, dark)
    figure = blank(dark, HEIGHT)
    for name, values in reversed(parts.items()):
        figure.add_trace(_box(name, values))
    key = "bar: middle half of the tiles, notch: 95 % interval of the median, line: 5 to 95 %"
    title = f"{quantity.axis}<br><span style='font-size:12px'>{key}</span>"
    figure.update_xaxes(title_text=title, tickformat=quantity.tick_format, showgrid=True)
    figure.update_yaxes(showgrid=False, showline=False, ticks="")
    count = sum(map(len, parts.values()))
    figure.update_layout(title_text=_title(quantity, count, index, by), showlegend=False, boxgap=0.35)
    return pickable(figure, x=quantity.column)


def plot_cumulative(
    index: pd.DataFrame, quantity: Quantity, by: Comparison = "nothing", dark: bool = False
) -> go.Figure:
    """Share of the tiles whose value is at most x (empirical distribution function)."""
    by = _without_salt_twice(by) if quantity is SALT else by
    parts = {name: part[quantity.column].dropna() for name, part in distributions.groups(index, by).items()}
    parts = {name: values for name, values in parts.items() if len(values)}
    if not parts:
        return _nothing(quantity, dark)
    figure = blank(dark, HEIGHT)
    for name, values in parts.items():
        x, share = distributions.cumulative(values)
        figure.add_scatter(
            x=x,
            y=share,
            name=with_count(name, len(values)),
            line={"color": group_colour(name, dark), "width": 2, "shape": "hv"},
            mode="lines",
            hovertemplate=f"{in_words(name)} up to %{{x}}: %{{y:.1%}}<extra></extra>",
        )
    _label_axes(figure, quantity, "Share of tiles up to here", shares=True)
    figure.update_layout(
        showlegend=len(parts) > 1,
        title_text=_title(quantity, sum(map(len, parts.values())), index, by),
        yaxis_range=[0, 1.02],
    )
    return pickable(figure, x=quantity.column)


def _without_salt_twice(by: Comparison) -> Comparison:
    """A figure of the salt proportion sets empty tiles, and classes, apart already."""
    return "nothing" if by in ("salt", "coverage") else by


def _nothing(quantity: Quantity, dark: bool) -> go.Figure:
    what = "mask" if quantity is SALT else quantity.in_sentence
    return blank(dark, HEIGHT, f"No tile here has a {what}.")


def _class_colour(kind: str) -> str:
    return colours.NEUTRAL if kind == "empty" else colours.LABEL


def _add_histogram(
    figure: go.Figure, bins: pd.DataFrame, by: Comparison, quantity: Quantity, dark: bool, **place: int
) -> None:
    """Bars with numbers of tiles for all tiles together; outlines with shares where groups are compared."""
    shares, groups = by != "nothing", bins["group"].nunique()
    for name, part in bins.groupby("group", sort=False):
        if shares:
            figure.add_trace(_outline(str(name), part, quantity, groups, dark), **place)
        else:
            figure.add_trace(_bars(part, quantity), **place)
    _label_axes(figure, quantity, "Share of the group's tiles" if shares else "Number of tiles", shares, **place)
    figure.update_layout(showlegend=shares, hovermode="x" if shares else "closest")


def _bars(bins: pd.DataFrame, quantity: Quantity) -> go.Bar:
    return go.Bar(
        x=(bins["low"] + bins["high"]) / 2,
        y=bins["tiles"],
        customdata=_limits(bins, quantity),
        marker={"color": colours.LABEL if quantity is SALT else colours.NEUTRAL, "line_width": 0},
        hovertext=_bins_in_words(bins, quantity),
        hoverinfo="text",
        showlegend=False,
    )


def _limits(bins: pd.DataFrame, quantity: Quantity) -> list[list[float]]:
    """What each bar stands for; tiles without salt are in no bar."""
    limits = bar_ranges(bins["low"].tolist(), bins["high"].tolist())
    least = WITH_SALT[0] if quantity is SALT else -math.inf
    return [[max(low, least), high] for low, high in limits]


def _class_ranges() -> list[list[float]]:
    """What each class stands for: its lower limit is not in it."""
    return [list(EMPTY), *([low + WITH_SALT[0], high] for low, high in pairwise(CLASS_EDGES[1:]))]


def _outline(name: str, bins: pd.DataFrame, quantity: Quantity, groups: int, dark: bool) -> go.Scatter:
    """A line with its steps half-way between the centres, which is at the limits; an empty bin closes each end."""
    centres = (bins["low"] + bins["high"]) / 2
    width = bins["high"].iloc[0] - bins["low"].iloc[0]
    colour = group_colour(name, dark)
    return go.Scatter(
        x=[centres.iloc[0] - width, *centres, centres.iloc[-1] + width],
        y=[0, *bins["share"], 0],
        name=with_count(name, int(bins["tiles"].sum())),
        mode="lines",
        line={"shape": "hvh", "width": 2, "color": colour},
        **filling(colour, groups),
        hovertext=["", *_bins_in_words(bins, quantity), ""],
        hoverinfo=["skip", *["text"] * len(bins), "skip"],
    )


def _box(name: str, values: pd.Series) -> go.Box:
    lower, median, upper = (float(values.quantile(quantile)) for quantile in QUARTILES.values())
    low, high = float(values.quantile(0.05)), float(values.quantile(0.95))
    notch = 1.57 * (upper - lower) / len(values) ** 0.5
    return go.Box(
        y=[with_count(name, len(values))],
        name=with_count(name, len(values)),
        orientation="h",
        q1=[lower],
        median=[median],
        q3=[upper],
        lowerfence=[low],
        upperfence=[high],
        notched=len(values) >= FEWEST_FOR_NOTCH,
        notchspan=[notch],
        line={"color": _class_colour(name) if name not in ("train", "test") else group_colour(name, False), "width": 2},
    )


def _add_coverage(figure: go.Figure, coverage: pd.DataFrame) -> None:
    for kind, part in coverage.groupby("kind", sort=False):
        figure.add_bar(
            x=part["share"],
            y=part["group"],
            orientation="h",
            marker={"color": _class_colour(str(kind)), "line_width": 0},
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
    figure.update_xaxes(title_text=quantity.axis, tickformat=quantity.tick_format, **place)
    figure.update_yaxes(title_text=y_title, rangemode="tozero", tickformat=".0%" if shares else ",d", **place)
    if quantity.is_share:
        figure.update_xaxes(range=[0, 1], **place)


def _title(quantity: Quantity, shown: int, index: pd.DataFrame, by: Comparison) -> str:
    title = f"{quantity.name} of {numbers.tiles(shown)}"
    if shown == len(index):
        return title
    lacking = ["mask" if quantity is SALT else quantity.in_sentence] if index[quantity.column].isna().any() else []
    if by in ("salt", "coverage") and "mask" not in lacking:
        lacking.append("mask")
    return f"{title} <span style='font-size:13px'>({len(index) - shown:,} without {' or '.join(lacking)})</span>"


def _bins_in_words(bins: pd.DataFrame, quantity: Quantity) -> list[str]:
    return [
        f"{quantity.in_words(row['low'])} to {quantity.in_words(row['high'])}<br>"
        f"{numbers.tiles(row['tiles'])}, {numbers.percent(row['share'])} of {row['group']}"
        for row in bins.to_dict("records")
    ]
