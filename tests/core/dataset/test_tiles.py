"""The packed store and the torch data set over it: what is written is what is read, in the promised order."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.dataset.tiles import TileStore, measure, salt_proportion, write_store
from core.errors import BadInput, NotFound

IDS = ["m", "k", "x", "b"]
SPLIT = ["test", "train", "test", "train"]


@pytest.fixture
def tiles() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (4, 5, 6), dtype=np.uint8)


@pytest.fixture
def store(tmp_path: Path, tiles: np.ndarray) -> TileStore:
    index = pd.DataFrame({"id": IDS, "split": SPLIT, "z": [1, 2, np.nan, 4], "has_mask": [False, True, False, True]})
    (tmp_path / "four").mkdir()
    write_store(tmp_path / "four", index, tiles, (tiles > 99) * 255, {"checksum": "c"})
    return TileStore.open(tmp_path / "four")


def test_round_trip_in_order(store: TileStore, tiles: np.ndarray) -> None:
    order = [3, 1, 0, 2]
    assert store.index["id"].tolist() == ["b", "k", "m", "x"]
    assert store.index["split"].tolist() == ["train", "train", "test", "test"]
    np.testing.assert_array_equal(store.tiles, tiles[order])
    np.testing.assert_array_equal(store.masks[:2], tiles[order[:2]] > 99)
    assert not store.masks[2:].any()
    np.testing.assert_array_equal(store.index["z"], [4, 2, 1, np.nan])
    assert (store.name, len(store), store.tile_shape) == ("four", 4, (5, 6))
    assert store.source == {
        "version": 1,
        "tiles": 4,
        "train": 2,
        "test": 2,
        "tile_shape": [5, 6],
        "checksum": "c",
    }


def test_the_index_has_the_promised_types(store: TileStore) -> None:
    assert isinstance(store.index.index, pd.RangeIndex)
    assert {name: str(kind) for name, kind in store.index.dtypes.items()} == {
        "id": "str",
        "split": "str",
        "z": "float64",
        "has_mask": "bool",
        "salt_pixels": "float64",
        "salt_proportion": "float64",
        "mean": "float32",
        "std": "float32",
        "source_sha1": "str",
    }


def test_figures_are_those_of_plain_numpy(store: TileStore) -> None:
    labelled = store.index["has_mask"]
    np.testing.assert_array_equal(store.index["salt_pixels"][labelled], store.masks[:2].sum(axis=(1, 2)))
    np.testing.assert_allclose(store.index["salt_proportion"][labelled], store.masks[:2].mean(axis=(1, 2)))
    assert store.index[["salt_pixels", "salt_proportion"]][~labelled].isna().all(axis=None)
    np.testing.assert_allclose(store.index["mean"], store.tiles.mean(axis=(1, 2)), rtol=1e-6)
    np.testing.assert_allclose(store.index["std"], store.tiles.std(axis=(1, 2)), rtol=1e-6)


@pytest.mark.parametrize("value", [0, 1, 127, 255])
@pytest.mark.parametrize("side", [1, 101, 1024])
def test_a_constant_tile_has_exactly_no_spread(value: int, side: int) -> None:
    tile = np.full((1, side, side), value, np.uint8)
    (figures,) = measure(tile, tile > 0)
    assert (figures["mean"], figures["std"]) == (value, 0)
    tile[0, 0, 0] ^= 1
    assert side == 1 or measure(tile, tile > 0)["std"] > 0


def test_rows_of_ids(store: TileStore) -> None:
    assert store.rows(["x", "b", "x"]).tolist() == [3, 0, 3]
    assert store.rows([]).tolist() == []
    assert store.row("k") == 1
    with pytest.raises(NotFound, match="data set 'four' has no tile 'q', 'r', 's' and 2 more"):
        store.rows(["q", "b", "r", "s", "t", "u"])


def test_salt_proportion_of_a_mask() -> None:
    assert salt_proportion(np.array([[0, 65535], [1, 0]], np.uint16)) == 0.5
    assert salt_proportion(np.zeros((3, 3))) == 0
    assert salt_proportion(np.ones((3, 3), bool)) == 1


def test_arrays_can_not_be_written_to(store: TileStore) -> None:
    with pytest.raises(ValueError, match="read-only"):
        store.tiles[0, 0, 0] = 1


@pytest.mark.parametrize("name", ["tiles.npy", "masks.npy", "index.parquet", "source.json"])
def test_a_missing_or_broken_file_is_told(store: TileStore, name: str) -> None:
    path = store.root / name
    data = path.read_bytes()
    for broken in (b"", data[: len(data) // 2], b"garbage" * 20):
        path.write_bytes(broken)
        with pytest.raises(BadInput, match="import it again"):
            TileStore.open(store.root)
    path.unlink()
    with pytest.raises(NotFound, match=f"is not an imported data set: {name} is missing"):
        TileStore.open(store.root)


def test_another_version_and_other_lengths_are_refused(store: TileStore) -> None:
    (store.root / "source.json").write_text(json.dumps(store.source | {"version": 99}))
    with pytest.raises(BadInput, match="version 99, expected 1"):
        TileStore.open(store.root)
    (store.root / "source.json").write_text(json.dumps(store.source))
    np.save(store.root / "masks.npy", np.zeros((3, 5, 6), np.uint8))
    with pytest.raises(BadInput, match="differ in length"):
        TileStore.open(store.root)


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"nothing is not an imported data set"):
        TileStore.open(tmp_path / "nothing")


def test_the_torch_data_set(store: TileStore, tiles: np.ndarray) -> None:
    from core.dataset import TGSSaltDataset

    data = TGSSaltDataset(store.root)
    assert len(data) == 2
    assert data.ids == ["b", "k"]
    image, mask = data[1]
    np.testing.assert_array_equal(image, tiles[1])
    np.testing.assert_array_equal(mask, tiles[1] > 99)
    image[:], mask[:] = 0, 1  # a copy: the data set is as it was
    np.testing.assert_array_equal(data[1][0], tiles[1])
    assert [pair[0].shape for pair in data] == [(5, 6), (5, 6)]

    chosen = TGSSaltDataset(store.root, ["x", "k"])
    np.testing.assert_array_equal(chosen[0][0], tiles[2])
    assert not chosen[0][1].any()
    with pytest.raises(NotFound, match="'ghost'"):
        TGSSaltDataset(store.root, ["ghost"])


@pytest.mark.parametrize("start", [None, "spawn"])
def test_a_data_loader_with_the_usual_settings(store: TileStore, start: str | None) -> None:
    import torch

    from core.dataset.tiles import TGSSaltDataset

    data = TGSSaltDataset(store.root, store.index["id"].tolist())
    workers = {"num_workers": 1, "multiprocessing_context": start} if start else {}
    ((images, masks),) = torch.utils.data.DataLoader(data, batch_size=8, **workers)
    assert (images.dtype, masks.dtype) == (torch.uint8, torch.uint8)
    np.testing.assert_array_equal(images.numpy(), store.tiles)
    np.testing.assert_array_equal(masks.numpy(), store.masks)


def test_nothing_imports_torch_until_it_is_asked_for(store: TileStore) -> None:
    code = (
        "import sys, core.dataset, core.dataset.importing, core.dataset.splits;"
        "from core.dataset.tiles import TileStore;"
        f"TileStore.open({str(store.root)!r});"
        "print(sorted({'torch', 'sklearn', 'scipy', 'skimage'} & sys.modules.keys()))"
    )
    repository = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=repository)
    assert done.stdout == "[]\n"


def test_a_name_that_is_not_there() -> None:
    with pytest.raises(ImportError, match="Nothing"):
        from core.dataset import Nothing
    with pytest.raises(ImportError, match="Nothing"):
        from core.dataset.tiles import Nothing  # noqa: F401


@pytest.mark.skipif(
    not Path("/proc/self/smaps").exists(), reason="counts the resident memory of a mapping as Linux does"
)
def test_pixels_that_were_read_are_given_back(tmp_path: Path) -> None:
    tiles = np.random.default_rng(0).integers(0, 256, (400, 101, 101), dtype=np.uint8)
    write_store(tmp_path, pd.DataFrame({"id": [f"{n:03}" for n in range(400)], "split": "test"}), tiles)
    store = TileStore.open(tmp_path)

    def resident() -> int:
        """kB of tiles.npy in memory."""
        blocks = Path("/proc/self/smaps").read_text().split("\n")
        start = next(n for n, line in enumerate(blocks) if str(tmp_path / "tiles.npy") in line)
        return int(next(line for line in blocks[start:] if line.startswith("Rss:")).split()[1])

    total = store.tiles[:].sum(dtype=np.int64)
    assert resident() > 3000
    store.release()
    assert resident() < 100
    assert store.tiles[:].sum(dtype=np.int64) == total == tiles.sum(dtype=np.int64)
