"""csv files of the wrong kind, and run-length codes of every wrong kind."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from core.dataset.tiles import TileStore
from core.workspace import Workspace
from tests.hostile.harness import Cause, Causes, put_to_the_test, snapshot

ROOT = Path(__file__).resolve().parents[2]
causes = Causes()
DEPTHS = "id,z\naaa,1\nbbb,2\nccc,3\nddd,4\neee,5\n"


def depths(root: Path, content: bytes | str) -> None:
    (root / "depths.csv").write_bytes(content if isinstance(content, bytes) else content.encode())


@causes.refused(r"depths\.csv: not a csv file in UTF-8")
def utf_16(root: Path) -> None:
    depths(root, DEPTHS.encode("utf-16"))


@causes.refused(r"depths\.csv: not a csv file in UTF-8")
def an_old_code_page(root: Path) -> None:
    depths(root, (DEPTHS + "ä,6\n").encode("cp1252"))


@causes.tolerated
def a_byte_order_mark(root: Path) -> None:
    """Spreadsheets write one; it is not part of the first name."""
    depths(root, b"\xef\xbb\xbf" + DEPTHS.encode())


@causes.tolerated
def lines_that_end_as_on_windows(root: Path) -> None:
    """Their ends are no part of the numbers."""
    depths(root, DEPTHS.replace("\n", "\r\n"))


@causes.refused(r"depths\.csv: z of tile 'bbb' is '2\\x00', expected a finite number")
def a_zero_byte(root: Path) -> None:
    depths(root, DEPTHS.replace("2", "2\0"))


@causes.refused(r"depths\.csv: not a csv file in UTF-8")
def bytes_of_a_picture(root: Path) -> None:
    depths(root, (root / "train/images/aaa.png").read_bytes())


@causes.tolerated
def ids_that_are_formulas(root: Path) -> None:
    """No tile has such a name; tables that are written protect a spreadsheet from them."""
    depths(root, DEPTHS + "\"=cmd|' /C calc'!A0\",1\n@SUM(1),2\n")


@causes.refused(r"depths\.csv: more than 1000 columns; expected id,z")
def a_million_columns(root: Path) -> None:
    depths(root, "id,z" + ",x" * 1_000_000 + "\n")


@causes.refused(r"depths\.csv: z of tile 'bbb' is 'two', expected a finite number")
def a_number_as_a_word(root: Path) -> None:
    depths(root, DEPTHS.replace("2", "two"))


@causes.refused(r"z of tile 'bbb' is 'NaN', expected a finite number")
def not_a_number(root: Path) -> None:
    depths(root, DEPTHS.replace("2", "NaN"))


@causes.refused(r"z of tile 'bbb' is '-inf', expected a finite number")
def an_infinite_depth(root: Path) -> None:
    depths(root, DEPTHS.replace("2", "-inf"))


@causes.refused(r"z of tile 'bbb' is '1e999', expected a finite number")
def a_depth_too_large_for_a_number(root: Path) -> None:
    depths(root, DEPTHS.replace("2", "1e999"))


@causes.refused(r"depths\.csv: (not a csv file|expected the columns|id .* is there twice)")
def a_quote_that_never_ends(root: Path) -> None:
    depths(root, DEPTHS.replace("bbb", '"bbb'))


@causes.refused(r"depths\.csv: id 'aaa' is there twice")
def the_same_table_twice_in_one_file(root: Path) -> None:
    depths(root, DEPTHS + DEPTHS.partition("\n")[2])


@causes.refused(r"depths\.csv: not a csv file in UTF-8 that can be read .*#3")
def a_line_with_more_cells(root: Path) -> None:
    depths(root, DEPTHS.replace("2", "2,3,4"))


@causes.refused(r"depths\.csv: expected the columns id,z, found id;z")
def semicolons(root: Path) -> None:
    depths(root, DEPTHS.replace(",", ";"))


@causes.refused(r"depths\.csv: expected the columns id,z, found")
def a_table_without_its_names(root: Path) -> None:
    depths(root, DEPTHS.partition("\n")[2])


@causes.tolerated
def no_character_at_all(root: Path) -> None:
    """As if the file were not there; a warning says so."""
    depths(root, "")


@causes.refused(r"depths\.csv: line 3 has no id")
def a_line_without_id(root: Path) -> None:
    depths(root, DEPTHS.replace("bbb", ""))


@causes.tolerated
def an_id_of_a_million_characters(root: Path) -> None:
    """No tile has such a name."""
    depths(root, DEPTHS + "x" * 1_000_000 + ",6\n")


@causes.tolerated
def a_hundred_thousand_lines_of_other_tiles(root: Path) -> None:
    """Depths of tiles that are not there are not needed."""
    depths(root, DEPTHS + "".join(f"t{number},1\n" for number in range(100_000)))


@causes.refused(r"depths\.csv: 300 MB in one file")
def a_table_that_would_fill_the_memory(root: Path) -> None:
    with (root / "depths.csv").open("wb") as file:
        file.truncate(300_000_000)


@causes.refused(r"sections\.csv: row of tile 'aaa' is '1e300', expected a whole number")
def a_place_in_no_section(root: Path) -> None:
    (root / "sections.csv").write_text("id,section,row,col\naaa,north,1e300,1\n")


@causes.refused(r"sections\.csv: expected the columns id,section,row,col")
def a_section_without_places(root: Path) -> None:
    (root / "sections.csv").write_text("id,section\naaa,north\n")


@causes.parametrised
def test_tables(cause: Cause, source: Path, workspace: Workspace) -> None:
    put_to_the_test(cause, source, workspace)
    if cause.words is None:
        known = TileStore.open(workspace.dataset("x")).index["z"].notna()
        assert known.all() or not known.any()


CODES = {
    "an odd count": ("1 4 7", "an odd count of numbers"),
    "a start of nothing": ("0 4", "start and length are at least 1"),
    "a length of nothing": ("4 0", "start and length are at least 1"),
    "a negative length": ("4 -2", "start and length are at least 1"),
    "out of the tile": ("60 6", "ends at pixel 65, outside the tile of 64 pixels"),
    "runs that overlap": ("1 8 8 2", "overlaps or comes before"),
    "runs in no order": ("20 2 1 2", "overlaps or comes before"),
    "words": ("one four", "'one' is not a whole number"),
    "fractions": ("1.5 2", "'1.5' is not a whole number"),
    "a number with an exponent": ("1e1 2", "'1e1' is not a whole number"),
    "a number in hexadecimal": ("0x10 2", "'0x10' is not a whole number"),
    "not a number": ("nan 2", "'nan' is not a whole number"),
    "digits of another script": ("١ ٢", "is not a whole number"),
    "full-width digits": ("１ ２", "is not a whole number"),
    "a number of 1,000 digits": ("1 " + "9" * 1000, "outside the tile|ends at pixel"),
    "a number that overflows": (f"{2**63} 1", "outside the tile"),
    "two numbers that overflow": (f"{2**62} {2**62}", "outside the tile"),
    "a list as of Python": ("[1, 4]", r"'\[1,' is not a whole number"),
    "a formula": ("=1+1 2", r"'=1\+1' is not a whole number"),
    "a blank of another kind": ("1\x1f4", "is not a whole number"),
    "a zero byte": ("1 4\0", "is not a whole number"),
}


@pytest.mark.parametrize(("code", "words"), CODES.values(), ids=CODES)
def test_codes(code: str, words: str, source: Path, workspace: Workspace) -> None:
    (source / "train.csv").write_text(f'id,rle_mask\naaa,\nbbb,"{code}"\nccc,\n')
    put_to_the_test(Cause(lambda root: None, f"train\\.csv: mask of 'bbb': .*({words})"), source, workspace)


IMPORT = """
import sys
from pathlib import Path
from core.dataset.importing import import_source
from core.workspace import Workspace
from tests.hostile.harness import bounded, refused
workspace = Workspace.open(Path(sys.argv[2]))
with bounded():
    refused(sys.argv[3], lambda: import_source(Path(sys.argv[1]), workspace, "x"))
"""


def test_a_code_of_a_million_runs(source: Path, workspace: Workspace) -> None:
    """In a process of its own: what the other tests leave behind in this one is larger than what it needs."""
    code = "1 1 " * 1_000_000
    (source / "train.csv").write_text(f'id,rle_mask\naaa,\nbbb,"{code}"\nccc,\n')
    before = snapshot(workspace.root)
    words = r"train\.csv: mask of 'bbb': run '1 1' overlaps or comes before"
    command = [sys.executable, "-c", IMPORT, str(source), str(workspace.root), words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert snapshot(workspace.root) == before
