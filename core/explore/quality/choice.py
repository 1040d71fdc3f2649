"""Some of the findings: those a person asked for, and how many each rule has."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd


def chosen(
    findings: pd.DataFrame, rows: np.ndarray | None = None, reasons: Collection[str] = (), at_least: float = 0.0
) -> pd.DataFrame:
    """Findings about tiles in `rows` (None: all), of these reasons (none: all), of a severity of `at_least`."""
    keep = findings["severity"] >= at_least
    if rows is not None:
        keep &= findings["row"].isin(rows)
    if reasons:
        keep &= findings["reason"].isin(list(reasons))
    return findings[keep]


def counts(findings: pd.DataFrame) -> dict[str, int]:
    """Reason to number of findings, the reason with the most severe finding first."""
    return {str(reason): len(some) for reason, some in findings.groupby("reason", sort=False)}


def worst_of_tiles(findings: pd.DataFrame) -> pd.DataFrame:
    """The most severe finding of each tile; `findings` has the most severe first."""
    return findings.drop_duplicates("row", ignore_index=True)
