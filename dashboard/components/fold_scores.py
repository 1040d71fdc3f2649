"""The folds of a cross-validation: which one's curves are shown, and what they scored."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.explore import numbers
from core.workspace import RunFolder


def choose(run: RunFolder) -> RunFolder:
    """The fold whose curves are shown, the newest until another is chosen; a single training is its own."""
    folds = run.all_folds()
    if not folds:
        return run
    key = f"fold_{run.id}_{len(folds)}"
    names = list(range(len(folds)))
    chosen = st.segmented_control(
        "Fold", names, default=names[-1], required=True, key=key, format_func=lambda fold: f"fold {fold + 1}"
    )
    return folds[names[-1] if chosen is None else chosen]


def show(result: dict[str, Any] | None) -> None:
    """What a finished cross-validation found; nothing else is drawn."""
    if not result or "by_fold" not in result:
        return
    alone = ", ".join(numbers.score(fold["map"]) for fold in result["by_fold"])
    st.markdown(
        f"Score **{numbers.score(result['map'], result['standard_error'])}** over "
        f"{numbers.tiles(result['tiles'])}, each predicted by the fold that did not learn it (folds: {alone})."
    )
    if leak := result.get("leak"):
        gain = leak["gain"]
        st.markdown(
            f"Leak: {numbers.tiles(leak['tiles'])} score {numbers.score(leak['random'])} where tiles of their own "
            f"sections were learned, {numbers.score(leak['grouped'])} where not: "
            f"**{numbers.score(gain['value'], gain['error'])}** too much."
        )
