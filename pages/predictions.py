"""Predictions: what the model says of each tile, beside the truth where that is known."""

import streamlit as st

from dashboard import navigation, state
from dashboard.components import (
    adoption_form,
    confidence_report,
    mask_tuning,
    predict_form,
    prediction_detail,
    prediction_pages,
    top_bar,
)

context = top_bar.show("Predictions")
tiles = context.tiles
found = context.run.predictions_of(tiles.name) if context.run else []
if not found:
    own, foreign = st.columns(2, gap="medium", border=True)
    with own:
        if context.run:
            st.subheader("This run has predicted nothing on these tiles yet.", anchor=False)
            predict_form.show(context.workspace, context.run, tiles)
        else:
            st.subheader("There is no run yet: a run is one training.", anchor=False)
            if st.button("Train a model", type="primary", icon=":material/arrow_forward:"):
                navigation.open_page("train")
    with foreign:
        st.subheader("Predictions from elsewhere", anchor=False)
        adoption_form.show_predictions(context.workspace, tiles.name)
    st.stop()
if tile := state.selection().tile:
    shown = prediction_pages.chosen(found)
    rows = shown.frame["row"].to_numpy()[prediction_pages.ordered(shown, context.rows)]
    prediction_detail.show(tiles, rows, tile)
    st.stop()
views = {"Tiles": None, "Masks": mask_tuning.show, "Confidence": confidence_report.show}
view = st.segmented_control(
    "View", list(views), default="Tiles", required=True, key="prediction_view", label_visibility="collapsed"
)
if draw := views[view or "Tiles"]:
    draw(context.workspace, context.chosen_run, tiles)
    st.stop()
with st.container(horizontal=True, vertical_alignment="bottom", key="prediction_controls"):
    prediction_pages.choose_order()
    shown = prediction_pages.choose(found)
    prediction_pages.tell(shown, context.chosen_run)
    with st.popover("Predict more", icon=":material/add:"):
        predict_form.show(context.workspace, context.chosen_run, tiles)
        st.markdown("**From elsewhere, as a run of its own**")
        adoption_form.show_predictions(context.workspace, tiles.name)
prediction_pages.show(tiles, shown, context.rows)
