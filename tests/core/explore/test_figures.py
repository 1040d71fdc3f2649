"""Figures, read back: what stands in the traces is what pandas and numpy count."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from core.explore import colours, figures, grey
from core.explore.distributions import CLASSES
from core.explore.mean_tile import MeanTile
from core.explore.quantities import DEPTH, MEAN, SALT, Quantity
from core.explore.relation import MOST_POINTS, relation
from core.explore.two_samples import compare_splits


@pytest.fixture
def index() -> pd.DataFrame:
    """500 tiles: 300 labelled, about two in five of them empty; 10 without depth."""
    generator = np.random.default_rng(0)
    z = generator.integers(50, 960, 500).astype(float)
    z[::50] = np.nan
    salt = np.where(generator.random(500) < 0.4, 0, generator.integers(1, 10201, 500) / 10201)
    salt[300:] = np.nan
    split = np.where(np.arange(500) < 300, "train", "test")
    return pd.DataFrame(
        {"id": [f"t{i:03}" for i in range(500)], "split": split, "z": z, "salt_proportion": salt, "mean": z / 4}
    )


def scatter(index: pd.DataFrame, dark: bool = False, x: Quantity = DEPTH, y: Quantity = SALT) -> go.Figure:
    return figures.plot_correlation(index, relation(index, x, y), dark)


def trace(figure: go.Figure, name: str) -> Any:
    [found] = [trace for trace in figure.data if trace.name and trace.name.startswith(name)]
    return found


def test_depth_histogram_counts_all_tiles(index: pd.DataFrame) -> None:
    figure = figures.plot_histogram(index, DEPTH)
    [bars] = figure.data
    expected, _ = np.histogram(index["z"].dropna(), np.arange(50, 1001, 50))
    assert list(bars.x) == list(range(75, 1000, 50))
    assert list(bars.y) == list(expected)
    assert figure.layout.xaxis.title.text == "Depth (ft)"
    assert figure.layout.yaxis.title.text == "Number of tiles"
    assert "490 tiles" in figure.layout.title.text
    assert "10 without depth" in figure.layout.title.text


def test_depth_histogram_compares_shares(index: pd.DataFrame) -> None:
    figure = figures.plot_histogram(index, DEPTH, "split")
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
    figure = figures.plot_salt(index)
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
    figure = figures.plot_salt(index, "split")
    assert list(figure.data[0].y) == ["train", "test"]
    assert list(trace(figure, "test").y)[11] == 1


def test_cumulative_curves_end_at_all_tiles(index: pd.DataFrame) -> None:
    figure = figures.plot_cumulative(index, DEPTH, "salt")
    for name, chosen in (("empty", index["salt_proportion"] == 0), ("with salt", index["salt_proportion"] > 0)):
        depths = index.loc[chosen, "z"].dropna()
        curve = trace(figure, name)
        assert list(curve.x) == sorted(set(depths))
        np.testing.assert_allclose(curve.y, [(depths <= x).mean() for x in curve.x])
    [salt] = figures.plot_cumulative(index, SALT, "salt").data
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
    assert figure.layout.title.text == f"Salt proportion against depth, {len(known)} tiles"


def test_tiles_without_label_are_points_of_other_numbers(index: pd.DataFrame) -> None:
    figure = scatter(index, y=MEAN)
    assert len(trace(figure, "without label").x) == index[index["salt_proportion"].isna()]["z"].notna().sum()
    assert figure.layout.yaxis.title.text == MEAN.axis


def test_many_tiles_become_cells_that_hold_them_all(index: pd.DataFrame) -> None:
    many = pd.concat([index] * 20, ignore_index=True)
    known = many.dropna()
    assert len(known) > MOST_POINTS
    figure = scatter(many)
    [cells] = [trace for trace in figure.data if trace.type == "heatmap"]
    assert int(np.sum(cells.customdata)) == len(known)
    filled = np.asarray(cells.customdata) > 0
    np.testing.assert_allclose(np.asarray(cells.z)[filled], np.log10(np.asarray(cells.customdata)[filled]), atol=1e-3)
    assert np.isnan(np.asarray(cells.z, float)[~filled]).all()
    assert len(figure.to_json()) < 150_000


def test_coverage_classes_are_counted(index: pd.DataFrame) -> None:
    [bars] = figures.plot_coverage_classes(index).data
    salt = index["salt_proportion"].dropna()
    assert list(bars.x) == list(CLASSES)
    assert (bars.y[0], bars.y[5]) == ((salt == 0).sum(), (salt > 0.99).sum())
    assert bars.y[1] == ((salt > 0) & (salt <= 0.25)).sum()
    assert sum(bars.y) == 300
    assert bars.marker.color[:2] == (colours.NEUTRAL, colours.LABEL)


def test_quartiles_of_the_depth_per_coverage_class(index: pd.DataFrame) -> None:
    figure = figures.plot_quartiles(index, DEPTH)
    box = trace(figure, "empty")
    depths = index.loc[index["salt_proportion"] == 0, "z"].dropna()
    assert box.name == f"empty (n = {len(depths)})"
    assert (box.q1[0], box.median[0], box.q3[0]) == tuple(depths.quantile([0.25, 0.5, 0.75]))
    assert box.lowerfence[0] == depths.quantile(0.05)
    assert box.notchspan[0] == pytest.approx(1.57 * (box.q3[0] - box.q1[0]) / len(depths) ** 0.5)


def test_a_median_of_few_tiles_has_no_notch(index: pd.DataFrame) -> None:
    figure = figures.plot_quartiles(index[:12].assign(z=1.0 * np.arange(12)), DEPTH, "split")
    assert trace(figure, "train").notched is True
    assert trace(figures.plot_quartiles(index[1:5], DEPTH, "split"), "train").notched is False


def test_classes_stand_for_their_tiles(index: pd.DataFrame) -> None:
    figure = figures.plot_coverage_classes(index)
    salt = index["salt_proportion"]
    [bars] = figure.data
    assert [int(salt.between(*limits).sum()) for limits in bars.customdata] == list(bars.y)
    assert figure.layout.meta["columns"] == {"x": "salt_proportion"}


def test_the_largest_gap_of_two_splits_is_marked(index: pd.DataFrame) -> None:
    found = compare_splits(index, (DEPTH,))[DEPTH]
    figure = figures.plot_split_gap(index, DEPTH, found)
    mark = trace(figure, "largest gap")
    shares = [(index.loc[index["split"] == split, "z"].dropna() <= found.at).mean() for split in ("train", "test")]
    assert list(mark.x) == [found.at, found.at]
    assert list(mark.y) == pytest.approx(shares)
    assert mark.line.color == colours.FLAG


def test_grey_levels_are_drawn_per_group() -> None:
    index = pd.DataFrame({"split": ["train", "test"], "salt_proportion": [0.5, np.nan]})
    counts = np.zeros((2, 256), np.uint16)
    counts[0, :8], counts[1, 255] = 5, 40
    bins = grey.level_bins(grey.GreyLevels(np.arange(2), counts), index, "split")
    train, test = figures.plot_grey_levels(bins).data
    assert (train.name, test.name) == ("train (n = 1)", "test (n = 1)")
    assert (train.x[0], train.y[0], test.y[-1], test.y[0]) == (4, 1, 1, 0)


def test_the_mean_tile_is_drawn_as_it_lies() -> None:
    mean = MeanTile(8, 4, np.arange(6.0).reshape(2, 3), np.linspace(0, 1, 6).reshape(2, 3))
    mask, image = figures.plot_mean_mask(mean), figures.plot_mean_image(mean)
    np.testing.assert_allclose(mask.data[0].z, mean.mask, atol=1e-4)
    np.testing.assert_allclose(image.data[0].z, mean.image, atol=1e-4)
    assert "4 tiles" in mask.layout.title.text
    assert "8 tiles" in image.layout.title.text
    assert mask.layout.yaxis.autorange == "reversed"
    assert mask.layout.yaxis.scaleanchor == "x"
    assert mask.data[0].zsmooth is False


@pytest.mark.parametrize("dark", [False, True])
def test_every_figure_is_in_our_template_and_can_be_sent(index: pd.DataFrame, dark: bool) -> None:
    drawn = [
        figures.plot_histogram(index, DEPTH, "salt", dark),
        figures.plot_salt(index, "nothing", dark),
        figures.plot_cumulative(index, DEPTH, "split", dark),
        scatter(index, dark),
        figures.plot_coverage_classes(index, dark),
        figures.plot_quartiles(index, DEPTH, "split", dark),
        figures.plot_cumulative(index, DEPTH, "coverage", dark),
    ]
    for figure in drawn:
        assert figure.layout.template == figures.template(dark)
        assert figure.layout.template.layout.font.color == colours.ink(dark).text
        assert figure.layout.colorway is None
        json.loads(figure.to_json())


def test_nothing_to_draw_is_said_in_words(index: pd.DataFrame) -> None:
    no_depth, no_mask = index.assign(z=np.nan), index.assign(salt_proportion=np.nan)
    for figure, words in (
        (figures.plot_histogram(no_depth, DEPTH), "No tile here has a depth."),
        (figures.plot_salt(no_mask), "No tile here has a mask."),
        (figures.plot_cumulative(no_mask, SALT), "No tile here has a mask."),
        (scatter(no_depth), "No tile here has both a depth and a salt proportion."),
        (figures.plot_histogram(index[:0], DEPTH, "salt"), "No tile here has a depth."),
    ):
        assert [note.text for note in figure.layout.annotations] == [words]
        assert not figure.data


def test_salt_histogram_of_empty_tiles_only(index: pd.DataFrame) -> None:
    empty = index[index["salt_proportion"] == 0]
    assert figures.plot_salt(empty).data[0].x[0] == 1


def test_colours_can_be_faded() -> None:
    assert colours.faded("#E69F00", 0.5) == "rgba(230,159,0,0.5)"
