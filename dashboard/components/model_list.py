"""The networks that can be trained, one line each, and what those at hand have scored."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from core.dataset.tiles import TileStore
from core.explore import numbers
from core.segment.expectation import Expectation, expected_epoch
from core.segment.registry import Offer, offers
from core.segment.settings import TrainSettings
from core.workspace import Workspace
from dashboard import run_rows
from dashboard.components import run_chart

COLUMNS = {
    "Parameters": st.column_config.NumberColumn(format="localized"),
    "GFLOP a tile": st.column_config.NumberColumn(format="%.2f"),
    "Time": st.column_config.TextColumn(help="For these settings here; ≈ a rough figure, as none was trained here yet"),
    "What it is": st.column_config.TextColumn(width="large"),
}


def show(workspace: Workspace, tiles: TileStore, settings: TrainSettings, facts: dict[str, Any]) -> None:
    """A table of all networks with the other settings as they are, and scores against operations.

    facts: of the device, as `core.segment.device` describes it.
    """
    labelled = int(tiles.index["has_mask"].sum())

    def expected(one: TrainSettings) -> Expectation:
        return expected_epoch(workspace, one, labelled, tiles.tile_shape, facts)

    found = offers(settings, tiles.tile_shape, expected)
    st.dataframe(pd.DataFrame(map(_line, found)), hide_index=True, column_config=COLUMNS)
    st.caption(f"With {settings.epochs} epochs over {numbers.tiles(labelled)} with a label, on {facts['name']}.")
    run_chart.show(run_rows.rows(workspace), [], tiles.name)


def _line(offer: Offer) -> dict[str, object]:
    return {
        "Model": offer.model,
        "Parameters": offer.parameters,
        "GFLOP a tile": offer.gflop,
        "Time": _time(offer),
        "What it is": offer.words,
    }


def _time(offer: Offer) -> str:
    if offer.seconds is None:
        return "unknown"
    return ("" if offer.measured else "≈ ") + numbers.duration(offer.seconds)
