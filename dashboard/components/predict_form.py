"""Which tiles a run should predict, and the button that starts it."""

from __future__ import annotations

import streamlit as st

from core import actions
from core.dataset.tiles import TileStore
from core.explore import numbers
from core.segment import tta
from core.segment.foreign import is_foreign
from core.workspace import RunFolder, Workspace
from dashboard.components import job_panel


def show(workspace: Workspace, run: RunFolder, tiles: TileStore) -> None:
    """A choice of split with its number of tiles; the job shows at the side of every page."""
    if is_foreign(run):
        st.info("This run was made elsewhere: there is no model here to predict with.")
        return
    if not run.networks()[0].best.exists():
        st.info("This run has no checkpoint yet: one is written after its first epoch.")
        return
    counts = tiles.index["split"].value_counts().to_dict()
    sizes = {"all": len(tiles)} | {split: counts[split] for split in ("train", "test") if counts.get(split)}
    split = st.segmented_control(
        "Tiles",
        list(sizes),
        default="all",
        required=True,
        key="predict_split",
        format_func=lambda name: f"{name} · {numbers.count(sizes[name])}",
    )
    chosen = st.segmented_control(
        "Views of each tile",
        list(tta.WORDS),
        default=tta.DEFAULT_VIEWS,
        required=True,
        key="predict_views",
        help="  \n".join(f"{name}: {words}" for name, words in tta.WORDS.items()),
    )
    busy = actions.job_on(workspace, run.id)
    if st.button(
        "Predict these tiles",
        type="primary",
        icon=":material/play_arrow:",
        key="predict_start",
        disabled=busy is not None,
        help=f"At work: {busy.title}" if busy else None,
    ):
        actions.start_prediction(workspace, run.id, tiles.name, split or "all", chosen or tta.DEFAULT_VIEWS)
        st.rerun()
    job_panel.show_failure("predict")
