"""Grey levels and the mean tile against numpy."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.dataset.tiles import TileStore, write_store
from core.explore import grey, mean_tile
from core.explore.grey import grey_levels, level_bins, percentiles, sample
from core.explore.mean_tile import MeanTile, bands


@pytest.fixture
def noise(tmp_path: Path) -> TileStore:
    """600 tiles of 5×7 with masks, 100 of 700 without; one is black, one is white."""
    generator = np.random.default_rng(0)
    tiles = generator.integers(0, 256, (700, 5, 7)).astype(np.uint8)
    tiles[3], tiles[650] = 0, 255
    masks = (generator.random((700, 5, 7)) < np.linspace(0.1, 0.8, 5)[:, None]).astype(np.uint8)
    masks[5] = 0
    labelled = np.arange(700) < 600
    index = pd.DataFrame(
        {"id": [f"{i:03}" for i in range(700)], "split": np.where(labelled, "train", "test"), "has_mask": labelled}
    )
    folder = tmp_path / "noise"
    folder.mkdir()
    write_store(folder, index, tiles, masks)
    return TileStore.open(folder)


def test_every_pixel_is_counted(noise: TileStore) -> None:
    levels = grey_levels(noise, np.arange(700))
    assert levels.counts.shape == (700, 256)
    for row in (0, 3, 650):
        assert (levels.counts[row] == np.bincount(noise.tiles[row].ravel(), minlength=256)).all()
    some = levels.among(np.array([3, 650, 651]))
    assert list(some.rows) == [3, 650, 651]
    assert some.total.sum() == 3 * 35
    beside = levels.beside(noise.index)
    assert (beside.loc[3, "black"], beside.loc[650, "white"], beside.loc[3, "white"]) == (1, 1, 0)
    assert beside["black"].mean() == pytest.approx((np.asarray(noise.tiles) == 0).mean())


def test_bins_and_percentiles_of_groups_are_those_of_numpy(noise: TileStore) -> None:
    levels = grey_levels(noise, np.arange(700))
    bins = level_bins(levels, noise.index, "split")
    table = percentiles(levels, noise.index, "split").set_index("group")
    for group, pixels in (("train", noise.tiles[:600]), ("test", noise.tiles[600:])):
        part = bins[bins["group"] == group]
        expected, _ = np.histogram(pixels, np.arange(0, 257, 8))
        np.testing.assert_allclose(part["share"], expected / pixels.size)
        assert set(part["tiles"]) == {len(pixels)}
        row = table.loc[group]
        assert (row["mean"], row["std"]) == pytest.approx((pixels.mean(), pixels.std()))
        assert row["black"] == pytest.approx((pixels == 0).mean())
        wanted = [np.percentile(pixels, p, method="inverted_cdf") for p in grey.PERCENTILES]
        assert [row[f"p{p}"] for p in grey.PERCENTILES] == wanted


def test_a_filter_that_leaves_nothing(noise: TileStore) -> None:
    levels = grey_levels(noise, np.arange(700)).among(np.array([], int))
    assert len(level_bins(levels, noise.index)) == 0
    assert len(levels.beside(noise.index)) == 0


def test_a_sample_is_drawn_only_of_too_many() -> None:
    rows = np.arange(0, 100, 2)
    assert sample(rows) is rows
    few = sample(rows, 10)
    assert len(set(few)) == 10
    assert set(few) <= set(rows)
    assert list(few) == sorted(few) == list(sample(rows, 10))


def test_mean_tile_is_that_of_numpy(noise: TileStore) -> None:
    rows = np.arange(1, 700)
    mean = mean_tile.mean_tile(noise, rows)
    assert (mean.tiles, mean.labelled) == (699, 599)
    np.testing.assert_allclose(mean.image, np.asarray(noise.tiles[1:], float).mean(axis=0))
    np.testing.assert_allclose(mean.mask, np.asarray(noise.masks[1:600], float).mean(axis=0))
    share = mean.mask[0, 0]
    assert mean.standard_error[0, 0] == pytest.approx(np.sqrt(share * (1 - share) / 599))
    found = bands(mean, 2)
    assert found[["first_row", "last_row"]].to_numpy().tolist() == [[0, 2], [3, 4]]
    assert found["salt"][0] == pytest.approx(mean.mask[:3].mean())


def test_nothing_to_lay_on_each_other(noise: TileStore) -> None:
    mean = mean_tile.mean_tile(noise, np.arange(600, 650))
    assert (mean.tiles, mean.labelled) == (50, 0)
    assert np.isnan(mean.mask).all()
    assert mean_tile.in_words(mean) == "No tile here has a mask."
    assert mean_tile.mean_tile(noise, np.array([], int)).tiles == 0


def test_where_salt_lies_in_words(noise: TileStore) -> None:
    assert mean_tile.in_words(mean_tile.mean_tile(noise, np.arange(700))).startswith(
        "Salt lies more often at the bottom: 11 % of the topmost fifth is salt, 80 % of the lowest."
    )
    even = MeanTile(100, 100, np.zeros((10, 4)), np.full((10, 4), 0.3))
    assert mean_tile.in_words(even).startswith("Salt lies about evenly")
