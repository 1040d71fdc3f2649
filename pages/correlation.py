"""Correlation: does the salt proportion depend on depth, or any number of a tile on another?"""

import streamlit as st

from core.explore import correlation, figures, quantities
from core.explore.quantities import DEPTH, SALT, Quantity
from dashboard import cache
from dashboard.components import chart, relation_table, top_bar


def choose(label: str, default: Quantity) -> Quantity:
    known = [quantity.column for quantity in quantities.known(frame)]
    options = list(dict.fromkeys([default.column, *known]))
    column = st.selectbox(
        label,
        options,
        format_func=lambda column: quantities.BY_COLUMN[column].name,
        key=label.lower(),
        bind="query-params",
        width=180,
    )
    return quantities.BY_COLUMN[column]


context = top_bar.show("Correlation")
frame = cache.measured(context.tiles, context.run).iloc[context.rows]
picture = st.container()
with st.container(horizontal=True, vertical_alignment="bottom"):
    x, y = choose("Across", DEPTH), choose("Up", SALT)
    words = st.container(width="stretch", key="relation_words")
relation = cache.relation(context.tiles, context.run, context.rows, x, y)
words.markdown(relation.in_words)
with picture:
    figure = figures.plot_correlation(frame, relation, chart.dark())
    chart.pick(figure, "relation", f"{y.name} of the tiles against their {x.in_sentence}", context)
st.dataframe(correlation.table(relation.correlations), hide_index=True)
relation_table.show(context, frame, x, y)
