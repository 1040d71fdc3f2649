"""Imports: every layout gives the same data set; whole or not there; the same source again changes nothing."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core.dataset import rle
from core.dataset.importing import import_source, plain_name
from core.dataset.tiles import TileStore
from core.errors import Stopped
from core.workspace import Workspace


def imported(source, workspace: Workspace, path: str = "", name: str = "x") -> TileStore:
    report = import_source(source.root / path, workspace, name)
    store = TileStore.open(workspace.dataset(name))
    assert (report.name, report.tiles, report.tile_shape) == (name, len(store), store.tile_shape)
    return store


def facts(store: TileStore) -> list[tuple[str, str, float, bool, float]]:
    columns = ["id", "split", "z", "has_mask", "salt_pixels"]
    return [
        tuple(None if value != value else value for value in row) for row in store.index[columns].to_numpy().tolist()
    ]


LABELLED = [
    ("a", "train", 100, True, 4),
    ("b", "train", 200.5, True, 2),
    ("c", "train", 300, True, 0),
    ("d", "test", 400, False, None),
    ("e", "test", None, False, None),
]


def as_delivered(source) -> str:
    source.pack("train", "train.zip")
    source.pack("test", "test.zip")
    return ""


def deflated(source) -> str:
    source.pack("train", "train.zip", zipfile.ZIP_DEFLATED)
    source.pack("test", "test.zip", zipfile.ZIP_DEFLATED)
    return ""


def outer_zip(source) -> str:
    as_delivered(source)
    source.text("flamingo.zip", "no zip at all")
    source.text("competition_data.zip", "nor this")
    source.pack("", "outer.zip")
    return "outer.zip"


def deflated_outer_zip(source) -> str:
    as_delivered(source)
    source.pack("", "outer.zip", zipfile.ZIP_DEFLATED)
    return "outer.zip"


def zip_of_an_unpacked_folder(source) -> str:
    source.pack("", "outer.zip", zipfile.ZIP_DEFLATED)
    return "outer.zip"


def one_folder_further_down(source) -> str:
    for name in ("train", "test", "train.csv", "depths.csv"):
        (source.root / "inner").mkdir(exist_ok=True)
        (source.root / name).rename(source.root / "inner" / name)
    return ""


def zip_with_a_folder_around_everything(source) -> str:
    one_folder_further_down(source)
    source.pack("", "outer.zip")
    return "outer.zip"


def capitals(source) -> str:
    (source.root / "train" / "images" / "a.png").rename(source.root / "train" / "images" / "a.PNG")
    (source.root / "train").rename(source.root / "Train")
    return ""


def all_images_in_one_folder(source) -> str:
    for name in ("images", "masks"):
        (source.root / "train" / name).rename(source.root / name)
    for picture in (source.root / "test" / "images").iterdir():
        picture.rename(source.root / "images" / picture.name)
    return ""


def zips_with_a_folder_inside(source) -> str:
    for name in ("train", "test"):
        (source.root / "around" / name).mkdir(parents=True)
        (source.root / name).rename(source.root / "around" / name / name)
        source.pack(f"around/{name}", f"{name}.zip")
    return ""


def codes_without_mask_files(source) -> str:
    source.remove(*(f"train/masks/{name}.png" for name in "abc"))
    return ""


def masks_without_codes(source) -> str:
    source.remove("train.csv")
    return ""


def some_labels_of_each_kind(source) -> str:
    source.remove("train/masks/b.png")
    source.text("train.csv", "id,rle_mask\nb,15 2\n")
    return ""


def zips_beside_what_they_were_unpacked_to(source) -> str:
    original = source.root / "train"
    copy = source.root / "copy"
    shutil.copytree(original, copy)
    as_delivered(source)
    copy.rename(original)
    source.remove("train/images/b.png")
    return ""


LAYOUTS = [
    lambda source: "",
    as_delivered,
    deflated,
    outer_zip,
    deflated_outer_zip,
    zip_of_an_unpacked_folder,
    one_folder_further_down,
    zip_with_a_folder_around_everything,
    capitals,
    all_images_in_one_folder,
    zips_with_a_folder_inside,
    codes_without_mask_files,
    masks_without_codes,
    some_labels_of_each_kind,
    zips_beside_what_they_were_unpacked_to,
]


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.__name__.strip("<>"))
def test_every_layout_gives_the_same_data_set(source, workspace: Workspace, layout: Callable[[object], str]) -> None:
    images = {name: (source.root / "train" / "images" / f"{name}.png").read_bytes() for name in "abc"}
    store = imported(source, workspace, layout(source))
    assert facts(store) == LABELLED
    assert store.tiles[:, 1, 2].tolist() == [10, 20, 30, 40, 0]
    assert rle.encode_many(store.masks) == ["1 4", "15 2", "", "", ""]
    assert store.index["source_sha1"][:3].tolist() == [hashlib.sha1(images[name]).hexdigest() for name in "abc"]
    assert store.index["std"].tolist()[:4] == [0, 0, 0, 0]
    assert store.index["std"][4] > 0


def test_images_alone_are_test_tiles(source, workspace: Workspace) -> None:
    folder = source.root / "test" / "images"
    for path in (folder, folder.parent):
        store = TileStore.open(workspace.dataset(import_source(path, workspace).name))
        assert store.name == path.name
        assert store.index["split"].tolist() == ["test", "test"]
        assert not store.index["has_mask"].any()
        assert store.index["z"].isna().all()


def test_only_the_train_zip_itself(source, workspace: Workspace) -> None:
    as_delivered(source)
    assert [row[:2] for row in facts(imported(source, workspace, "train.zip"))] == [(name, "train") for name in "abc"]


def test_what_is_empty_counts_as_missing(source, workspace: Workspace) -> None:
    as_delivered(source)
    for name in ("train.csv", "depths.csv", "sample_submission.csv", "test.zip"):
        source.text(name, "")
    report = import_source(source.root, workspace, "x")
    assert (report.train, report.test) == (3, 0)
    assert any("test.zip is an empty file" in warning for warning in report.warnings)
    assert any("no tile has a depth" in warning for warning in report.warnings)


def test_tables_with_a_header_only(source, workspace: Workspace) -> None:
    source.text("train.csv", "id,rle_mask\n")
    source.text("depths.csv", "id,z\n")
    store = imported(source, workspace)
    assert store.index["has_mask"].sum() == 3
    assert store.index["z"].isna().all()


def test_a_byte_order_mark_and_windows_line_ends_are_read(source, workspace: Workspace) -> None:
    source.text("train.csv", "id,rle_mask\r\na,1 4\r\nb,15 2\r\nc,\r\n", "utf-8-sig")
    source.text("depths.csv", "id,z\r\na,100\r\nb,200.5\r\nc,300\r\nd,400\r\n", "utf-8-sig")
    assert facts(imported(source, workspace)) == LABELLED


def test_ids_that_look_like_numbers_stay_text(source, workspace: Workspace) -> None:
    for old, new in (("a", "1e5"), ("b", "007"), ("c", "nan")):
        for kind in ("images", "masks"):
            (source.root / "train" / kind / f"{old}.png").rename(source.root / "train" / kind / f"{new}.png")
    source.text("train.csv", "id,rle_mask\n1e5,1 4\n007,15 2\nnan,\n")
    source.text("depths.csv", "id,z\n1e5,1\n007,2\nnan,3\n")
    store = imported(source, workspace)
    assert [row[:3] for row in facts(store)[:3]] == [("007", "train", 2), ("1e5", "train", 1), ("nan", "train", 3)]


def test_masks_that_contradict_their_code_are_reported_and_kept(source, workspace: Workspace) -> None:
    source.text("train.csv", "id,rle_mask\na,1 3\nb,15 1 16 1\nc,1 1\n")
    report = import_source(source.root, workspace, "x")
    store = TileStore.open(workspace.dataset("x"))
    assert rle.encode_many(store.masks[:3]) == ["1 4", "15 2", ""]
    assert store.source["contradicting"] == ["a", "c"]
    assert "2 masks contradict train.csv (the mask files are used): a, c" in report.warnings


def test_what_people_should_know_is_said(source, workspace: Workspace) -> None:
    source.remove("train/masks/a.png", "train/masks/b.png")
    source.text("train.csv", "id,rle_mask\na,1 4\n")
    source.text("train/images/Thumbs.db", "no picture")
    source.text("train/images/.hidden.png", "no picture")
    report = import_source(source.root, workspace, "x")
    said = "\n".join(report.warnings)
    assert "1 train tile with neither a mask nor a row in train.csv, so no label: b" in said
    assert "1 label taken from train.csv, as there is no mask file: a" in said
    assert "1 mask without a row in train.csv: c" in said
    assert "1 tile without a depth in depths.csv: e" in said
    assert "(Thumbs.db)" in said
    assert import_source(source.root, workspace, "x").warnings == report.warnings


@pytest.mark.parametrize("shape", [(4, 7), (1, 1), (64, 48)])
def test_any_one_tile_size(source, workspace: Workspace, shape: tuple[int, int]) -> None:
    image = np.arange(shape[0] * shape[1], dtype=np.uint32).reshape(shape).astype(np.uint8)
    folder = source.root / "other"
    for name in ("x", "y"):
        source.picture(f"other/images/{name}.png", image)
        source.picture(f"other/masks/{name}.png", (image > 9).astype(np.uint8))
    store = TileStore.open(workspace.dataset(import_source(folder, workspace).name))
    assert store.tile_shape == shape
    np.testing.assert_array_equal(store.tiles[1], image)
    np.testing.assert_array_equal(store.masks[1], image > 9)


@pytest.mark.parametrize(("suffix", "dtype"), [(".png", np.uint16), (".tif", np.uint16), (".tif", np.float32)])
def test_other_amplitudes_are_scaled_by_one_stored_rule(
    source, workspace: Workspace, suffix: str, dtype: type[np.generic]
) -> None:
    first = np.arange(400).reshape(20, 20).astype(dtype)
    second = first + dtype(100)
    source.picture(f"deep/images/x{suffix}", first)
    source.picture(f"deep/images/y{suffix}", second)
    report = import_source(source.root / "deep", workspace, "deep")
    store = TileStore.open(workspace.dataset("deep"))
    low, high = np.percentile(np.stack([first, second]), [1, 99])
    expected = np.rint(np.clip((np.stack([first, second]) - low) / (high - low), 0, 1) * 255)
    np.testing.assert_array_equal(store.tiles, expected)
    assert store.source["scaling"] == {
        "rule": "percentile clip",
        "percentiles": [1, 99],
        "low": pytest.approx(low),
        "high": pytest.approx(high),
    }
    assert any("amplitudes scaled to 0…255" in warning for warning in report.warnings)


def test_constant_amplitudes_are_not_divided_by_zero(source, workspace: Workspace) -> None:
    source.picture("deep/images/x.png", np.full((4, 4), 1000, np.uint16))
    import_source(source.root / "deep", workspace)
    assert TileStore.open(workspace.dataset("deep")).tiles.max() == 0


def test_sections_are_kept(source, workspace: Workspace) -> None:
    source.text("sections.csv", "id,section,row,col\na,north,0,1\nb,north,0,2\ne,south,3,\n")
    index = imported(source, workspace).index
    assert index["section"].fillna("-").tolist() == ["north", "north", "-", "-", "south"]
    assert index["row"].fillna(-1).tolist() == [0, 0, -1, -1, 3]
    assert index["col"].fillna(-1).tolist() == [1, 2, -1, -1, -1]


def test_synthetic_kaggle_files(kaggle_folder: Path, workspace: Workspace) -> None:
    report = import_source(kaggle_folder, workspace, "synthetic")
    assert report.tiles == 32
    assert report.warnings == []
    store = TileStore.open(workspace.dataset("synthetic"))
    assert "section" in store.index
    assert store.index["id"][: report.train].is_monotonic_increasing


def test_the_same_source_again_changes_nothing_and_a_changed_one_replaces(source, workspace: Workspace) -> None:
    as_delivered(source)
    assert import_source(source.root, workspace, "x").changed
    before = {path.name: path.stat() for path in workspace.dataset("x").iterdir()}
    again = import_source(source.root, workspace, "x")
    assert not again.changed
    assert (again.tiles, again.train, again.test, again.tile_shape) == (5, 3, 2, (4, 4))
    assert {path.name: path.stat().st_ino for path in workspace.dataset("x").iterdir()} == {
        name: facts.st_ino for name, facts in before.items()
    }
    source.text("depths.csv", "id,z\na,111\n")
    assert import_source(source.root, workspace, "x").changed
    assert TileStore.open(workspace.dataset("x")).index["z"][0] == 111
    assert os.listdir(workspace.datasets) == ["x"]


@pytest.mark.parametrize("spoil", [lambda path: path.unlink(), lambda path: path.write_bytes(b"x" * 99)])
def test_the_same_source_mends_a_damaged_data_set(source, workspace: Workspace, spoil: Callable[[Path], None]) -> None:
    imported(source, workspace)
    spoil(workspace.dataset("x") / "masks.npy")
    assert import_source(source.root, workspace, "x").changed
    assert TileStore.open(workspace.dataset("x")).masks.any()


def test_a_rewritten_picture_is_a_changed_source(source, workspace: Workspace) -> None:
    imported(source, workspace)
    source.picture("train/images/a.png", np.full((4, 4), 99, np.uint8))
    assert import_source(source.root, workspace, "x").changed
    assert TileStore.open(workspace.dataset("x")).tiles[0].max() == 99


def test_an_open_store_outlives_its_replacement(source, workspace: Workspace) -> None:
    old = imported(source, workspace)
    source.picture("train/images/a.png", np.full((4, 4), 99, np.uint8))
    new = imported(source, workspace)
    assert (old.tiles[0].max(), new.tiles[0].max()) == (10, 99)


def test_progress_counts_up_to_all_tiles(source, workspace: Workspace) -> None:
    seen: list[tuple[int, int | None]] = []
    import_source(source.root, workspace, "x", progress=lambda done, total, what, **facts: seen.append((done, total)))
    assert seen[0] == (0, None)
    assert (0, 5) in seen
    assert seen[-1] == (5, 5)


@pytest.mark.parametrize("calls", [1, 2, 3, 4])
def test_a_stop_leaves_nothing(source, workspace: Workspace, calls: int) -> None:
    left = [calls]

    def stop(done: int, total: int | None, what: str, **facts: object) -> None:
        left[0] -= 1
        if not left[0]:
            raise Stopped

    with pytest.raises(Stopped):
        import_source(source.root, workspace, "x", progress=stop)
    assert os.listdir(workspace.datasets) == []


IMPORT = """
import sys, time
from core.dataset.importing import import_source
from core.workspace import Workspace
from pathlib import Path

