"""Which runs are compared: they stand in the URL as they were chosen; the others are held against the first."""

from __future__ import annotations

import re
from collections.abc import Collection

import streamlit as st

from core.explore import colours
from core.segment.comparison import MOST

PARAMETER = "compare"
SEPARATOR = "/"
STARTED = re.compile(r"\d{8}-\d{6}-")


def chosen(known: Collection[str]) -> list[str]:
    """The runs that the URL names, without those that are gone."""
    names = st.query_params.get(PARAMETER, "").split(SEPARATOR)
    return [name for name in dict.fromkeys(names) if name in known][:MOST]


def choose(runs: list[str]) -> None:
    """Compare `runs`; what was chosen before keeps its place."""
    before = [run for run in st.query_params.get(PARAMETER, "").split(SEPARATOR) if run in runs]
    together = list(dict.fromkeys([*before, *runs]))
    if len(together) > MOST:
        st.toast(f"{MOST} runs at most are compared", icon=":material/error:")
    _write(together[:MOST])


def put_first(run: str) -> None:
    """Hold the other runs against `run`."""
    names = st.query_params.get(PARAMETER, "").split(SEPARATOR)
    _write([run, *(name for name in names if name != run)])


def label(run_id: str) -> str:
    """A run's id without the time it was started: `unet-9765`."""
    return STARTED.sub("", run_id)


def colour_of(runs: list[str]) -> dict[str, str]:
    """A colour for each of the compared runs."""
    return dict(zip(runs, colours.RUNS, strict=False))


def _write(runs: list[str]) -> None:
    if runs:
        st.query_params[PARAMETER] = SEPARATOR.join(runs)
    else:
        st.query_params.pop(PARAMETER, None)
