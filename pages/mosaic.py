"""Mosaic: the sections that the tiles were cut from, each as one picture."""

import streamlit as st

from dashboard import cache, sections
from dashboard.components import broken_links, mosaic_start, section_desk, section_table, top_bar

context = top_bar.show("Mosaic")
mosaic = cache.mosaic(context.tiles)
if mosaic is None:
    mosaic_start.show(context.workspace, context.tiles)
elif len(mosaic.sizes):
    scene = sections.Scene(context.tiles, mosaic, context.run)
    section_desk.show(scene, context.rows)
    section_table.show(scene)
else:
    st.info("No two tiles of this data set touch, as far as their edges tell.", icon=":material/grid_off:")
broken_links.show(context.workspace, context.tiles.name)
