"""Submit: a file for Kaggle from one run or several, checked, compared, sent; and what each of them scored."""

import streamlit as st

from core.segment.submission import all_kept
from dashboard.components import submission_maker, submission_report, submission_sender, submission_table, top_bar

context = top_bar.show("Submit", needs="run", filters=False)
with st.container(key="submit_steps"):
    left, right = st.columns([2, 3], gap="medium")
with left, st.container(key="submit_make"):
    st.subheader("1 · Make a file", anchor=False)
    submission_maker.show(context.workspace, context.tiles, context.chosen_run)
kept = all_kept(context.workspace, context.tiles.name)
with right, st.container(key="submit_see"):
    st.subheader("2 · See what is in it", anchor=False)
    chosen = submission_report.show(context.tiles, kept)
with left, st.container(key="submit_send"):
    st.subheader("3 · Send it", anchor=False)
    submission_sender.show(context.workspace, chosen)
    submission_table.show(context.workspace, context.tiles.name)
