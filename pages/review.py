"""Review: which tiles need eyes, and why; one key decides, and the decision is stored before the page moves on."""

import streamlit as st

from core.workspace import RunFolder
from dashboard import cache, navigation
from dashboard.components import review_desk, review_rules, top_bar


def needs_predictions(run: RunFolder, dataset: str) -> None:
    """Say how to get predictions where a run has none for this data set."""
    if run.predictions_of(dataset):
        return
    with st.container(border=True):
        st.subheader("This run has predicted nothing on these tiles yet.", anchor=False)
        st.write("Review looks at predictions: tiles with little salt or low confidence are put into a queue for you.")
        if st.button("Predict", type="primary", icon=":material/arrow_forward:"):
            navigation.open_page("predictions")
    st.stop()


context = top_bar.show("Review", needs="run", filters=False)
run, tiles = context.chosen_run, context.tiles
needs_predictions(run, tiles.name)
predictions = cache.predicted(run, tiles.name)
desk, rules = st.columns([3, 1], gap="medium")
with rules:
    review_rules.show(context.workspace, run, tiles.name, predictions)
with desk:
    review_desk.show(run, tiles, predictions)
