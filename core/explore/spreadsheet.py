"""Tables as csv files that a spreadsheet opens without running anything.

Excel, LibreOffice and Google Sheets take a text that starts with = + - @ or a tab for a formula, whatever
its column says; an apostrophe in front of it keeps it a text (OWASP, CSV Injection). Numbers stay as they are.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from core import atomic

FORMULA = r"^(?=[=+\-@\t])"


def as_csv(table: pd.DataFrame) -> str:
    """The table as csv with a line of names, without its index."""
    safe = table.copy(deep=False)
    for name in table.select_dtypes(["object", "str"]):
        safe[name] = table[name].replace(FORMULA, "'", regex=True)
    return safe.to_csv(index=False)


def write_csv(path: Path, table: pd.DataFrame) -> None:
    """Write `as_csv(table)` to `path`, whole or not at all."""
    atomic.write_bytes(path, as_csv(table).encode())
