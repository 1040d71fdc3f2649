"""How fast people decide and how long the rest will take, from the times of their acts. Pure functions."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pandas as pd

PAUSE = 180.0  # s between two acts of a reviewer; more than that is a break, not work
LATEST = 50  # acts of a reviewer that the pace is taken from
ACTIVE = 600.0  # s without an act until somebody counts as gone


def tiles_per_minute(acts: pd.DataFrame) -> dict[str, float]:
    """The pace of each reviewer who has decided at least two tiles in a row.

    acts: reviewer (str) and time (datetime with zone) of each, in any order; a bulk decision is one act, so that it
    foretells nothing. Breaks do not count.
    """
    found = {}
    for reviewer, times in acts.groupby("reviewer")["time"]:
        gaps = np.diff(np.sort([time.timestamp() for time in times]))[-LATEST:]
        worked = gaps[gaps <= PAUSE]
        if worked.sum() > 0:
            found[str(reviewer)] = 60 * len(worked) / float(worked.sum())
    return found


def present_pace(acts: pd.DataFrame, now: datetime) -> float | None:
    """Tiles per minute of all who are at work now; None where nobody is, or no pace is known yet."""
    last = acts.groupby("reviewer")["time"].max()
    active = {str(name) for name, time in last.items() if (now - time).total_seconds() <= ACTIVE}
    pace = sum(rate for name, rate in tiles_per_minute(acts).items() if name in active)
    return pace or None


def seconds_left(waiting: int, pace: float | None) -> float | None:
    """How long `waiting` tiles take at `pace` tiles per minute; None where that is not known."""
    return 60 * waiting / pace if pace else None
