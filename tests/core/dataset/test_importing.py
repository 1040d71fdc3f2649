"""Every layout, every optional part missing, and imports that are repeated, changed or killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import imageio.v3 as iio
import numpy as np
import pytest

from core.dataset import rle
from core.dataset.importing import import_source
from core.dataset.tiles import TileStore
from core.errors import Stopped
from core.workspace import Workspace
from tests.sources import IDS, TEST_IDS, csv, image, kaggle, mask, png, rgb, write, zipped

ROOT = Path(__file__).parents[3]


def imported(workspace: Workspace, source: Path) -> TileStore:
    report = import_source(source, workspace, "made")
    store = TileStore.open(workspace.dataset("made"))
    assert (report.tiles, report.tile_shape) == (len(store), store.tile_shape)
    return store


def assert_kaggles(store: TileStore) -> None:
    assert store.index["id"].tolist() == IDS + TEST_IDS
    assert store.index["split"].tolist() == ["train"] * 3 + ["test"] * 2
    assert store.index["z"].tolist() == [100, 101, 102, 103, 104]
    for seed in range(3):
        np.testing.assert_array_equal(store.tiles[seed], image(seed))
        np.testing.assert_array_equal(store.masks[seed], mask(seed))
    np.testing.assert_array_equal(store.tiles[3], image(10))
    assert store.index["has_mask"].tolist() == [True] * 3 + [False] * 2
    assert store.index["salt_pixels"][:3].tolist() == [0, 14, 24]


def test_a_folder_of_zips(workspace: Workspace, tmp_path: Path) -> None:
    assert_kaggles(imported(workspace, write(tmp_path / "source", kaggle())))


def test_the_same_unpacked(workspace: Workspace, tmp_path: Path) -> None:
    assert_kaggles(imported(workspace, write(tmp_path / "source", kaggle(), unpacked=True)))


def test_the_outer_zip_with_what_is_not_needed(workspace: Workspace, tmp_path: Path) -> None:
    members = {name: content if isinstance(content, bytes) else zipped(content) for name, content in kaggle().items()}
    members |= {"flamingo.zip": zipped({"images/fff.png": b"no"}), "competition_data.zip": b"not even a zip"}
    outer = tmp_path / "tgs-salt-identification-challenge.zip"
    outer.write_bytes(zipped(members))
    assert_kaggles(imported(workspace, outer))


def test_images_and_masks_beside_the_csvs(workspace: Workspace, tmp_path: Path) -> None:
    files: Any = kaggle()
    flat = {
        **files["train.zip"],
        **files["test.zip"],
        "train.csv": files["train.csv"],
        "depths.csv": files["depths.csv"],
    }
    assert_kaggles(imported(workspace, write(tmp_path / "source", flat)))


@pytest.mark.parametrize("folder", ["images/", ""])
def test_images_alone_can_be_predicted(workspace: Workspace, tmp_path: Path, folder: str) -> None:
    pictures: Any = {f"{folder}{name}.png": png(image(seed)) for seed, name in enumerate(IDS)}
    store = imported(workspace, write(tmp_path / "source", pictures))
    assert store.index["split"].tolist() == ["test"] * 3
    assert not store.index["has_mask"].any()
    assert store.index[["z", "salt_proportion"]].isna().all(axis=None)


@pytest.mark.parametrize("missing", ["test.zip", "depths.csv", "train.csv", "sample_submission.csv"])
@pytest.mark.parametrize("empty", [False, True])
def test_optional_parts_may_be_missing_or_empty(
    workspace: Workspace, tmp_path: Path, missing: str, empty: bool
) -> None:
    files: Any = kaggle()
    if empty:
        files[missing] = {} if missing.endswith(".zip") else b""
    else:
        del files[missing]
    store = imported(workspace, write(tmp_path / "source", files))
    assert (store.index["split"] == "train").sum() == 3
    assert store.index["has_mask"].sum() == 3
    assert store.index["z"].isna().all() == (missing == "depths.csv")
    assert (len(store) == 3) == (missing == "test.zip")


def test_labels_come_from_the_codes_where_there_are_no_masks(workspace: Workspace, tmp_path: Path) -> None:
    files: Any = kaggle()
    files["train.zip"] = {name: data for name, data in files["train.zip"].items() if name.startswith("images")}
    assert_kaggles(imported(workspace, write(tmp_path / "source", files)))


def test_a_mask_that_contradicts_its_code_is_reported(workspace: Workspace, tmp_path: Path) -> None:
    files = kaggle()
    files["train.csv"] = csv("id,rle_mask", {"aaa": "1 3", "bbb": rle.encode(mask(1)), "ccc": rle.encode(mask(2))})
    report = import_source(write(tmp_path / "source", files), workspace, "made")
    assert any("contradict" in warning and "aaa" in warning for warning in report.warnings)
    store = TileStore.open(workspace.dataset("made"))
    assert store.source["contradicting"] == ["aaa"]
    assert not store.masks[0].any(), "the mask file counts"


def test_a_tile_without_depth_is_reported(workspace: Workspace, tmp_path: Path) -> None:
    files = kaggle()
    files["depths.csv"] = csv("id,z", {"aaa": 5, "bbb": ""})
    report = import_source(write(tmp_path / "source", files), workspace, "made")
    assert any("4 tiles without a depth" in warning for warning in report.warnings)
    assert TileStore.open(workspace.dataset("made")).index["z"].isna().tolist() == [False, True, True, True, True]


def test_another_size_and_grey_pictures(workspace: Workspace, tmp_path: Path) -> None:
    pictures: Any = {f"images/{name}.png": png(image(seed, (5, 12))) for seed, name in enumerate(IDS)}
    store = imported(workspace, write(tmp_path / "source", pictures))
    assert store.tile_shape == (5, 12)
    np.testing.assert_array_equal(store.tiles[2], image(2, (5, 12)))


@pytest.mark.parametrize("kind", ["16-bit", "float"])
def test_other_amplitudes_are_scaled_by_a_stored_rule(workspace: Workspace, tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "source"
    folder.mkdir()
    rng = np.random.default_rng(0)
    for name in IDS:
        if kind == "16-bit":
            iio.imwrite(folder / f"{name}.png", rng.integers(1000, 50000, (20, 20), dtype=np.uint16))
        else:
            iio.imwrite(folder / f"{name}.tiff", rng.normal(size=(20, 20)).astype(np.float32))
    store = imported(workspace, folder)
    assert store.tiles.dtype == np.uint8
    assert store.tiles.min() == 0
    assert store.tiles.max() == 255
    assert store.source["scaling"]
    assert any("scaled" in warning for warning in store.source["warnings"])


def test_the_same_source_again_changes_nothing(workspace: Workspace, tmp_path: Path) -> None:
    source = write(tmp_path / "source", kaggle())
    imported(workspace, source)
    before = {path.name: path.stat().st_mtime_ns for path in workspace.dataset("made").iterdir()}
    assert import_source(source, workspace, "made").changed is False
    assert {path.name: path.stat().st_mtime_ns for path in workspace.dataset("made").iterdir()} == before


def test_a_changed_source_replaces_the_data_set(workspace: Workspace, tmp_path: Path) -> None:
    source = write(tmp_path / "source", kaggle())
    imported(workspace, source)
    files: Any = kaggle()
    files["train.zip"]["images/aaa.png"] = png(rgb(image(77)))
    report = import_source(write(source, files), workspace, "made")
    assert report.changed
    np.testing.assert_array_equal(TileStore.open(workspace.dataset("made")).tiles[0], image(77))
    assert os.listdir(workspace.datasets) == ["made"]


def test_a_stop_leaves_what_was_there(workspace: Workspace, tmp_path: Path) -> None:
    def stop(done: int, total: int | None, what: str, **facts: Any) -> None:
        if what.startswith("Writing"):
            raise Stopped

    with pytest.raises(Stopped):
        import_source(write(tmp_path / "source", kaggle()), workspace, "made", progress=stop)
    assert os.listdir(workspace.datasets) == []


IMPORT = """
import sys, time
from pathlib import Path
from core.dataset.importing import import_source
from core.workspace import Workspace

