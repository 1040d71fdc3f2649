"""What goes out comes in again: labels, predictions and decisions as files."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.dataset import pictures, rle
from core.dataset.importing import import_source
from core.dataset.tiles import TileStore
from core.errors import BadInput
from core.review.choices import MaskFormat, TableFormat
from core.review.export import export_labels, export_predicted_masks, write_table
from core.review.masks import MaskStore
from core.review.reviewed import reviewed_masks
from core.review.store import ReviewStore
from core.workspace import RunFolder, Workspace

SQUARE = np.zeros((101, 101), np.uint8)
SQUARE[10:20, 30:50] = 1


@pytest.fixture
def tiles(workspace: Workspace, kaggle_folder: Path) -> TileStore:
    import_source(kaggle_folder, workspace, "small")
    return TileStore.open(workspace.existing_dataset("small"))


@pytest.fixture
def masks(workspace: Workspace, tiles: TileStore) -> MaskStore:
    """One labelled and one unlabelled tile have a mask that a person made; so has a tile that is gone."""
    opened = MaskStore(workspace.database_url)
    for name in (labelled(tiles), unlabelled(tiles), "gone"):
        opened.save("small", name, SQUARE, "ann", base=None)
    return opened


def labelled(tiles: TileStore) -> str:
    return str(tiles.index["id"][tiles.index["has_mask"]].iloc[3])


def unlabelled(tiles: TileStore) -> str:
    return str(tiles.index["id"][~tiles.index["has_mask"]].iloc[1])


def expected(tiles: TileStore) -> dict[str, np.ndarray]:
    rows = np.flatnonzero(tiles.index["has_mask"])
    own = dict(zip(tiles.index["id"].iloc[rows], np.array(tiles.masks[rows]), strict=True))
    return own | {labelled(tiles): SQUARE, unlabelled(tiles): SQUARE}


def test_reviewed_masks_are_those_of_tiles_that_are_there(tiles: TileStore, masks: MaskStore) -> None:
    found = reviewed_masks(tiles, masks)
    assert set(tiles.index["id"].iloc[found.rows]) == {labelled(tiles), unlabelled(tiles)}
    assert (found.masks == SQUARE).all() and len(found.masks) == 2


def test_labels_as_codes(tiles: TileStore, masks: MaskStore, tmp_path: Path) -> None:
    out = tmp_path / "labels.csv"
    assert export_labels(tiles, masks, out, MaskFormat.RLE) == {"tiles": len(expected(tiles)), "reviewed": 2}
    table = pd.read_csv(out, keep_default_na=False)
    assert list(table) == ["id", "rle_mask"]
    for name, code in zip(table["id"], table["rle_mask"], strict=True):
        np.testing.assert_array_equal(rle.decode(code, (101, 101)), expected(tiles)[name])


def test_labels_as_pictures_make_a_data_set_again(
    tiles: TileStore, masks: MaskStore, tmp_path: Path, workspace: Workspace
) -> None:
    source = tmp_path / "again"
    export_labels(tiles, masks, source / "masks", MaskFormat.PNG)
    (source / "images").mkdir()
    for row, name in enumerate(tiles.index["id"]):
        if name in expected(tiles):
            pictures.write(source / "images" / f"{name}.png", np.array(tiles.tiles[row]))
    import_source(source, workspace, "again")
    again = TileStore.open(workspace.existing_dataset("again"))
    for name, mask in expected(tiles).items():
        np.testing.assert_array_equal(again.masks[again.row(name)], mask)


def test_only_what_people_made(tiles: TileStore, masks: MaskStore, tmp_path: Path) -> None:
    export_labels(tiles, masks, tmp_path / "out", MaskFormat.PNG, only_reviewed=True)
    written = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert written == sorted(f"{name}.png" for name in (labelled(tiles), unlabelled(tiles)))


def test_a_folder_with_something_in_it_is_left_alone(tiles: TileStore, masks: MaskStore, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(BadInput, match="is there already"):
        export_labels(tiles, masks, tmp_path, MaskFormat.PNG)
    with pytest.raises(BadInput, match="is a folder"):
        export_labels(tiles, masks, tmp_path, MaskFormat.RLE)
    with pytest.raises(BadInput, match="no reviewed masks yet"):
        export_labels(tiles, MaskStore(f"sqlite:///{tmp_path}/other.db"), tmp_path / "x", MaskFormat.RLE, True)
    assert (tmp_path / "mine.txt").read_text() == "mine"


def test_predicted_masks_take_the_newer_of_two(workspace: Workspace, tmp_path: Path) -> None:
    run = RunFolder(tmp_path / "run")
    for split, level, names in (("train", 200, ["a", "b"]), ("all", 100, ["b", "c"])):
        folder = run.predictions("d", split)
        folder.mkdir(parents=True)
        pd.DataFrame({"id": names}).to_parquet(folder / "predictions.parquet")
        np.save(folder / "probabilities.npy", np.full((2, 4, 4), level, np.uint8))
        (folder / "prediction.json").write_text(json.dumps({}))
    assert export_predicted_masks(run, "d", tmp_path / "p.csv", MaskFormat.RLE) == {"tiles": 3}
    codes = pd.read_csv(tmp_path / "p.csv", keep_default_na=False).set_index("id")["rle_mask"].to_dict()
    assert codes == {"a": "1 16", "b": "", "c": ""}
    with pytest.raises(BadInput, match="predicted nothing on 'other'"):
        export_predicted_masks(run, "other", tmp_path / "q.csv", MaskFormat.RLE)


def test_decisions_with_what_was_taken_back(store: ReviewStore, tmp_path: Path) -> None:
    first, second = store.queue()["id"].iloc[:2]
    store.decide(first, "accept", "=cmd()", "fine")  # type: ignore[arg-type]
    store.undo("=cmd()")
    store.decide(second, "unsure", "bob")  # type: ignore[arg-type]
    history = store.history("d")
    assert history["verdict"].tolist() == ["accept", "undo", "unsure"]
    assert history["undoes"].tolist()[1] == history["decision"].iloc[0]
    assert store.history("other").empty
    assert write_table(tmp_path / "d.csv", TableFormat.CSV, history) == {"rows": 3}
    assert pd.read_csv(tmp_path / "d.csv")["reviewer"].tolist() == ["'=cmd()", "'=cmd()", "bob"]
    write_table(tmp_path / "d.parquet", TableFormat.PARQUET, history)
    assert pd.read_parquet(tmp_path / "d.parquet")["reviewer"].tolist() == ["=cmd()", "=cmd()", "bob"]
