"""The csv files beside the tiles: run-length codes, depths, places in a section. Strict: nothing is guessed."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd

from core.dataset.faults import Complain, refuse
from core.dataset.layouts import Member
from core.errors import BadInput

_MOST_COLUMNS = 1000  # they take time and memory long before they are looked at


def read_codes(member: Member) -> dict[str, str] | None:
    """train.csv (id, rle_mask): run-length code by tile id, "" without salt; None if the file is empty.

    Raises `BadInput`; the codes themselves are not looked at.
    """
    table = _read(member, ["id", "rle_mask"])
    return None if table is None else dict(zip(table["id"], table["rle_mask"], strict=True))


def read_rows_of_codes(member: Member) -> dict[str, str]:
    """`read_codes` of a file that has to hold some. Raises `BadInput`."""
    codes = read_codes(member)
    if not codes:
        raise BadInput(f"{member.where}: there is no row in it; expected id,rle_mask and a row for each tile")
    return codes


def read_depths(member: Member, complain: Complain = refuse) -> pd.Series | None:
    """depths.csv (id, z): float64 by tile id, NaN where the cell is empty; None if the file is empty.

    A depth that is not a finite number is complained of, and unknown. Raises `BadInput`.
    """
    table = _read(member, ["id", "z"])
    return None if table is None else _numbers(table, "z", member, complain).set_axis(table["id"])


def read_sections(member: Member) -> pd.DataFrame | None:
    """sections.csv (id, section, row, col): by tile id, row and col Int32; None if the file is empty.

    Raises `BadInput` for a row or col that is not a whole number.
    """
    table = _read(member, ["id", "section", "row", "col"])
    if table is None:
        return None
    for name in ("row", "col"):
        numbers = _numbers(table, name, member, refuse)
        wrong = np.flatnonzero((numbers % 1 > 0) | (numbers.abs() > 1e9))
        if len(wrong):
            raise _not_a_number(table, name, member, int(wrong[0]), "a whole number")
        table[name] = numbers.astype("Int32")
    return table.set_index("id")


def _read(member: Member, names: list[str]) -> pd.DataFrame | None:
    """The wanted columns as text, empty cells as ""; None for a file without a single character."""
    import pyarrow as pa
    from pyarrow import csv

    data = member.read()
    if not data.strip():
        return None
    names_line = data.partition(b"\n")[0]
    if names_line.count(b",") > _MOST_COLUMNS:
        raise BadInput(f"{member.where}: more than {_MOST_COLUMNS} columns; expected {','.join(names)}")
    reading = csv.ReadOptions(use_threads=False, block_size=max(len(data), 1024))  # errors then name the row
    kinds = csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False)
    try:
        table = csv.read_csv(io.BytesIO(data), read_options=reading, convert_options=kinds)
        found = table.column_names
    except (pa.ArrowInvalid, UnicodeDecodeError) as error:
        reason = str(error).splitlines()[0][:200]
        raise BadInput(f"{member.where}: not a csv file in UTF-8 that can be read ({reason})") from error
    if any(found.count(name) != 1 for name in names):
        raise BadInput(f"{member.where}: expected the columns {','.join(names)}, found {','.join(found)[:200]}")
    frame = table.select(names).to_pandas()
    _check_ids(frame["id"], member)
    return frame


def _check_ids(ids: pd.Series, member: Member) -> None:
    if (ids == "").any():
        line = int(np.flatnonzero(ids == "")[0]) + 2
        raise BadInput(f"{member.where}: line {line} has no id")
    doubled = ids[ids.duplicated()].unique()
    if len(doubled):
        more = f", and so are {len(doubled) - 1} other ids" if len(doubled) > 1 else ""
        raise BadInput(f"{member.where}: id {doubled[0]!r} is there twice{more}")


def _numbers(table: pd.DataFrame, name: str, member: Member, complain: Complain) -> pd.Series:
    """A column as float64, NaN where the cell is empty or no finite number."""
    text = table[name].str.strip()
    numbers = pd.to_numeric(text, errors="coerce").astype(np.float64)
    finite = np.isfinite(numbers)
    for wrong in np.flatnonzero(~finite & (text != "")):
        complain(_not_a_number(table, name, member, int(wrong), "a finite number or an empty cell"))
    return numbers.where(finite)


def _not_a_number(table: pd.DataFrame, name: str, member: Member, row: int, expected: str) -> BadInput:
    tile, value = table["id"].iloc[row], table[name].iloc[row]
    return BadInput(f"{member.where}: {name} of tile {tile!r} is {value!r}, expected {expected}")
