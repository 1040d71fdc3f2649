"""Quality: which tiles and labels deserve a second look, and why."""

import streamlit as st

from dashboard.components import quality_check, quality_desk, quality_rules, quality_table, top_bar

context = top_bar.show("Quality")
checked = quality_check.show(context.workspace, context.tiles)
found = quality_rules.choose(checked, context.rows)
if found.empty:
    what = "Nothing is suspicious" if checked.findings.empty else "Nothing that the filters and rules above leave"
    st.info(f"{what}.", icon=":material/task_alt:")
    st.stop()
quality_desk.show(context.tiles, found)
quality_table.show(context.tiles.name, found)
