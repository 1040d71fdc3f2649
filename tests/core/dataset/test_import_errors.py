"""Sources that can't be imported: one line that names the file or tile, and the workspace as it was."""

from __future__ import annotations

import os
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest

from core.dataset.importing import import_source
from core.errors import BadInput, BadName, WorkspaceError
from core.workspace import Workspace


@pytest.fixture
def refused(source, workspace: Workspace):
    """Import the source and get the message, once it is clear that nothing has changed."""

    def message(path: str = "") -> str:
        with pytest.raises(BadInput) as caught:
            import_source(source.root / path, workspace, "x")
        assert os.listdir(workspace.datasets) == []
        text = str(caught.value)
        assert "\n" not in text
        return text

    return message


def test_a_path_that_is_not_there(refused) -> None:
    assert "nowhere: there is no such file or folder" in refused("nowhere")


def test_a_file_that_is_no_zip(source, refused) -> None:
    assert "train.csv: not a zip file that can be read" in refused("train.csv")


def test_a_folder_that_is_none_of_the_layouts(source, refused) -> None:
    source.text("notes.txt", "")
    (source.root / "other").mkdir()
    for name in ("train", "test"):
        (source.root / name).rename(source.root / "other" / f"{name}-tiles")
    text = refused()
    assert "no tiles here; looked for train.zip, test.zip, train/images/, test/images/, images/" in text
    assert "found other/, depths.csv, notes.txt, train.csv" in text


def test_an_empty_folder(source, refused) -> None:
    (source.root / "empty").mkdir()
    assert refused("empty").endswith("found nothing")


def test_a_folder_of_many_things_is_not_listed_whole(source, refused) -> None:
    (source.root / "many").mkdir()
    for number in range(30):
        source.text(f"many/{number:02}.txt", "")
    assert refused("many").endswith("07.txt and 22 more")


@pytest.mark.parametrize("name", ["train/images/b.png", "train/masks/a.png", "test/images/e.png"])
def test_a_truncated_png(source, refused, name: str) -> None:
    path = source.root / name
    path.write_bytes(path.read_bytes()[:-30])
    assert f"{name}: the PNG file is" in refused()


def test_a_text_file_called_png(source, refused) -> None:
    source.text("test/images/d.png", "I am a text\n" * 20)
    assert "test/images/d.png: not a picture that can be read" in refused()


def test_an_empty_picture(source, refused) -> None:
    source.text("train/images/a.png", "")
    assert "train/images/a.png: not a picture" in refused()


def test_a_mask_of_another_size_than_its_image(source, refused) -> None:
    source.picture("train/masks/b.png", np.ones((4, 5), np.uint8))
    assert "train/masks/b.png: 4×5 pixels, but its image has 4×4" in refused()


def test_images_of_different_size(source, refused) -> None:
    source.picture("test/images/e.png", np.ones((5, 4), np.uint8))
    text = refused()
    assert "test/images/e.png: 5×4 pixels, but" in text
    assert "train/images/a.png has 4×4; all tiles of a data set have one size" in text


def test_images_of_different_type(source, refused) -> None:
    source.picture("test/images/e.png", np.ones((4, 4), np.uint16))
    assert "test/images/e.png: uint16 pixels, but" in refused()


def test_amplitudes_that_are_not_finite(source, refused) -> None:
    source.picture("deep/images/x.tif", np.array([[1, np.nan], [2, 3]], np.float32))
    assert "deep/images/x.tif: holds amplitudes that are no finite numbers" in refused("deep")


@pytest.mark.parametrize(
    ("name", "header", "expected"),
    [("train.csv", "id,mask", "id,rle_mask"), ("depths.csv", "tile,z", "id,z"), ("depths.csv", "id;z", "id,z")],
)
def test_a_csv_without_its_columns(source, refused, name: str, header: str, expected: str) -> None:
    body = "a;1" if ";" in header else "a,1"
    source.text(name, f"{header}\n{body}\n")
    assert f"{name}: expected the columns {expected}, found {header}" in refused()


def test_a_csv_with_a_column_twice(source, refused) -> None:
    source.text("depths.csv", "id,z,z\na,1,2\n")
    assert "depths.csv: expected the columns id,z, found id,z,z" in refused()


