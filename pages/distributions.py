"""Distributions: how deep the tiles lie and how much salt they hold."""

import streamlit as st

from core.explore import distributions, figures
from dashboard.components import chart, top_bar

COMPARISONS = {"nothing": "Nothing", "split": "Train and test", "salt": "Empty and with salt"}

context = top_bar.show("Distributions")
index = context.tiles.index.iloc[context.rows]
left, right = st.columns(2)
with st.container(horizontal=True, vertical_alignment="bottom"):
    by = st.segmented_control(
        "Compare",
        list(COMPARISONS),
        default="nothing",
        format_func=COMPARISONS.__getitem__,
        key="compare",
        required=True,
        bind="query-params",
    )
    cumulative = st.toggle("Cumulative", key="cumulative", bind="query-params")
dark = chart.dark()
if cumulative:
    depths = figures.plot_cumulative(index, "z", by, dark)
    salt = figures.plot_cumulative(index, "salt_proportion", by, dark)
else:
    depths = figures.plot_depth_histogram(index, by, dark)
    salt = figures.plot_salt_histogram(index, by, dark)
with left:
    chart.pick(depths, "depths", "How many tiles lie at which depth", context)
with right:
    chart.pick(salt, "salt", "How many tiles hold how much salt", context)

table = distributions.describe(index, by)
st.dataframe(distributions.describe_in_words(table), hide_index=True)
with st.container(horizontal=True):
    for what, frame in {"summary": table, "bins": distributions.bins(index, by)}.items():
        st.download_button(
            f"Download {what} (CSV)",
            frame.to_csv(index=False),
            f"{context.tiles.name}-distributions-{what}.csv",
            "text/csv",
            on_click="ignore",
            icon=":material/download:",
        )
