"""Review: which tiles need eyes, and why; one key decides, and the decision is stored before the page moves on."""

import streamlit as st

from dashboard.components import review_desk, review_ledger, top_bar

context = top_bar.show("Review")
desk, below = st.container(), st.container()
with below:  # first: a queue that is not there ends the page
    review_ledger.show(context)
with desk:
    review_desk.show(context)
