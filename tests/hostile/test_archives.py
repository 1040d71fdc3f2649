"""Zip files that lead out of their folder, lie about what is in them, or would fill disk and memory."""

from __future__ import annotations

import os
import stat
import struct
import zipfile
from pathlib import Path

from core.workspace import Workspace
from tests import sources
from tests.hostile.harness import Cause, Causes, put_to_the_test, zeros

causes = Causes()
DIRECTORY, LOCAL = b"PK\1\2", b"PK\3\4"


def add(root: Path, name: str | zipfile.ZipInfo, data: bytes = b"x", method: int = zipfile.ZIP_STORED) -> None:
    with zipfile.ZipFile(root / "train.zip", "a") as packed:
        packed.writestr(name, data, method)


def rewrite(root: Path, signature: bytes, offset: int, form: str, value: int) -> None:
    """Change a field of the first header with that signature."""
    data = bytearray((root / "train.zip").read_bytes())
    struct.pack_into(form, data, data.index(signature) + offset, value)
    (root / "train.zip").write_bytes(data)


def packed_zeros(root: Path, name: str, size: int) -> None:
    """train.zip with one member of `size` zeros, which were never there at once."""
    packed = zeros(size)
    header = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 33, 0, len(packed), size, len(name), 0)
    local = LOCAL + header + name.encode() + packed
    directory = DIRECTORY + struct.pack("<H", 20) + header + struct.pack("<HHHII", 0, 0, 0, 0, 0) + name.encode()
    end = struct.pack("<4s4HIIH", b"PK\5\6", 0, 0, 1, 1, len(directory), len(local), 0)
    (root / "train.zip").write_bytes(local + directory + end)


@causes.refused(r"member '\.\./\.\./evil\.png' would lie outside the zip file")
def a_path_that_climbs_out(root: Path) -> None:
    add(root, "../../evil.png")


@causes.refused(r"member '/etc/evil\.png' would lie outside")
def an_absolute_path(root: Path) -> None:
    add(root, "/etc/evil.png")


@causes.refused(r"member 'C:/evil\.png' would lie outside")
def a_path_with_a_drive(root: Path) -> None:
    add(root, r"C:\evil.png")


@causes.refused(r"member '\.\./evil\.png' would lie outside")
def backslashes_that_climb_out(root: Path) -> None:
    add(root, r"..\evil.png")


@causes.refused(r"images/link\.png is a link; such an archive is not opened")
def a_symbolic_link(root: Path) -> None:
    link = zipfile.ZipInfo("images/link.png")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    add(root, link, b"/etc/passwd")


@causes.refused(r"images/aaa\.png is there twice")
def one_name_twice(root: Path) -> None:
    add(root, "images/aab.png")
    (root / "train.zip").write_bytes((root / "train.zip").read_bytes().replace(b"aab.png", b"aaa.png"))


@causes.refused(r"images/aaa\.png is encrypted; unpack it and import the folder")
def encryption(root: Path) -> None:
    rewrite(root, DIRECTORY, 8, "<H", 1)


@causes.refused(r"is packed by method 99; expected stored or deflated")
def an_unknown_method(root: Path) -> None:
    rewrite(root, DIRECTORY, 10, "<H", 99)


@causes.refused(r"images/aaa\.png is damaged in the zip file")
def a_wrong_checksum(root: Path) -> None:
    rewrite(root, DIRECTORY, 16, "<I", 0)


@causes.refused(r"images/aaa\.png is damaged in the zip file")
def a_length_that_is_too_small(root: Path) -> None:
    rewrite(root, DIRECTORY, 24, "<I", 5)


@causes.refused(r"images/aaa\.png: 4\.29 GB in one file; expected at most")
def a_length_of_four_gigabytes(root: Path) -> None:
    rewrite(root, DIRECTORY, 24, "<I", 0xFFFFFFFE)


@causes.refused(r"train\.zip: its members overlap; such an archive is not opened")
def more_packed_bytes_than_there_are(root: Path) -> None:
    rewrite(root, DIRECTORY, 20, "<I", 0x7FFFFFFF)


@causes.refused(r"images/aaa\.png is damaged in the zip file")
def an_offset_behind_the_end(root: Path) -> None:
    rewrite(root, DIRECTORY, 42, "<I", 0x7FFFFFF)


@causes.refused(r"images/aaa\.png is damaged in the zip file")
def a_header_that_is_none(root: Path) -> None:
    rewrite(root, LOCAL, 0, "<I", 0)


@causes.refused(r"train\.zip: not a zip file that can be read")
def cut_short(root: Path) -> None:
    os.truncate(root / "train.zip", (root / "train.zip").stat().st_size - 40)


