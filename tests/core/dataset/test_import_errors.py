"""Bad input: one sentence that names the file or id, and the workspace is as it was."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.dataset.importing import import_source
from core.errors import BadInput
from core.workspace import Workspace
from tests.sources import csv, image, kaggle, mask_png, png, write, zipped
from tests.sources import mask as mask_of

Change = Callable[[dict[str, Any]], None]


def train(member: str, data: bytes) -> Change:
    return lambda files: files["train.zip"].update({member: data})


def table(name: str, data: bytes) -> Change:
    return lambda files: files.update({name: data})


def codes(**changed: str) -> Change:
    good = {"aaa": "", "bbb": "", "ccc": ""}
    return table("train.csv", csv("id,rle_mask", good | changed))


CASES: dict[str, tuple[Change, str]] = {
    "truncated PNG": (train("images/bbb.png", png(image(1))[:60]), "bbb.png"),
    "text called PNG": (train("images/bbb.png", b"this is no picture"), "bbb.png"),
    "empty PNG": (train("images/bbb.png", b""), "bbb.png"),
    "mask of another size": (train("masks/bbb.png", mask_png(mask_of(1, (9, 8)))), "bbb.png"),
    "image of another size": (train("images/ccc.png", png(image(2, (8, 9)))), "ccc.png"),
    "csv without its columns": (table("train.csv", b"name,code\naaa,\n"), "train.csv"),
    "depths without their columns": (table("depths.csv", b"id;z\naaa;1\n"), "depths.csv"),
    "doubled id": (table("train.csv", b"id,rle_mask\naaa,\naaa,\nbbb,\nccc,\n"), "aaa"),
    "doubled depth": (table("depths.csv", b"id,z\nbbb,1\nbbb,2\n"), "bbb"),
    "doubled picture": (train("images/aaa.jpg", png(image(5))), "aaa"),
    "id without its image": (codes(zzz="1 1"), "zzz"),
    "odd code": (codes(bbb="1 2 3"), "bbb"),
    "code of words": (codes(bbb="one two"), "bbb"),
    "code from zero": (codes(bbb="0 3"), "bbb"),
    "negative code": (codes(bbb="5 -1"), "bbb"),
    "overlapping code": (codes(bbb="1 5 3 2"), "bbb"),
    "code out of the tile": (codes(bbb="60 9"), "bbb"),
    "huge code": (codes(bbb="1 99999999999999999999"), "bbb"),
    "depth in words": (table("depths.csv", b"id,z\naaa,deep\n"), "aaa"),
    "infinite depth": (table("depths.csv", b"id,z\naaa,inf\n"), "aaa"),
    "depth that is no number": (table("depths.csv", b"id,z\naaa,nan\n"), "aaa"),
    "csv in another encoding": (table("depths.csv", "id,z\naaa,1\n".encode("utf-16")), "depths.csv"),
    "broken zip": (table("train.zip", b"PK\3\4 and then nothing"), "train.zip"),
}


@pytest.mark.parametrize("case", CASES)
def test_the_culprit_is_named_and_nothing_changes(workspace: Workspace, tmp_path: Path, case: str) -> None:
    change, culprit = CASES[case]
    files: dict[str, Any] = kaggle()
    change(files)
    with pytest.raises(BadInput) as caught:
        import_source(write(tmp_path / "source", files), workspace, "made")
    message = str(caught.value)
    assert culprit in message
    assert "\n" not in message
    assert len(message) < 600
    assert os.listdir(workspace.datasets) == []


def test_a_data_set_survives_a_bad_new_source(workspace: Workspace, tmp_path: Path) -> None:
    source = write(tmp_path / "source", kaggle())
    import_source(source, workspace, "made")
    before = (workspace.dataset("made") / "source.json").read_bytes()
    files: dict[str, Any] = kaggle()
    CASES["truncated PNG"][0](files)
    with pytest.raises(BadInput):
        import_source(write(source, files), workspace, "made")
    assert os.listdir(workspace.datasets) == ["made"]
    assert (workspace.dataset("made") / "source.json").read_bytes() == before


def test_a_folder_that_is_none_of_the_layouts(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "readme.txt").write_text("nothing here")
    with pytest.raises(BadInput, match="notes") as caught:
        import_source(tmp_path / "notes", workspace)
    assert "images" in str(caught.value), "what was expected"


@pytest.mark.parametrize("make", ["missing", "text"])
def test_a_source_that_is_no_source(workspace: Workspace, tmp_path: Path, make: str) -> None:
    source = tmp_path / "source.zip"
    if make == "text":
        source.write_text("this is no zip")
    with pytest.raises(BadInput, match=r"source\.zip"):
        import_source(source, workspace)


@pytest.mark.parametrize("name", ["../images/evil.png", "/images/evil.png", "images/../../evil.png"])
def test_no_member_of_a_zip_leaves_its_place(workspace: Workspace, tmp_path: Path, name: str) -> None:
    files: dict[str, Any] = kaggle()
    files["train.zip"] = zipped(files["train.zip"] | {name: png(image(9))})
    try:
        report = import_source(write(tmp_path / "source", files), workspace, "made")
    except BadInput as error:
        assert "evil" in str(error)
    else:
        assert report.train == 3
    assert not list(tmp_path.rglob("evil*"))
