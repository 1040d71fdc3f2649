"""The real tiles: their known figures, and all of their run-length codes to the letter."""

from __future__ import annotations

from pathlib import Path

import imageio.v3 as imageio
import numpy as np
import pytest

from core.dataset import rle
from core.dataset.layouts import opened
from core.dataset.splits import folds
from core.dataset.tables import read_codes
from core.dataset.tiles import TileStore

pytestmark = pytest.mark.real


def test_the_known_figures(real_store: TileStore) -> None:
    index = real_store.index
    labelled = index[index["has_mask"]]
    assert (len(labelled), int((index["split"] == "test").sum())) == (3088, 2000)
    assert (labelled["split"] == "train").all()
    assert int((labelled["salt_pixels"] == 0).sum()) == 1227
    assert labelled["salt_proportion"].mean() == pytest.approx(0.2449, abs=5e-5)
    assert real_store.tile_shape == (101, 101)
    assert index["z"].notna().all()
    assert real_store.source["warnings"] == []
    assert real_store.source["contradicting"] == []


def test_all_codes_are_those_of_the_masks_to_the_letter(real_store: TileStore, tgs: Path) -> None:
    with opened(tgs) as source:
        codes = read_codes(source.tables["train.csv"])
    assert codes is not None
    rows = np.flatnonzero(real_store.index["has_mask"])
    wanted = [codes[tile] for tile in real_store.index["id"][rows]]
    masks = real_store.masks[rows]
    assert rle.encode_many(masks) == wanted
    np.testing.assert_array_equal(rle.decode_many(wanted, (101, 101)), masks)
    np.testing.assert_array_equal(rle.salt_pixels(wanted, (101, 101)), real_store.index["salt_pixels"][rows])


def test_some_tiles_are_what_imageio_reads(real_store: TileStore, tgs: Path) -> None:
    with opened(tgs) as source:
        for tile in [*sorted(source.train)[::97], *sorted(source.test)[::97]]:
            member = source.train.get(tile) or source.test[tile]
            reference = imageio.imread(member.read())
            np.testing.assert_array_equal(real_store.tiles[real_store.row(tile)], reference[:, :, 0])


def test_folds_have_the_same_salt(real_store: TileStore) -> None:
    salt = real_store.index["salt_proportion"].dropna().to_numpy()
    numbers = folds(salt)
    for fold in range(5):
        assert np.count_nonzero(numbers == fold) in (617, 618)
        assert salt[numbers == fold].mean() == pytest.approx(salt.mean(), abs=0.005)
