"""Train: settings with their meaning, the networks, one layer by layer, live curves, stop, resume."""

import streamlit as st

from core import actions
from core.errors import SaltScopeError
from core.segment.settings import TrainSettings
from dashboard import state
from dashboard.components import device_card, model_list, model_table, run_panel, settings_form, top_bar
from dashboard.guard import tell


def start(settings: TrainSettings, all_folds: bool) -> None:
    """Start a training, of one fold or of all of them, and open it."""
    begin = actions.start_crossval if all_folds else actions.start_training
    run = begin(context.workspace, settings)
    state.select(run=run.id)
    st.rerun()


context = top_bar.show("Train", filters=False)
form, main = st.columns([3, 7], gap="medium")
settings = facts = None
with form, st.container(border=True, key="new_training"):
    st.subheader("New training", anchor=False)
    try:
        settings = settings_form.show(context.tiles.name)
        if st.button("Start training", type="primary", icon=":material/play_arrow:", width="stretch"):
            start(settings, all_folds=False)
        words = f"Trains {settings.folds} times, and predicts every labelled tile by a model that did not learn it."
        words += f" {settings.minutes:g} minutes each." if settings.minutes else ""
        if st.button("Cross-validate", icon=":material/view_week:", width="stretch", help=words):
            start(settings, all_folds=True)
        facts = device_card.show(context.workspace, context.tiles, settings)
    except SaltScopeError as error:
        settings = None
        tell(error)
with main:
    curves, models, layers = st.tabs(["Run", "Models", "Layers"], key="view", bind="query-params")
    if curves.open:
        with curves:
            if context.run:
                run_panel.show(context.workspace, context.run)
            else:
                st.info("No run yet. Choose settings and start; the curves appear here and grow.")
    if models.open and settings and facts:
        with models:
            model_list.show(context.workspace, context.tiles, settings, facts)
    if layers.open and settings:
        with layers:
            model_table.show(settings, context.tiles.tile_shape)
