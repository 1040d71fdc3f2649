"""Masks and predictions from elsewhere that mean harm: each is refused in a sentence, and nothing is left of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core import adoption
from core.dataset import rle
from core.dataset.importing import import_source
from core.review.choices import TableFormat
from core.review.export import write_table
from core.review.masks import MaskStore
from core.workspace import Workspace
from tests import sources
from tests.hostile.harness import bounded, png_file, refused, snapshot

FULL = np.ones((8, 8), np.uint8)
Make = Callable[[Path], Path]


def table(text: str) -> Make:
    def make(folder: Path) -> Path:
        (folder / "made.csv").write_text(f"id,rle_mask\n{text}\n")
        return folder / "made.csv"

    return make


def pictures(**files: bytes) -> Make:
    def make(folder: Path) -> Path:
        return sources.write(folder / "made", {f"{name}.png": data for name, data in files.items()})

    return make


def archive(members: dict[str, bytes]) -> Make:
    def make(folder: Path) -> Path:
        (folder / "made.zip").write_bytes(sources.zipped(members))
        return folder / "made.zip"

    return make


SOUND = sources.png(FULL)
CAUSES: dict[str, tuple[Make, str]] = {
    "a formula for an id": (table("\"=cmd|' /C calc'!A0\",1 64"), r"no tile of data set 'd': \"=cmd"),
    "an id that leads out": (table("../../aaa,1 64"), r"no tile of data set 'd': '\.\./\.\./aaa'"),
    "an id with line breaks": (table('"a\nb\nc",1 64'), r"no tile of data set 'd': 'a\\nb\\nc'"),
    "an endless id": (table("x" * 100_000 + ",1 64"), "1 of 1 ids are of no tile"),
    "ten thousand unknown ids": (table("\n".join(f"t{n},1 1" for n in range(10_000))), "and 9,995 more"),
    "an id twice": (table("aaa,1 1\naaa,2 2"), "id 'aaa' is there twice"),
    "a code beyond the tile": (table("aaa,60 10"), "mask of 'aaa': run '60 10' ends at pixel 69"),
    "a code that overlaps": (table("aaa,1 5 3 2"), "overlaps or comes before"),
    "a code of words": (table("aaa,=1+1"), "is not a whole number"),
    "a code of huge numbers": (table("aaa," + "9" * 5000 + " 1"), "mask of 'aaa'"),
    "no table": (lambda folder: _write(folder / "made.csv", SOUND), "not a csv file|expected the columns"),
    "a picture of another size": (pictures(aaa=SOUND, bbb=sources.png(np.ones((8, 9), np.uint8))), r"bbb\.png: 8×9"),
    "a damaged picture": (pictures(aaa=SOUND, bbb=SOUND[:-9] + b"x" * 9), r"bbb\.png: the PNG file is"),
    "a picture that is none": (pictures(aaa=b"hello"), r"aaa\.png: not a picture"),
    "a picture of nobody": (pictures(zzz=SOUND), "no tile of data set 'd': 'zzz'"),
    "a picture bomb": (pictures(aaa=png_file(1 << 15, 1 << 15, b"")), "pixels are too many"),
    "a zip that leads out": (archive({"../aaa.png": SOUND}), "made.zip"),
    "a zip bomb": (archive({"aaa.png": bytes(300 << 20)}), "MB in one file"),
    "an empty zip": (archive({}), "no pictures here"),
    "a zip that is none": (lambda folder: _write(folder / "made.zip", b"PK\3\4 hello"), "made.zip"),
}


def _write(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


@pytest.fixture
def opened(workspace: Workspace, tmp_path: Path) -> Workspace:
    import_source(sources.write(tmp_path / "source", sources.kaggle()), workspace, "d")
    MaskStore(workspace.database_url)
    return workspace


@pytest.mark.parametrize("cause", CAUSES.values(), ids=CAUSES)
def test_it_is_refused_and_nothing_is_left_of_it(cause: tuple[Make, str], opened: Workspace, tmp_path: Path) -> None:
    make, words = cause
    source, before = make(tmp_path), _kept(opened)
    with bounded(seconds=10):
        refused(words, lambda: adoption.import_predictions(opened, source, "d", "theirs"))
        refused(words, lambda: adoption.import_masks(opened, source, "d", "bob"))
    assert _kept(opened) == before
    assert opened.all_runs() == [] and MaskStore(opened.database_url).history("d").empty


@pytest.mark.parametrize("name", ["../x", ".hidden", "a/b", "", "=cmd()", "x" * 101])
def test_a_run_s_name_stays_in_its_folder(name: str, opened: Workspace, tmp_path: Path) -> None:
    source = table("ddd,1 64")(tmp_path)
    if name:
        refused("can't be used as a run id", lambda: adoption.import_predictions(opened, source, "d", name))
        assert opened.all_runs() == []
    else:
        assert adoption.import_predictions(opened, source, "d", name)["run"], "without a name it is named by the time"


def test_who_and_why_are_text_in_a_spreadsheet(opened: Workspace, tmp_path: Path) -> None:
    adoption.import_masks(opened, table("ddd,1 64")(tmp_path), "d", "=HYPERLINK(1)", "@note")
    write_table(tmp_path / "r.csv", TableFormat.CSV, MaskStore(opened.database_url).history("d"))
    row = pd.read_csv(tmp_path / "r.csv").iloc[0]
    assert (row["reviewer"], row["note"]) == ("'=HYPERLINK(1)", "'@note")
    assert rle.decode(row["mask"], (8, 8)).all()


def _kept(workspace: Workspace) -> dict[str, str]:
    return {path: mark for path, mark in snapshot(workspace.root).items() if not path.startswith("saltscope.db")}