@pytest.mark.parametrize("name", ["train.csv", "depths.csv"])
def test_doubled_ids_in_a_csv(source, refused, name: str) -> None:
    column = "rle_mask" if name == "train.csv" else "z"
    source.text(name, f"id,{column}\na,1 4\nb,\na,1 4\n")
    assert f"{name}: id 'a' is there twice" in refused()


def test_a_row_without_id(source, refused) -> None:
    source.text("train.csv", "id,rle_mask\na,1 4\n,15 2\n")
    assert "train.csv: line 3 has no id" in refused()


def test_a_row_with_too_many_cells(source, refused) -> None:
    source.text("train.csv", "id,rle_mask\na,1,4\n")
    text = refused()
    assert "train.csv: not a csv file in UTF-8 that can be read" in text
    assert "#2" in text


@pytest.mark.parametrize("encoding", ["utf-16", "latin-1"])
def test_a_csv_in_another_encoding(source, refused, encoding: str) -> None:
    source.text("depths.csv", "id,z\nä,1\n", encoding)
    assert "depths.csv: not a csv file in UTF-8" in refused()


def test_an_id_in_train_csv_without_its_image(source, refused) -> None:
    source.text("train.csv", "id,rle_mask\na,1 4\nd,1 1\nghost,\n")
    assert "train.csv: no train image for 2 ids: d, ghost" in refused()


def test_labels_without_any_train_image(source, refused) -> None:
    source.pack("test", "test.zip")
    (source.root / "train").rename(source.root / "elsewhere")
    assert "train.csv: no train image for 3 ids: a, b, c" in refused()


def test_a_mask_without_its_image(source, refused) -> None:
    source.picture("train/masks/ghost.png", np.ones((4, 4), np.uint8))
    assert "train/masks/ghost.png: no train image for 1 mask: ghost" in refused()


def test_one_tile_in_two_files(source, refused) -> None:
    source.picture("train/images/a.bmp", np.ones((4, 4), np.uint8))
    text = refused()
    assert "the picture of tile 'a' is there twice" in text
    assert "a.bmp" in text


def test_one_tile_in_train_and_test(source, refused) -> None:
    source.picture("test/images/b.png", np.ones((4, 4), np.uint8))
    text = refused()
    assert "tile 'b' is there twice" in text
    assert "train/images/b.png" in text
    assert "test/images/b.png" in text


def test_a_name_that_can_not_be_an_id(source, refused) -> None:
    source.picture("test/images/new\nline.png", np.ones((4, 4), np.uint8))
    assert "can't be used as a tile id" in refused()


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("1 4 7", "an odd count of numbers (3)"),
        ("1 4 3 2", "run '3 2' overlaps"),
        ("-1 4", "start and length are at least 1"),
        ("16 2", "ends at pixel 17, outside the tile of 16 pixels"),
        ("1 four", "'four' is not a whole number"),
    ],
)
@pytest.mark.parametrize("with_masks", [True, False])
def test_a_run_length_code_that_is_not_valid(source, refused, code: str, fault: str, with_masks: bool) -> None:
    source.text("train.csv", f"id,rle_mask\na,1 4\nb,{code}\nc,\n")
    if not with_masks:
        source.remove(*(f"train/masks/{name}.png" for name in "abc"))
    text = refused()
    assert "train.csv: mask of 'b': " in text
    assert fault in text


@pytest.mark.parametrize("depth", ["deep", "inf", "-Infinity", "nan", "1,5", "1e999"])
def test_a_depth_that_is_not_a_finite_number(source, refused, depth: str) -> None:
    source.text("depths.csv", f'id,z\na,100\nb,"{depth}"\n')
    assert f"depths.csv: z of tile 'b' is '{depth}', expected a finite number" in refused()


@pytest.mark.parametrize("row", ["1.5", "one", "9999999999999"])
def test_a_place_in_a_section_that_is_no_whole_number(source, refused, row: str) -> None:
    source.text("sections.csv", f"id,section,row,col\na,north,{row},1\n")
    assert f"sections.csv: row of tile 'a' is '{row}', expected" in refused()


def test_a_zip_that_is_cut_short(source, refused) -> None:
    source.pack("train", "train.zip")
    path = source.root / "train.zip"
    path.write_bytes(path.read_bytes()[:-60])
    assert "train.zip: not a zip file that can be read" in refused()