def progress(done, total, what, **facts):
    if total and done >= total // 2:
        print("half", flush=True)
        time.sleep(60)

import_source(Path(sys.argv[1]), Workspace.open(sys.argv[2]), "x", progress=progress)
"""


def half_way(source, workspace: Workspace) -> subprocess.Popen[str]:
    """A real import in another process, half of its tiles decoded."""
    for number in range(200):
        source.picture(f"test/images/{number:03}.png", np.full((4, 4), number, np.uint8))
    command = [sys.executable, "-c", IMPORT, str(source.root), str(workspace.root)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[3])
    assert process.stdout is not None
    assert process.stdout.readline() == "half\n"
    return process


def test_a_killed_import_leaves_no_data_set_and_no_rubbish(source, workspace: Workspace) -> None:
    with half_way(source, workspace) as process:
        assert list(workspace.datasets.glob(".part-*/tiles.npy"))
        Workspace.open(workspace.root)
        assert list(workspace.datasets.glob(".part-*/tiles.npy")), "a living import was swept away"
        process.send_signal(signal.SIGKILL)
    assert workspace.dataset_names() == []
    assert os.listdir(Workspace.open(workspace.root).datasets) == []
    assert import_source(source.root, workspace, "x").tiles == 205


def test_a_killed_replacement_leaves_the_old_data_set(source, workspace: Workspace) -> None:
    old = imported(source, workspace)
    with half_way(source, workspace) as process:
        process.send_signal(signal.SIGKILL)
    assert os.listdir(Workspace.open(workspace.root).datasets) == ["x"]
    assert len(TileStore.open(workspace.dataset("x"))) == len(old)


def test_two_imports_of_one_name_at_once_leave_one_whole_data_set(source, workspace: Workspace, tmp_path: Path) -> None:
    source.picture("one/x.png", np.full((4, 4), 1, np.uint8))
    source.picture("two/x.png", np.full((4, 4), 2, np.uint8))
    source.picture("two/y.png", np.full((4, 4), 2, np.uint8))
    failures: list[BaseException] = []

    def work(path: Path) -> None:
        try:
            for _ in range(10):
                import_source(path, workspace, "x")
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(source.root / name,)) for name in ("one", "two")]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        if workspace.dataset_names():
            store = TileStore.open(workspace.dataset("x"))
            assert set(store.tiles.ravel().tolist()) == {len(store)}
        time.sleep(0.005)
    assert failures == []
    store = TileStore.open(workspace.dataset("x"))
    assert set(store.tiles.ravel().tolist()) == {len(store)}
    assert os.listdir(workspace.datasets) == ["x"]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/data/tgs-sample", "tgs-sample"),
        ("/data/TGS salt (2018).zip", "TGS-salt-2018"),
        ("/data/v1.2", "v1.2"),
        ("/data/..odd..name..", "odd.name"),
        ("/data/Ärmel", "rmel"),
        ("/data/…", "tiles"),
        ("/", "tiles"),
        ("/data/" + "x" * 300, "x" * 100),
    ],
)
def test_a_source_gives_its_data_set_a_plain_name(path: str, name: str) -> None:
    assert plain_name(Path(path)) == name
