"""Masks and probability maps from elsewhere, in every form that they come in; what does not fit is named."""

from __future__ import annotations

from pathlib import Path

import imageio.v3 as iio
import numpy as np
import pytest

from core.dataset import maps, rle
from core.dataset.importing import import_source
from core.dataset.tiles import TileStore
from core.errors import BadInput
from core.workspace import Workspace
from tests import sources

SHAPE = (8, 8)
RAMP = np.linspace(0, 1, 64).reshape(SHAPE)


@pytest.fixture
def tiles(workspace: Workspace, tmp_path: Path) -> TileStore:
    """Tiles aaa, bbb, ccc (train), ddd, eee (test) of 8×8."""
    import_source(sources.write(tmp_path / "source", sources.kaggle()), workspace, "d")
    return TileStore.open(workspace.existing_dataset("d"))


def read(source: Path, tiles: TileStore) -> tuple[dict[str, np.ndarray], bool]:
    with maps.opened(source, tiles) as found:
        ids = tiles.index["id"].iloc[found.rows].tolist()
        return dict(zip(ids, np.concatenate([block for _, block in found.blocks()]), strict=True)), found.are_masks


def test_codes_in_a_csv_file(tiles: TileStore, tmp_path: Path) -> None:
    path = tmp_path / "masks.csv"
    path.write_bytes(sources.csv("id,rle_mask", {"eee": rle.encode(sources.mask(2)), "bbb": "", "aaa": "1 3 4 2"}))
    found, are_masks = read(path, tiles)
    assert are_masks and list(found) == ["aaa", "bbb", "eee"], "in the order of the data set"
    np.testing.assert_array_equal(found["eee"], 255 * sources.mask(2))
    assert found["bbb"].max() == 0
    assert rle.encode(found["aaa"]) == "1 5", "runs that touch are read as well"


@pytest.mark.parametrize("level", [1, 255])
def test_pictures_of_two_levels_are_masks(level: int, tiles: TileStore, tmp_path: Path) -> None:
    files = {f"{name}.png": sources.png(sources.mask(seed) * np.uint8(level)) for seed, name in enumerate(sources.IDS)}
    found, are_masks = read(sources.write(tmp_path / "made", files), tiles)
    assert are_masks
    for seed, name in enumerate(sources.IDS):
        np.testing.assert_array_equal(found[name], 255 * sources.mask(seed))


def test_kaggle_s_own_masks_in_a_zip(tiles: TileStore, tmp_path: Path) -> None:
    files = {f"masks/{name}.png": sources.mask_png(sources.mask(seed)) for seed, name in enumerate(sources.IDS)}
    (tmp_path / "masks.zip").write_bytes(sources.zipped(files))
    found, are_masks = read(tmp_path / "masks.zip", tiles)
    assert are_masks and list(found) == sources.IDS
    np.testing.assert_array_equal(found["ccc"], 255 * sources.mask(2))


def test_a_folder_in_a_zip_is_looked_into(tiles: TileStore, tmp_path: Path) -> None:
    (tmp_path / "p.zip").write_bytes(sources.zipped({"predicted/ddd.png": sources.png(np.uint8(RAMP * 255))}))
    assert list(read(tmp_path / "p.zip", tiles)[0]) == ["ddd"]


@pytest.mark.parametrize("kind", [np.uint8, np.uint16, np.float32])
def test_grey_pictures_are_probabilities(kind: type, tiles: TileStore, tmp_path: Path) -> None:
    highest = 1 if kind is np.float32 else np.iinfo(kind).max
    suffix = ".tif" if kind is np.float32 else ".png"
    picture = (RAMP if kind is np.float32 else np.rint(RAMP * highest)).astype(kind)
    (tmp_path / "made").mkdir()
    iio.imwrite(tmp_path / "made" / f"ddd{suffix}", picture)
    iio.imwrite(tmp_path / "made" / f"eee{suffix}", np.zeros(SHAPE, kind))
    found, are_masks = read(tmp_path / "made", tiles)
    assert not are_masks
    np.testing.assert_allclose(found["ddd"], RAMP * 255, atol=0.5 + 1e-3)
    assert found["eee"].max() == 0


def test_what_is_no_source_of_maps(tiles: TileStore, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "none.csv").write_text("id,rle_mask\n")
    (tmp_path / "other.csv").write_text("tile,code\naaa,1 1\n")
    floats = tmp_path / "floats"
    floats.mkdir()
    iio.imwrite(floats / "aaa.tif", RAMP.astype(np.float32) * 2)
    for name, words in {
        "empty": "no pictures here",
        "none.csv": "no row in it",
        "other.csv": "expected the columns id,rle_mask",
        "nothing": "no such file",
        "floats": "expected 8 or 16 bits, or float from 0 to 1",
    }.items():
        with pytest.raises(BadInput, match=words):
            read(tmp_path / name, tiles)
