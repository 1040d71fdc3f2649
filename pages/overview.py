"""Overview: what is here, what to do next, and the way in for tiles."""

import streamlit as st

from core import actions
from core.dataset.tiles import TileStore
from core.explore import numbers
from dashboard import cache, navigation, next_step, state
from dashboard.components import import_form, job_panel, top_bar
from dashboard.components.gallery import gallery, tiles_for_gallery
from dashboard.plain import plain


def show_figures(store: TileStore) -> None:
    figures = cache.counts(store.name)
    salt, depth = figures["salt_proportion"], figures["depth"]
    labelled = figures["train"]
    columns = st.columns(5)
    columns[0].metric("Tiles", f"{figures['tiles']:,}", border=True)
    columns[1].metric("Labelled", f"{labelled:,}", border=True)
    empty = numbers.percent(figures["empty_masks"] / labelled) if labelled else "–"
    columns[2].metric("Without salt", empty, border=True, help="Share of the labelled tiles whose mask is empty")
    columns[3].metric("Mean salt", numbers.percent(salt["mean"]), border=True, help="Over all labelled tiles")
    span = "–" if depth["min"] is None else f"{depth['min']:.0f}–{depth['max']:.0f} ft"
    columns[4].metric("Depth", span, border=True)


def show_next_step() -> None:
    step = next_step.next_step(context.workspace, context.store.name if context.store else None)
    making = any("-demo-" in job.id for job, _ in job_panel.active())
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="next_step"):
        st.markdown(f"**Next:** {step.sentence}", width="stretch")
        for place, (label, act) in enumerate([(step.label, step.act), *([step.other] if step.other else [])]):
            if st.button(label, type="secondary" if place else "primary", disabled=making):
                act()
                st.rerun()


def show_datasets() -> None:
    if context.store is None:
        st.caption("None yet. What you import or make stands here, to open or to delete.")
    for name in context.workspace.dataset_names():
        store = cache.store(name)
        with st.container(horizontal=True, vertical_alignment="center", key=f"dataset_{name}"):
            height, width = store.tile_shape
            st.markdown(f"**{plain(name)}** · {numbers.tiles(len(store))} of {height}×{width}", width="stretch")
            if st.button("Open", key=f"open_{name}"):
                state.select(dataset=name)
                st.rerun()
            menu = st.popover("Delete", icon=":material/delete:", key=f"delete_menu_{name}", on_change="rerun")
            if menu.open:
                with menu:
                    ask_to_delete(name)


def ask_to_delete(name: str) -> None:
    st.write(f"Delete **{name}** for good? Runs that were trained on it stay.")
    held = actions.reviews_of(context.workspace, name)
    reviews = bool(held) and st.checkbox(
        f"Delete its reviews, too: {held}",
        key=f"delete_reviews_{name}",
        help="Else they stay, and count again for tiles with the same ids once there is a data set of this name.",
    )
    if st.button("Delete it", key=f"delete_{name}", type="primary"):
        actions.delete_dataset(context.workspace, name, reviews)
        state.select(dataset=None)
        st.rerun()


context = top_bar.show("Overview", needs=None, filters=False)
show_next_step()
if context.store:
    show_figures(context.store)
    shown = tiles_for_gallery(context.store, cache.showcase(context.store.name))
    picked = gallery(shown, key="showcase", view="overlay")
    if picked.opened:
        navigation.open_page("explore", tile=picked.opened)
left, right = st.columns(2)
with left:
    st.subheader("Import tiles", anchor=False)
    import_form.show(context.workspace)
with right:
    st.subheader("Data sets", anchor=False)
    show_datasets()