def slowly(done, total, what, **facts):
    print(what, flush=True)
    if what.startswith(sys.argv[3]):
        time.sleep(float(sys.argv[4]))

import_source(Path(sys.argv[1]), Workspace.open(sys.argv[2]), "made", progress=slowly)
"""


def start(source: Path, workspace: Workspace, phase: str, seconds: float) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", IMPORT, str(source), str(workspace.root), phase, str(seconds)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize("phase", ["Decoding", "Writing"])
def test_a_kill_leaves_no_data_set_and_no_rubbish(workspace: Workspace, tmp_path: Path, phase: str) -> None:
    source = write(tmp_path / "source", kaggle())
    process = start(source, workspace, phase, 60)
    assert process.stdout is not None
    while not process.stdout.readline().startswith(phase):
        pass
    time.sleep(0.1)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert workspace.dataset_names() == []
    Workspace.open(workspace.root)
    assert os.listdir(workspace.datasets) == []
    assert_kaggles(imported(workspace, source))


def test_two_imports_at_once_leave_one_whole_data_set(workspace: Workspace, tmp_path: Path) -> None:
    source = write(tmp_path / "source", kaggle())
    both = [start(source, workspace, "Writing", 0.3) for _ in range(2)]
    for process in both:
        process.communicate(timeout=60)
    assert 0 in [process.returncode for process in both]
    Workspace.open(workspace.root)
    assert os.listdir(workspace.datasets) == ["made"]
    assert_kaggles(TileStore.open(workspace.dataset("made")))
