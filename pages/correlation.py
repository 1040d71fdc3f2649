"""Correlation: does the salt proportion depend on depth?"""

import streamlit as st

from core.explore import figures, numbers, statistics
from dashboard import cache
from dashboard.components import chart, top_bar

context = top_bar.show("Correlation")
tiles = cache.joined(context.tiles, context.filter)
relation, trend = cache.depth_relation(context.tiles, context.filter)
figure = figures.plot_depth_against_salt(tiles, trend, relation, chart.dark())
chart.pick(figure, "depth_against_salt", "Salt proportion of every labelled tile against its depth", context)
st.markdown(" ".join(statistics.in_words(relation, trend)))
st.dataframe(
    tiles,
    hide_index=True,
    height=280,
    column_config={
        "id": st.column_config.TextColumn("Tile"),
        "rle_mask": st.column_config.TextColumn("Run-length code", width="medium"),
        "salt_proportion": st.column_config.NumberColumn("Salt proportion", format="percent"),
        "z": st.column_config.NumberColumn("Depth (ft)", format="%d"),
        "split": st.column_config.TextColumn("Split"),
    },
)
st.download_button(
    f"Download {numbers.tiles(len(tiles))} (CSV)",
    lambda: tiles.to_csv(index=False),
    f"{context.tiles.name}-joined.csv",
    "text/csv",
    on_click="ignore",
    icon=":material/download:",
)
