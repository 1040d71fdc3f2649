"""Correlation: does the salt proportion depend on depth?"""

import streamlit as st

from core.errors import BadInput
from core.explore import figures, numbers, statistics
from dashboard import cache, navigation
from dashboard.components import chart, top_bar


def show_opener() -> None:
    """The way from picked points to their pictures."""
    try:
        picked = chart.filter_of(selection, context.filter)
    except BadInput as error:
        st.warning(str(error))
        return
    if picked is None:
        st.caption("Draw a box or a lasso to open its tiles; with the pan tool, click a point.", width="stretch")
        return
    found = numbers.tiles(len(picked.apply(context.tiles.index)))
    if st.button(f"Open {found} in Explore", type="primary", icon=":material/grid_view:"):
        navigation.open_page("explore", filter=picked)


context = top_bar.show("Correlation")
tiles = cache.joined(context.tiles, context.filter)
relation, trend = cache.depth_relation(context.tiles, context.filter)
figure = figures.plot_depth_against_salt(tiles, trend, relation, chart.dark())
selection = chart.pick(figure, "depth_against_salt", "Salt proportion of every labelled tile against its depth")
with st.container(horizontal=True, vertical_alignment="center"):
    st.markdown(" ".join(statistics.in_words(relation, trend)), width="stretch")
    show_opener()
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
