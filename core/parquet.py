"""Tables in parquet files, and one kind of error for those that are damaged."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd


def read(path: Path) -> pd.DataFrame:
    """The table in `path`. Raises `OSError` where it can't be read, `ValueError` where it is damaged."""
    data = path.read_bytes()
    try:
        return pd.read_parquet(io.BytesIO(data))
    except OSError as error:  # arrow's word for most damages
        raise ValueError(str(error)) from error
