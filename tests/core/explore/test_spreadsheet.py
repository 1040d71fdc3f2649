"""Tables as csv files."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pandas as pd
import pytest

from core.explore.spreadsheet import as_csv, write_csv

TEXTS = ["=1+1", "+1", "-cmd", "@SUM(A1)", "\tx", "a=b", "a-b", "1,5", 'say "x"']


@pytest.mark.parametrize("dtype", ["str", "object"])
def test_texts_that_a_spreadsheet_would_run_are_texts(dtype: str) -> None:
    table = pd.DataFrame({"id": pd.Series(TEXTS, dtype=dtype)})
    told = [line[0] for line in csv.reader(io.StringIO(as_csv(table), newline=""))]
    assert told == ["id", *("'" + text for text in TEXTS[:5]), *TEXTS[5:]]
    assert table["id"].tolist() == TEXTS


def test_numbers_and_gaps_stay_what_they_are() -> None:
    table = pd.DataFrame({"value": [-1.5, float("nan"), 3.0], "words": ["x", None, "y"]})
    assert as_csv(table) == "value,words\n-1.5,x\n,\n3.0,y\n"


def test_the_file_is_the_text(tmp_path: Path) -> None:
    table = pd.DataFrame({"id": ["=a", "ü"]})
    write_csv(tmp_path / "new" / "table.csv", table)
    assert (tmp_path / "new" / "table.csv").read_text(encoding="utf-8") == as_csv(table)
