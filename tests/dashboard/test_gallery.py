import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.dataset import rle
from core.dataset.tiles import TileStore, write_store
from core.explore import colours
from dashboard.components import assets
from dashboard.components.gallery import caption, tiles_for_gallery
from dashboard.components.tile_view import tile_for_view
from dashboard.tile_facts import tile_facts


@pytest.fixture
def store(tmp_path: Path) -> TileStore:
    """Three tiles of 6×4: half salt, labelled empty, and one without a label and a depth."""
    tiles = np.arange(3 * 24, dtype=np.uint8).reshape(3, 6, 4)
    masks = np.zeros((3, 6, 4), np.uint8)
    masks[0, :, 2:] = 1
    index = pd.DataFrame(
        {
            "id": ["a", "b", "c"],
            "split": ["train", "train", "test"],
            "z": [412.0, 95.0, np.nan],
            "has_mask": [True, True, False],
        }
    )
    write_store(tmp_path, index, tiles, masks)
    return TileStore.open(tmp_path)


def test_labels_are_told_from_empty_labels_and_none(store: TileStore) -> None:
    tiles = tiles_for_gallery(store, np.array([0, 1, 2]))
    assert [tile.id for tile in tiles] == ["a", "b", "c"]
    assert [tile.mask for tile in tiles] == ["13 12", "", None]
    assert all(tile.prediction is None and tile.shape == (6, 4) for tile in tiles)


def test_rows_keep_their_order(store: TileStore) -> None:
    assert [tile.id for tile in tiles_for_gallery(store, np.array([2, 0]))] == ["c", "a"]


def test_predictions_are_told_from_empty_ones_and_none(store: TileStore) -> None:
    tiles = tiles_for_gallery(store, np.array([0, 2, 1]), ["", "1 1", None])
    assert [tile.prediction for tile in tiles] == ["", "1 1", None]


def test_corrections_stand_beside_the_labels(store: TileStore) -> None:
    tiles = tiles_for_gallery(store, np.array([0, 2]), corrections=["", None])
    assert [(tile.mask, tile.correction) for tile in tiles] == [("13 12", ""), (None, None)]
    assert tile_for_view(store, 0, correction="1 1").correction == "1 1"


def test_captions_say_what_is_known(store: TileStore) -> None:
    assert [tile.caption for tile in tiles_for_gallery(store, np.arange(3))] == [
        ("412 ft", "50 %"),
        ("95 ft", "0 %"),
        (),
    ]
    assert caption(float("nan"), 0.031) == ("3.1 %",)


def test_everything_sent_is_json(store: TileStore) -> None:
    for tile in tiles_for_gallery(store, np.arange(3), ["1 1", "", None]):
        assert json.loads(json.dumps(vars(tile)))["id"] == tile.id


def test_tile_for_view(store: TileStore) -> None:
    tile = tile_for_view(store, 0, prediction=store.masks[0] == 0, probability=store.tiles[0])
    assert tile.picture.startswith("data:image/png") and tile.probability == tile.picture
    assert tile.prediction is not None
    assert np.array_equal(rle.decode(tile.prediction, (6, 4)), 1 - store.masks[0])
    assert tile_for_view(store, 2).mask is None


def test_facts_leave_out_what_is_not_known(store: TileStore) -> None:
    assert dict(tile_facts(store, 0)) == {
        "Tile": "a",
        "Split": "train",
        "Depth": "412 ft",
        "Salt": "50 %",
        "Salt pixels": "12 of 24",
        "Grey level": "12 ± 7",
        "Size": "6 × 4",
    }
    assert set(dict(tile_facts(store, 2))) == {"Tile", "Split", "Grey level", "Size"}


def test_columns_that_nobody_knows_are_told_too(store: TileStore) -> None:
    store.index["survey"], store.index["well_distance"], store.index["checked"] = "north", 12.5, True
    assert tile_facts(store, 0)[-3:] == [("Survey", "north"), ("Well distance", "12.5"), ("Checked", "yes")]


def test_scripts_get_the_colours_of_core() -> None:
    first = assets.tile_script("gallery/gallery.js").splitlines()[0]
    assert colours.LABEL in first and colours.PREDICTION in first and colours.AGREEMENT in first
