"""Predictions: what the model says of each tile, beside the truth where that is known."""

import streamlit as st

from dashboard import state
from dashboard.components import predict_form, prediction_detail, prediction_pages, top_bar

context = top_bar.show("Predictions", needs="run")
run, tiles = context.chosen_run, context.tiles
found = run.predictions_of(tiles.name)
if not found:
    with st.container(border=True):
        st.subheader("This run has predicted nothing on these tiles yet.", anchor=False)
        predict_form.show(context.workspace, run, tiles)
    st.stop()
if tile := state.selection().tile:
    shown = prediction_pages.chosen(found)
    rows = shown.frame["row"].to_numpy()[prediction_pages.ordered(shown, context.rows)]
    prediction_detail.show(tiles, rows, tile)
    st.stop()
with st.container(horizontal=True, vertical_alignment="bottom", key="prediction_controls"):
    prediction_pages.choose_order()
    shown = prediction_pages.choose(found)
    st.caption(prediction_pages.in_words(shown), width="stretch")
    with st.popover("Predict more", icon=":material/add:"):
        predict_form.show(context.workspace, run, tiles)
prediction_pages.show(tiles, shown, context.rows)