def test_a_damaged_member(source, refused) -> None:
    source.pack("train", "train.zip")
    path = source.root / "train.zip"
    data = bytearray(path.read_bytes())
    at = data.index(b"masks/b.png") + 60
    data[at] ^= 0xFF
    path.write_bytes(data)
    assert "train.zip: masks/b.png is damaged in the zip file" in refused()


def test_a_damaged_inner_zip(source, refused) -> None:
    source.pack("train", "train.zip")
    source.pack("", "outer.zip", zipfile.ZIP_DEFLATED)
    path = source.root / "outer.zip"
    data = bytearray(path.read_bytes())
    data[data.index(b"train.zip") + 200] ^= 0xFF
    path.write_bytes(data)
    assert "outer.zip: train.zip is damaged" in refused("outer.zip")


@pytest.mark.parametrize(
    "name", ["../evil.png", "images/../../evil.png", "/etc/evil.png", "C:/evil.png", "..\\evil.png"]
)
def test_a_zip_whose_members_lead_out_of_it(source, refused, name: str) -> None:
    source.pack("train", "train.zip")
    with zipfile.ZipFile(source.root / "train.zip", "a") as packed:
        packed.writestr(name, "evil")
    assert "would lie outside the zip file" in refused()
    assert not list(source.root.parent.rglob("evil*"))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_zip_with_a_member_twice(source, refused) -> None:
    source.pack("train", "train.zip")
    with zipfile.ZipFile(source.root / "train.zip", "a") as packed:
        packed.writestr("images/a.png", b"again")
    assert "train.zip: images/a.png is there twice" in refused()


def test_an_encrypted_zip(source, refused) -> None:
    source.pack("test", "test.zip")
    path = source.root / "test.zip"
    data = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\1\2", 8), (b"PK\3\4", 6)):
        at = data.index(signature) + offset
        struct.pack_into("<H", data, at, 1)
    path.write_bytes(data)
    assert "test.zip: images/d.png is encrypted" in refused()


def test_a_zip_packed_by_a_method_that_is_not_read(source, refused) -> None:
    source.pack("test", "test.zip", zipfile.ZIP_BZIP2)
    assert "test.zip: images/d.png is packed by method 12; expected stored or deflated" in refused()


def test_the_first_bad_file_in_order_is_named(source, refused) -> None:
    for name in ("e", "d"):
        source.text(f"test/images/{name}.png", "no picture")
    assert "test/images/d.png" in refused()


def test_a_bad_changed_source_leaves_the_old_data_set(source, workspace: Workspace) -> None:
    import_source(source.root, workspace, "x")
    before = (workspace.dataset("x") / "index.parquet").read_bytes()
    source.text("test/images/d.png", "no picture")
    with pytest.raises(BadInput):
        import_source(source.root, workspace, "x")
    assert (workspace.dataset("x") / "index.parquet").read_bytes() == before
    assert os.listdir(workspace.datasets) == ["x"]


@pytest.mark.parametrize("name", ["../x", "", "a/b", ".x"])
def test_a_name_that_is_not_plain(source, workspace: Workspace, name: str) -> None:
    with pytest.raises(BadName):
        import_source(source.root, workspace, name)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write and read everything")
def test_a_read_only_workspace_and_an_unreadable_source(source, workspace: Workspace, refused) -> None:
    (source.root / "train" / "images" / "a.png").chmod(0)
    assert "train/images/a.png: Permission denied" in refused()
    (source.root / "train" / "images" / "a.png").chmod(0o644)
    workspace.datasets.chmod(0o555)
    with pytest.raises(WorkspaceError, match="no permission"):
        import_source(source.root, workspace, "x")
    workspace.datasets.chmod(0o755)


def test_a_full_disk(source, workspace: Workspace, tmp_path: Path) -> None:
    """A limit on the size of files stands for the disk: the space is asked for before any work."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    source.picture("big/x.png", np.zeros((600, 600), np.uint8))
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, hard))
    try:
        with pytest.raises(WorkspaceError):
            import_source(source.root / "big", workspace, "x")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert os.listdir(workspace.datasets) == []
