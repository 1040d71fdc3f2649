"""Runs: what there is, what it cost, and how two or more of them differ."""

import streamlit as st

from dashboard import chosen_runs, navigation, run_rows
from dashboard.components import download, run_actions, run_chart, run_comparison, run_list, top_bar

context = top_bar.show("Runs", needs=None, filters=False)
found = run_rows.rows(context.workspace)
if not found:
    with st.container(border=True):
        st.subheader("There is no run yet: a run is one training.", anchor=False)
        if st.button("Train a model", type="primary", icon=":material/arrow_forward:"):
            navigation.open_page("train")
    st.stop()
by_id = {row.folder.id: row for row in found}
chosen = [by_id[run] for run in chosen_runs.chosen(by_id)]
with st.container(horizontal=True, vertical_alignment="center", gap="small", key="run_tools"):
    shown = run_list.filtered(found)
    run_actions.show(context.workspace, chosen)
    download.table("this table", "runs.csv", lambda: run_rows.table(shown))
left, right = st.columns([8, 4], gap="medium")
with left:
    run_list.show(shown, chosen)
with right:
    run_chart.show(shown, chosen, (chosen or shown or found)[0].profile.dataset)
if len(chosen) > 1:
    run_comparison.show(context.workspace, chosen)
else:
    st.caption("Tick two runs or more to compare them: settings that differ, curves, scores tile by tile.")
