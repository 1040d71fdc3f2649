from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.dataset.tiles import TileStore, salt_proportion, write_store
from core.errors import BadInput, NotFound

ROOT = Path(__file__).parents[3]


@pytest.fixture
def store(tmp_path: Path) -> TileStore:
    """Three 4×4 tiles: b (train, half salt), a (train, empty), c (test)."""
    tiles = np.arange(48, dtype=np.uint8).reshape(3, 4, 4)
    tiles[1] = 7
    masks = np.zeros((3, 4, 4), np.uint8)
    masks[0, :2] = 255
    facts = pd.DataFrame({"id": ["b", "a", "c"], "split": ["train", "train", "test"], "has_mask": [True, True, False]})
    folder = tmp_path / "made"
    folder.mkdir()
    write_store(folder, facts.assign(z=[1.0, np.nan, 3.0]), tiles, masks)
    return TileStore.open(folder)


def test_salt_proportion() -> None:
    assert salt_proportion(np.array([[0, 65535], [0, 0]], np.uint16)) == 0.25
    assert salt_proportion(np.zeros((4, 4))) == 0.0


def test_train_comes_first_sorted_by_id(store: TileStore) -> None:
    assert store.index["id"].tolist() == ["a", "b", "c"]
    assert store.index["salt_proportion"].fillna(-1).tolist() == [0, 0.5, -1]
    assert store.index["std"].eq(0).tolist() == [True, False, False]
    np.testing.assert_array_equal(store.masks[1], np.repeat([[1], [1], [0], [0]], 4, axis=1))
    np.testing.assert_array_equal(store.tiles[1], np.arange(16).reshape(4, 4))


def test_rows_follow_the_ids_that_were_asked_for(store: TileStore) -> None:
    assert store.rows(["c", "a"]).tolist() == [2, 0]
    with pytest.raises(NotFound, match="'zzz'"):
        store.rows(["a", "zzz"])


def test_the_arrays_are_memory_mapped(store: TileStore) -> None:
    assert isinstance(store.tiles, np.memmap)
    with pytest.raises(ValueError, match="read-only"):
        store.tiles[0] = 1


def test_a_folder_that_is_no_data_set(tmp_path: Path, store: TileStore) -> None:
    with pytest.raises(NotFound):
        TileStore.open(tmp_path)
    (store.root / "index.parquet").write_bytes(b"PAR1 broken")
    with pytest.raises(BadInput, match="import it again"):
        TileStore.open(store.root)


def test_opening_needs_no_torch(store: TileStore) -> None:
    code = (
        "import sys; from core.dataset.tiles import TileStore as T; T.open(sys.argv[1]); print('torch' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, store.root], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"


def test_the_torch_data_set(store: TileStore) -> None:
    from torch.utils.data import DataLoader, Dataset

    from core.dataset import TGSSaltDataset
    from core.dataset import tiles as module

    assert module.TGSSaltDataset is TGSSaltDataset
    everything = TGSSaltDataset(store.root)
    assert isinstance(everything, Dataset)
    assert len(everything) == 2, "the labelled ones"
    some = TGSSaltDataset(store.root, ["c", "b"])
    image, mask = some[1]
    np.testing.assert_array_equal(image, store.tiles[1])
    np.testing.assert_array_equal(mask, store.masks[1])
    images, masks = next(iter(DataLoader(some, batch_size=2)))
    assert images.shape == masks.shape == (2, 4, 4)
    with pytest.raises(NotFound):
        TGSSaltDataset(store.root, ["zzz"])


def test_source_says_what_is_there(store: TileStore) -> None:
    facts = json.loads((store.root / "source.json").read_text())
    assert (facts["tiles"], facts["train"], facts["test"], facts["tile_shape"]) == (3, 2, 1, [4, 4])
