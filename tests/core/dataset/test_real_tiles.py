"""The complete way over real tiles, where there are any; only aggregate figures stand here."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import imageio.v3 as iio
import numpy as np
import pandas as pd
import pytest

from core.dataset import rle
from core.dataset.importing import import_source
from core.dataset.tiles import TileStore, write_store
from core.explore.statistics import summary
from core.progress import silent
from core.segment.settings import TrainSettings
from core.segment.train import train
from core.workspace import Workspace

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def store(tgs: Path, tmp_path_factory: pytest.TempPathFactory) -> TileStore:
    workspace = Workspace.open(tmp_path_factory.mktemp("real"))
    import_source(tgs, workspace, "tgs")
    return TileStore.open(workspace.dataset("tgs"))


def test_the_figures(store: TileStore) -> None:
    found = summary(store)
    assert (found["train"], found["test"], found["empty_masks"]) == (3088, 2000, 1227)
    assert found["salt_proportion"]["mean"] == pytest.approx(0.2449, abs=5e-5)
    assert found["correlation"]["pearson"] == pytest.approx(0.107, abs=5e-4)
    assert found["correlation"]["spearman"] == pytest.approx(0.112, abs=5e-4)
    assert found["correlation"]["n"] == 3088


def test_every_code_re_encodes_to_the_letter_and_equals_its_mask(store: TileStore, tgs: Path) -> None:
    given = pd.read_csv(tgs / "train.csv", index_col="id")["rle_mask"].fillna("")
    index = store.index[store.index["has_mask"]]
    codes = given.loc[index["id"]].tolist()
    masks = store.masks[index.index.to_numpy()]
    assert rle.encode_many(masks) == codes
    assert rle.salt_pixels(codes).tolist() == index["salt_pixels"].tolist()
    for mask, code in zip(masks[:300], codes[:300], strict=True):
        np.testing.assert_array_equal(rle.decode(code, (101, 101)), mask)
    assert store.source["contradicting"] == []


def test_the_fast_path_equals_the_reference(store: TileStore, tgs: Path) -> None:
    with zipfile.ZipFile(tgs / "train.zip") as archive:
        for name in sorted(archive.namelist())[:600:20]:
            if not name.endswith(".png"):
                continue
            pixels = iio.imread(io.BytesIO(archive.read(name)))
            row = store.row(Path(name).stem)
            if "masks" in name:
                np.testing.assert_array_equal(store.masks[row], pixels > 0)
            else:
                np.testing.assert_array_equal(store.tiles[row], pixels[..., 0] if pixels.ndim == 3 else pixels)


def test_a_few_steps_of_training(store: TileStore, workspace: Workspace) -> None:
    rows = np.flatnonzero(store.index["has_mask"])[::40]
    folder = workspace.dataset("few")
    folder.mkdir()
    facts = store.index.iloc[rows][["id", "split", "z", "has_mask"]]
    write_store(folder, facts, store.tiles[rows], store.masks[rows], {"checksum": "few"})
    run = workspace.run("20260101-000000-unet-abcd")
    run.root.mkdir()
    result = train(workspace, run, TrainSettings("few", width=2, epochs=1), silent)
    assert result["epoch"] == 1
    assert 0 <= result["best"]["map"] <= 1
