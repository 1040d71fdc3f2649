"""Imports that leave out what is damaged: the rest is loaded, every damaged file is named, nothing else is lost."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core.dataset.importing import ImportReport, import_source
from core.dataset.tiles import TileStore
from core.errors import BadInput
from core.workspace import Workspace


@pytest.fixture
def sound_part(source, workspace: Workspace) -> Callable[[], tuple[ImportReport, TileStore]]:
    """Imports what is sound, once it is clear that the whole is refused."""

    def skipped() -> tuple[ImportReport, TileStore]:
        with pytest.raises(BadInput):
            import_source(source.root, workspace, "x")
        assert workspace.dataset_names() == []
        report = import_source(source.root, workspace, "x", skip_bad=True)
        store = TileStore.open(workspace.dataset("x"))
        assert len(store) == report.tiles and store.source["damaged"] == report.damaged
        return report, store

    return skipped


def test_a_sound_source_loses_nothing(source, workspace: Workspace) -> None:
    whole = import_source(source.root, workspace, "whole")
    report = import_source(source.root, workspace, "x", skip_bad=True)
    assert (report.tiles, report.damaged, report.warnings) == (whole.tiles, [], whole.warnings)
    one, other = (TileStore.open(workspace.dataset(name)) for name in ("whole", "x"))
    assert one.index.equals(other.index)
    assert np.array_equal(one.tiles, other.tiles) and np.array_equal(one.masks, other.masks)


def test_a_damaged_image_costs_its_tile(source, sound_part) -> None:
    source.text("train/images/a.png", "no picture")
    report, store = sound_part()
    assert store.index["id"].tolist() == ["b", "c", "d", "e"]
    assert len(report.damaged) == 1 and "train/images/a.png: not a picture" in report.damaged[0]
    assert store.masks[store.row("b")].sum() == 2


def test_a_damaged_mask_gives_way_to_the_code(source, sound_part) -> None:
    source.text("train/masks/b.png", "no picture")
    report, store = sound_part()
    assert ["train/masks/b.png" in fault for fault in report.damaged] == [True]
    assert (store.index["has_mask"].sum(), store.masks[store.row("b")].sum()) == (3, 2)


def test_a_tile_with_neither_mask_nor_code_has_no_label(source, sound_part) -> None:
    source.picture("train/masks/b.png", np.ones((3, 3), np.uint8))
    source.text("train.csv", "id,rle_mask\na,1 4\nb,1 four\nc,\n")
    report, store = sound_part()
    assert len(report.damaged) == 2
    assert "but its image has 4×4" in report.damaged[0] and "'four' is not a whole number" in report.damaged[1]
    assert store.index.loc[store.row("b"), ["split", "has_mask"]].tolist() == ["train", False]
    assert not store.masks[store.row("b")].any()


def test_the_size_of_most_tiles_counts(source, sound_part) -> None:
    source.picture("train/images/a.png", np.ones((9, 9), np.uint8))
    report, store = sound_part()
    assert store.tile_shape == (4, 4) and "a.png: 9×9 pixels" in report.damaged[0]


def test_tables_are_used_as_far_as_they_go(source, sound_part) -> None:
    source.text("depths.csv", "id,z\na,deep\nb,200\nc,inf\n")
    source.text("train.csv", "id;rle_mask\n")
    source.remove("train/images/c.png")
    report, store = sound_part()
    assert store.index.set_index("id")["z"].dropna().to_dict() == {"b": 200}
    assert [fault.split("/")[-1][:9] for fault in report.damaged] == [
        "train.csv",
        "c.png: no",
        "depths.cs",
        "depths.cs",
    ]


def test_one_sound_tile_is_needed(source, workspace: Workspace) -> None:
    for name in "abc":
        source.text(f"train/images/{name}.png", "no picture")
    for name in "de":
        source.text(f"test/images/{name}.png", "no picture")
    with pytest.raises(BadInput, match=r"a\.png: not a picture"):
        import_source(source.root, workspace, "x", skip_bad=True)
    assert workspace.dataset_names() == []


def test_what_was_imported_in_part_is_not_taken_for_whole(source, workspace: Workspace) -> None:
    source.text("train/images/a.png", "no picture")
    first = import_source(source.root, workspace, "x", skip_bad=True)
    again = import_source(source.root, workspace, "x", skip_bad=True)
    assert (again.changed, again.damaged) == (False, first.damaged)
    with pytest.raises(BadInput):
        import_source(source.root, workspace, "x")
    assert len(TileStore.open(workspace.dataset("x"))) == 4


def truncate(data: bytes, rng: np.random.Generator) -> bytes:
    return data[: int(rng.integers(0, len(data)))]


def flip(data: bytes, rng: np.random.Generator) -> bytes:
    spoiled = bytearray(data)
    for place in rng.integers(0, len(data), 3):
        spoiled[place] ^= int(rng.integers(1, 256))
    return bytes(spoiled)


def blank(data: bytes, rng: np.random.Generator) -> bytes:
    start = int(rng.integers(0, len(data) - 32))
    return data[:start] + bytes(min(512, len(data) - start)) + data[start + 512 :]


def sign_in_page(data: bytes, rng: np.random.Generator) -> bytes:
    return b"<!doctype html><title>Sign in</title>" * 10


def empty(data: bytes, rng: np.random.Generator) -> bytes:
    return b""


DAMAGE = [truncate, flip, blank, sign_in_page, empty]


@pytest.mark.real
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_one_per_cent_of_damaged_files_are_all_named_and_the_rest_is_loaded(
    tgs: Path, tmp_path: Path, workspace: Workspace, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    for name in ("train", "test"):
        with zipfile.ZipFile(tgs / f"{name}.zip") as packed:
            packed.extractall(tmp_path / "tgs" / name)
    for name in ("train.csv", "depths.csv"):
        shutil.copy(tgs / name, tmp_path / "tgs" / name)
    files = sorted((tmp_path / "tgs").rglob("*.png"))
    chosen = {files[place] for place in rng.choice(len(files), len(files) // 100, replace=False)}
    for number, path in enumerate(sorted(chosen)):
        path.write_bytes(DAMAGE[number % len(DAMAGE)](path.read_bytes(), rng))

    report = import_source(tmp_path / "tgs", workspace, "tgs", skip_bad=True)
    assert sorted(fault.split(":")[0] for fault in report.damaged) == sorted(map(str, chosen))
    lost = {path.stem for path in chosen if path.parent.name == "images"}
    store = TileStore.open(workspace.dataset("tgs"))
    assert set(store.index["id"]) == {path.stem for path in files} - lost
    assert store.index["has_mask"].sum() == report.train, "train.csv has the code of every damaged mask"
