"""What a training would run on and how long it would take, before it is started."""

from __future__ import annotations

import math
from concurrent.futures import Future
from typing import Any

import streamlit as st

from core.dataset.tiles import TileStore
from core.explore import numbers
from core.segment import device, first_weights
from core.segment.expectation import expected_epoch
from core.segment.settings import TrainSettings
from core.workspace import Workspace
from dashboard.plain import plain


def show(workspace: Workspace, tiles: TileStore, settings: TrainSettings) -> dict[str, Any] | None:
    """Name device, precision, expected time, and weights that are missing. Raises `BadInput` for no such device.

    Returns what `device.describe` says; None until that is known, when the page is drawn again.
    """
    with st.spinner(f"Looking at {plain(settings.model)}…"):  # one of timm's has to be built, once
        missing = first_weights.missing(settings)
    if missing:
        hub = "; timm's hub is asked at the start" if first_weights.can_be_fetched(settings) else ""
        st.warning(f"First weights: {first_weights.in_words(settings)}{hub}.", icon=":material/warning:")
    looking = device.look(settings.device)
    if not looking.done():
        _wait(looking)
        return None
    facts = looking.result()
    memory = f", {facts['memory_gb']:.0f} GB" if facts["memory_gb"] else ""
    labelled = int(tiles.index["has_mask"].sum())
    expected = expected_epoch(workspace, settings, labelled, tiles.tile_shape, facts)
    basis = "as measured in an earlier run" if expected.measured else "a rough figure"
    seconds, limit = expected.seconds * settings.epochs, settings.minutes * 60 or math.inf
    epoch, whole = numbers.duration(expected.seconds), numbers.duration(min(seconds, limit))
    basis += ", no longer than minutes allow" if limit < seconds else ""
    st.markdown(f"About **{epoch}** an epoch, **{whole}** in all ({basis}), less if it stops early.")
    warning = f"  \n:material/warning: {facts['warning']}" if facts["warning"] else ""
    st.caption(f"{facts['name']}{memory}. Precision: {facts['precision']}.{warning}")
    return facts


@st.fragment(run_every=0.5)
def _wait(looking: Future[dict[str, Any]]) -> None:
    st.caption("Looking at the device…")
    if looking.done():
        st.rerun()
