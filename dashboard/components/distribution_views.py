"""The views of the page Distributions: each has its pictures first, then what changes them, then their table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from core.explore import distributions, quantities
from core.explore.distributions import Comparison
from core.explore.quantities import Quantity
from dashboard import cache
from dashboard.components import chart, download
from dashboard.components.top_bar import Context

COMPARISONS = {
    "nothing": "Nothing",
    "split": "Train and test",
    "salt": "Empty and with salt",
    "coverage": "Coverage classes",
}
SHOWN = (quantities.DEPTH, quantities.SALT)
OF_GREY = (quantities.MEAN, quantities.SPREAD, quantities.BLACK, quantities.WHITE)
COMPARED = (quantities.DEPTH, *OF_GREY)


def show_depth_and_salt(context: Context) -> None:
    """How deep the tiles lie and how much salt they hold."""
    index = context.tiles.index.iloc[context.rows]
    left, right = st.columns(2)
    with _controls():
        by = _comparison()
        cumulative = st.toggle("Cumulative", key="cumulative", bind="query-params")
    depths = _of_tiles(index, quantities.DEPTH, by, cumulative)
    salt = _of_tiles(index, quantities.SALT, by, cumulative)
    with left:
        chart.pick(depths, "depths", "How many tiles lie at which depth", context)
    with right:
        chart.pick(salt, "salt", "How many tiles hold how much salt", context)
    table = distributions.describe(index, SHOWN, by)
    _show_table(distributions.describe_in_words(table))
    _downloads(context, {"summary": table, "bins": distributions.bins(index, SHOWN, by)})


def show_grey(context: Context) -> None:
    """How bright the pixels are, and how tiles differ in that."""
    from core.explore import figures, grey

    levels, dark = cache.grey_levels(context.tiles, context.rows), chart.dark()
    index = levels.beside(context.tiles.index)
    left, right = st.columns(2)
    with _controls():
        by = _comparison()
        quantity = _quantity("Of a tile", OF_GREY, "grey_of")
        cumulative = st.toggle("Cumulative", key="cumulative", bind="query-params")
    bins = grey.level_bins(levels, context.tiles.index, by)
    tiles = _of_tiles(index, quantity, by, cumulative)
    with left:
        chart.show(figures.plot_grey_levels(bins, dark), "grey_levels", "How many pixels have which grey")
    with right:
        chart.pick(tiles, "grey_of_tiles", f"How many tiles have which {quantity.name}", context)
    table = distributions.describe(index, OF_GREY, by)
    _show_table(distributions.describe_in_words(table))
    pixels = grey.percentiles(levels, context.tiles.index, by)
    _downloads(context, {"summary": table, "grey levels": bins, "percentiles": pixels})


def show_mean_tile(context: Context) -> None:
    """Where in a tile salt lies."""
    from core.explore import figures, mean_tile

    mean, dark = cache.mean_tile(context.tiles, context.rows), chart.dark()
    left, right = st.columns(2)
    with left:
        chart.show(figures.plot_mean_mask(mean, dark), "mean_mask", "In how many tiles there is salt at which pixel")
    with right:
        chart.show(figures.plot_mean_image(mean, dark), "mean_image", "The mean grey of all tiles at each pixel")
    st.markdown(mean_tile.in_words(mean))
    bands = mean_tile.bands(mean)
    _show_table(mean_tile.bands_in_words(bands))
    _downloads(context, {"bands": bands, "mean mask": pd.DataFrame(mean.mask), "mean image": pd.DataFrame(mean.image)})


def show_splits(context: Context) -> None:
    """Whether the test tiles look like the train tiles."""
    from core.explore import figures, two_samples

    levels = cache.grey_levels(context.tiles, context.rows)
    index = levels.beside(context.tiles.index)
    found = two_samples.compare_splits(index, COMPARED)
    if not found:
        st.info("This compares train with test tiles; the tiles here are of one split only.")
        return
    left, right = st.columns(2)
    with _controls():
        quantity = _quantity("Quantity", list(found), "split_of")
    with left:
        figure = figures.plot_split_gap(index, quantity, found[quantity], chart.dark())
        chart.pick(figure, "split_gap", f"Cumulative curves of {quantity.name} of train and test tiles", context)
    with right:
        figure = figures.plot_histogram(index, quantity, "split", chart.dark())
        chart.pick(figure, "split_histogram", f"Histograms of {quantity.name} of train and test tiles", context)
    st.markdown(two_samples.in_words(quantity, found[quantity]))
    table = two_samples.table(found)
    _show_table(table)
    st.caption(
        "Kolmogorov–Smirnov tests; p takes tiles as independent, which touching ones are not: read it as a lower limit."
    )
    _downloads(context, {"train against test": table})


def _of_tiles(index: pd.DataFrame, quantity: Quantity, by: Comparison, cumulative: bool) -> go.Figure:
    """The figure of one quantity that shows a comparison best."""
    from core.explore import figures

    dark = chart.dark()
    if cumulative:
        return figures.plot_cumulative(index, quantity, by, dark)
    if quantity is quantities.SALT:
        return figures.plot_coverage_classes(index, dark) if by == "coverage" else figures.plot_salt(index, by, dark)
    plot = figures.plot_quartiles if by == "coverage" else figures.plot_histogram
    return plot(index, quantity, by, dark)


def _controls() -> st.delta_generator.DeltaGenerator:
    return st.container(horizontal=True, vertical_alignment="bottom")


def _comparison() -> Comparison:
    by = st.segmented_control(
        "Compare",
        list(COMPARISONS),
        default="nothing",
        format_func=COMPARISONS.__getitem__,
        key="compare",
        required=True,
        bind="query-params",
    )
    return cast(Comparison, by)


def _quantity(label: str, among: list[Quantity] | tuple[Quantity, ...], key: str) -> Quantity:
    column = st.segmented_control(
        label,
        [quantity.column for quantity in among],
        default=among[0].column,
        format_func=lambda column: quantities.BY_COLUMN[column].name,
        key=key,
        required=True,
        bind="query-params",
    )
    return quantities.BY_COLUMN[column]


def _show_table(frame: pd.DataFrame) -> None:
    st.dataframe(frame, hide_index=True)


def _downloads(context: Context, tables: Mapping[str, pd.DataFrame]) -> None:
    with st.container(horizontal=True):
        for what, frame in tables.items():
            download.table(what, f"{context.tiles.name}-{what.replace(' ', '-')}.csv", frame.copy)
