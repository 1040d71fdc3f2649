"""Figures, read back: what stands in the traces is what pandas and numpy count."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from core.explore import colours, figures, statistics
from core.explore.figures import correlation as correlation_figure


@pytest.fixture
def index() -> pd.DataFrame:
    """500 tiles: 300 labelled, about two in five of them empty; 10 without depth."""
    generator = np.random.default_rng(0)
    z = generator.integers(50, 960, 500).astype(float)
    z[::50] = np.nan
    salt = np.where(generator.random(500) < 0.4, 0, generator.integers(1, 10201, 500) / 10201)
    salt[300:] = np.nan
    split = np.where(np.arange(500) < 300, "train", "test")
    return pd.DataFrame({"id": [f"t{i:03}" for i in range(500)], "split": split, "z": z, "salt_proportion": salt})


def scatter(index: pd.DataFrame, dark: bool = False) -> go.Figure:
    z, salt = index["z"].to_numpy(), index["salt_proportion"].to_numpy()
    return figures.plot_depth_against_salt(
        index, statistics.depth_trend(z, salt), statistics.correlation(z, salt), dark
    )


def trace(figure: go.Figure, name: str) -> Any:
    [found] = [trace for trace in figure.data if trace.name and trace.name.startswith(name)]
    return found


def test_depth_histogram_counts_all_tiles(index: pd.DataFrame) -> None:
    figure = figures.plot_depth_histogram(index)
    [bars] = figure.data
    expected, _ = np.histogram(index["z"].dropna(), np.arange(50, 1001, 50))
    assert list(bars.x) == list(range(75, 1000, 50))
    assert list(bars.y) == list(expected)
    assert figure.layout.xaxis.title.text == "Depth (ft)"
    assert figure.layout.yaxis.title.text == "Number of tiles"
    assert "490 tiles" in figure.layout.title.text
    assert "10 without depth" in figure.layout.title.text


def test_depth_histogram_compares_shares(index: pd.DataFrame) -> None:
    figure = figures.plot_depth_histogram(index, "split")
    for name, colour in (("train", colours.ACCENT), ("test", colours.NEUTRAL)):
        depths = index.loc[index["split"] == name, "z"].dropna()
        expected, _ = np.histogram(depths, np.arange(50, 1001, 50))
        outline = trace(figure, name)
        assert outline.name == f"{name} (n = {len(depths):,})"
        np.testing.assert_allclose(outline.y, [0, *expected / len(depths), 0])
        assert list(outline.x) == list(range(25, 1050, 50))
        assert outline.line.color == colour
    assert figure.layout.yaxis.title.text == "Share of the group's tiles"


def test_salt_histogram_sets_empty_tiles_apart(index: pd.DataFrame) -> None:
    figure = figures.plot_salt_histogram(index)
    empty, with_salt, bars = figure.data
    salt = index["salt_proportion"].dropna()
    assert (empty.x[0], with_salt.x[0]) == pytest.approx(((salt == 0).mean(), (salt > 0).mean()))
    assert f"{(salt == 0).sum()} empty" in empty.text[0]
    assert (empty.marker.color, with_salt.marker.color) == (colours.NEUTRAL, colours.LABEL)
    assert list(bars.y) == list(np.histogram(salt[salt > 0], np.arange(21) / 20)[0])
    assert bars.marker.color == colours.LABEL
    assert "300 tiles" in figure.layout.title.text
    assert "200 without mask" in figure.layout.title.text


def test_salt_histogram_compares_splits(index: pd.DataFrame) -> None:
    index = index.assign(salt_proportion=index["salt_proportion"].fillna(0.5))
    figure = figures.plot_salt_histogram(index, "split")
    assert list(figure.data[0].y) == ["train", "test"]
    assert list(trace(figure, "test").y)[11] == 1


def test_cumulative_curves_end_at_all_tiles(index: pd.DataFrame) -> None:
    figure = figures.plot_cumulative(index, "z", "salt")
    for name, chosen in (("empty", index["salt_proportion"] == 0), ("with salt", index["salt_proportion"] > 0)):
        depths = index.loc[chosen, "z"].dropna()
        curve = trace(figure, name)
        assert list(curve.x) == sorted(set(depths))
        np.testing.assert_allclose(curve.y, [(depths <= x).mean() for x in curve.x])
    [salt] = figures.plot_cumulative(index, "salt_proportion", "salt").data
    assert salt.y[0] == pytest.approx((index["salt_proportion"].dropna() == 0).mean())


def test_scatter_shows_every_tile_with_its_id(index: pd.DataFrame) -> None:
    figure = scatter(index)
    known = index.dropna()
    shown = {}
    for name in ("empty", "with salt"):
        points = trace(figure, name)
        shown |= {id: (x, y) for id, x, y in zip(points.customdata, points.x, points.y, strict=True)}
    assert shown == {row.id: (row.z, row.salt_proportion) for row in known.itertuples()}
    assert trace(figure, "empty").name == f"empty (n = {(known['salt_proportion'] == 0).sum():,})"
    assert set(trace(figure, "empty").y) == {0}


def test_scatter_shows_trend_band_counts_and_coefficients(index: pd.DataFrame) -> None:
    figure = scatter(index)
    known = index.dropna()
    bins = known.groupby(np.floor(known["z"] / 100))["salt_proportion"]
    mean = trace(figure, "mean per 100 ft")
    np.testing.assert_allclose(mean.x, bins.size().index * 100 + 50)
    np.testing.assert_allclose(mean.y, bins.mean())
    np.testing.assert_allclose(trace(figure, "median").y, bins.median())
    low, high = trace(figure, "lower limit"), trace(figure, "upper limit")
    assert (np.array(low.y) < bins.mean().to_numpy()).all()
    assert (np.array(high.y) > bins.mean().to_numpy()).all()
    assert high.fill == "tonexty"
    assert [note.text for note in figure.layout.annotations] == [f"{n:,}" for n in bins.size()]
    pearson = known["z"].corr(known["salt_proportion"])
    assert f"Pearson {pearson:.3f} [".replace("-", "−") in figure.layout.title.text
    assert f"{len(known)} tiles" in figure.layout.title.text


def test_many_points_are_drawn_by_webgl_and_the_most_are_sampled(
    index: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert trace(scatter(index), "with salt").type == "scatter"
    monkeypatch.setattr(correlation_figure, "MOST_SVG_POINTS", 10)
    assert trace(scatter(index), "with salt").type == "scattergl"
    monkeypatch.setattr(correlation_figure, "MOST_POINTS", 40)
    figure = scatter(index)
    assert sum(len(trace(figure, name).x) for name in ("empty", "with salt")) == 40
    assert "(40 drawn)" in figure.layout.title.text


@pytest.mark.parametrize("dark", [False, True])
def test_every_figure_is_in_our_template_and_can_be_sent(index: pd.DataFrame, dark: bool) -> None:
    drawn = [
        figures.plot_depth_histogram(index, "salt", dark),
        figures.plot_salt_histogram(index, "nothing", dark),
        figures.plot_cumulative(index, "z", "split", dark),
        scatter(index, dark),
    ]
    for figure in drawn:
        assert figure.layout.template == figures.template(dark)
        assert figure.layout.template.layout.font.color == colours.ink(dark).text
        assert figure.layout.colorway is None
        json.loads(figure.to_json())


def test_nothing_to_draw_is_said_in_words(index: pd.DataFrame) -> None:
    no_depth, no_mask = index.assign(z=np.nan), index.assign(salt_proportion=np.nan)
    for figure, words in (
        (figures.plot_depth_histogram(no_depth), "No tile here has a depth."),
        (figures.plot_salt_histogram(no_mask), "No tile here has a mask."),
        (figures.plot_cumulative(no_mask, "salt_proportion"), "No tile here has a salt proportion."),
        (scatter(no_depth), "No tile here has both a depth and a mask."),
        (figures.plot_depth_histogram(index[:0], "salt"), "No tile here has a depth."),
    ):
        assert [note.text for note in figure.layout.annotations] == [words]
        assert not figure.data


def test_salt_histogram_of_empty_tiles_only(index: pd.DataFrame) -> None:
    empty = index[index["salt_proportion"] == 0]
    assert figures.plot_salt_histogram(empty).data[0].x[0] == 1


def test_colours_can_be_faded() -> None:
    assert colours.faded("#E69F00", 0.5) == "rgba(230,159,0,0.5)"