@causes.refused(r"not a zip file that can be read")
def a_page_called_zip(root: Path) -> None:
    (root / "train.zip").write_text("<html>You must accept the rules</html>")


@causes.tolerated
def an_empty_file_called_zip(root: Path) -> None:
    """It is not used, and a warning says so."""
    (root / "train.zip").write_bytes(b"")
    (root / "train.csv").unlink()


@causes.refused(r"train\.csv: no train image for 3 ids")
def a_zip_without_members(root: Path) -> None:
    (root / "train.zip").write_bytes(sources.zipped({}))


@causes.tolerated
def a_program_in_front_of_the_zip(root: Path) -> None:
    """As in archives that unpack themselves: places count from where the zip begins."""
    (root / "train.zip").write_bytes(b"#!/bin/sh\nexit 1\n" * 50 + (root / "train.zip").read_bytes())


@causes.refused(r"train\.zip: train\.csv: 300 MB in one file; expected at most")
def a_table_that_is_a_bomb(root: Path) -> Path:
    packed_zeros(root, "train.csv", 300_000_000)
    add(root, "images/aaa.png", sources.png(sources.image(1)))
    return root / "train.zip"


@causes.refused(r"train\.zip would unpack to \d,?\d\d\d times its size; such an archive is not opened")
def a_zip_that_is_a_bomb(root: Path) -> Path:
    packed_zeros(root, "train.zip", 100_000_000)
    return (root / "train.zip").rename(root / "outer.zip")


@causes.refused(r"images/large\d\d\.png: not a picture")
def many_large_files_in_a_small_zip(root: Path) -> None:
    """Each alone is small enough; together they would fill memory."""
    data = bytes(12_000_000)
    for number in range(40):
        add(root, f"images/large{number:02}.png", data, zipfile.ZIP_DEFLATED)


@causes.refused(r"its members overlap")
def members_that_share_their_bytes(root: Path) -> None:
    """A thousand names for one member: small on disk, large when unpacked (D. Fifield, 2019)."""
    data = (root / "train.zip").read_bytes()
    start = data.index(DIRECTORY)
    first = data[start : data.index(DIRECTORY, start + 4)]
    names = [first.replace(b"aaa", f"{number:03}".encode()) for number in range(1000)]
    end = struct.pack("<4s4HIIH", b"PK\5\6", 0, 0, 1000, 1000, len(first) * 1000, start, 0)
    (root / "train.zip").write_bytes(data[:start] + b"".join(names) + end)


@causes.refused(r"train\.zip: a directory of 305 MB is too large; expected at most")
def a_directory_for_millions_of_members(root: Path) -> None:
    end = struct.pack("<4s4HIIH", b"PK\5\6", 0, 0, 65535, 65535, 305_000_000, 0, 0)
    (root / "train.zip").write_bytes(b"")
    os.truncate(root / "train.zip", 305_000_000)
    with (root / "train.zip").open("ab") as file:
        file.write(end)


@causes.refused(r"no train image for 3 ids")
def zips_in_zips_in_zips(root: Path) -> None:
    """One zip in another is Kaggle's way; deeper ones are not opened."""
    for _ in range(20):
        (root / "train.zip").write_bytes(sources.zipped({"train.zip": (root / "train.zip").read_bytes()}))


@causes.tolerated
def a_path_of_ten_thousand_folders(root: Path) -> None:
    """It is a picture in a place that is not looked at."""
    add(root, "d/" * 10_000 + "x.png")


@causes.tolerated
def hidden_files(root: Path) -> None:
    """What starts with a dot, and what macOS adds, is not there."""
    add(root, "__MACOSX/images/._aaa.png")
    add(root, "images/.aaa.png")


@causes.refused(r"can't be used as a tile id")
def a_name_of_control_characters(root: Path) -> None:
    add(root, "images/\x1b[2Jx.png")


@causes.refused(r"can't be used as a tile id")
def a_name_of_three_hundred_characters(root: Path) -> None:
    add(root, f"images/{'x' * 300}.png")


@causes.refused(r"can't be used as a tile id")
def a_name_that_reads_backwards(root: Path) -> None:
    add(root, "images/x\u202egnp.png")


@causes.refused(r"images/a\.pn is there twice|images/x\.png: not a picture")
def a_name_with_a_zero_byte(root: Path) -> None:
    add(root, "images/x.png?.exe")
    (root / "train.zip").write_bytes((root / "train.zip").read_bytes().replace(b"x.png?", b"x.png\0"))


@causes.parametrised
def test_archives(cause: Cause, tmp_path: Path, workspace: Workspace) -> None:
    put_to_the_test(cause, sources.write(tmp_path / "source", sources.kaggle()), workspace)
    assert not list(tmp_path.rglob("*evil*"))
