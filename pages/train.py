"""Train: settings with their meaning, the networks, one layer by layer, live curves, stop, resume."""

import streamlit as st

from core import actions
from core.errors import SaltScopeError
from core.segment.settings import TrainSettings
from dashboard import state
from dashboard.components import device_card, model_list, model_table, run_panel, settings_form, top_bar


def start(settings: TrainSettings) -> None:
    """Start a training and open it."""
    run = actions.start_training(context.workspace, settings)
    state.select(run=run.id)
    st.rerun()


context = top_bar.show("Train", filters=False)
form, main = st.columns([3, 7], gap="medium")
settings = None
with form, st.container(border=True, key="new_training"):
    st.subheader("New training", anchor=False)
    try:
        settings = settings_form.show(context.tiles.name)
        if st.button("Start training", type="primary", icon=":material/play_arrow:", width="stretch"):
            start(settings)
        device_card.show(context.workspace, context.tiles, settings)
    except SaltScopeError as error:
        st.error(str(error))
with main:
    curves, models, layers = st.tabs(["Run", "Models", "Layers"], key="train_view", on_change="rerun")
    if curves.open:
        with curves:
            if context.run:
                run_panel.show(context.workspace, context.run)
            else:
                st.info("No run yet. Choose settings and start; the curves appear here and grow.")
    if models.open and settings:
        with models:
            model_list.show(context.workspace, context.tiles, settings)
    if layers.open and settings:
        with layers:
            model_table.show(settings, context.tiles.tile_shape)
