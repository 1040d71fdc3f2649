"""The network that would be trained, layer by layer."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.segment import architecture, registry
from core.segment.settings import TrainSettings


def show(settings: TrainSettings, tile_shape: tuple[int, int]) -> None:
    """Layers, output shapes and parameters for tiles of `tile_shape` (H, W)."""
    rows = pd.DataFrame(architecture.summary(settings, tile_shape))
    height, width = architecture.computed_shape(settings, tile_shape)
    larger = f"enlarged {settings.enlarge:g} times, then " if settings.enlarge > 1 else ""
    parameters, gigaflops = registry.size(settings, tile_shape)
    several = f" in {settings.networks} networks of these layers" if settings.networks > 1 else ""
    st.markdown(
        f"**{parameters:,} parameters**{several}, {gigaflops:.2f} GFLOP a tile. "
        f"Tiles of {tile_shape[0]}×{tile_shape[1]} are {larger}padded by reflection to {height}×{width}; "
        f"loss and score are taken on the original part."
    )
    shown = rows.assign(output=["×".join(map(str, shape)) for shape in rows["output"]])
    st.dataframe(shown, hide_index=True, height=560)
