"""Whether a run's confidence means something: measured on tiles that had no part in its calibration."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from core import actions
from core.dataset.tiles import TileStore
from core.explore import numbers
from core.segment.calibration import Calibration
from core.segment.features import LEVELS
from core.segment.masking import Masking
from core.segment.reliability import ESTIMATES, WORST, judge, lost_by_share, reliability
from core.workspace import RunFolder, Workspace
from dashboard import cache
from dashboard.components import chart, download, mask_tuning, predict_form

CURVES, COLUMNS = 8, 4
FEATURES = {
    "expected_iou": "expected IoU, with salt",
    "expected_empty": "expected IoU, empty masks",
    "certainty": "mean |2p − 1|",
    "salt": "salt in the mask",
    "likely": "mean p",
    "doubt": "doubt: Σ p(1 − p) / Σ p",
    "highest": "highest p",
    "edge": "mask's edge / √area",
    "grey": "mean grey level",
    "contrast": "spread of grey levels",
    "rough_down": "grey step downwards",
    "rough_right": "grey step to the right",
    **{f"overlap_{level}": f"IoU with p ≥ {level / 255:.2f}" for level in LEVELS},
    **{f"size_{level}": f"ln size of p ≥ {level / 255:.2f}" for level in LEVELS},
}


def show(workspace: Workspace, run: RunFolder, tiles: TileStore) -> None:
    """Draw the reliability diagram and what each order finds, or say how they come about."""
    table = cache.held_out(run)
    if table is None:
        st.subheader("The confidence of this run was not calibrated yet.", anchor=False)
        if mask_tuning.has_held_out(run, tiles):
            st.write("It is the expected IoU. Calibrated, it becomes the score that a mask can be expected to get.")
            _tune(workspace, run)
        else:
            st.write("It needs predictions of tiles that the run did not learn from: predict the train tiles.")
            predict_form.show(workspace, run, tiles)
        return
    masking = Masking.of(run)
    if masking.outdated:
        st.warning(
            "The calibration below is of an older version, and new predictions do without it.", icon=":material/update:"
        )
        _tune(workspace, run)
    elif masking.calibration:
        words = masking.calibration.words
        st.markdown(f"Confidence is the **{words}**; here each fold's by a calibration on the other folds.")
    else:
        st.markdown("Too few tiles, or no score lost, to calibrate on: confidence is the expected IoU.")
    left, right = st.columns(2)
    with left:
        _reliability(table)
    with right:
        _found(table)
    _figures(run, table)
    if masking.calibration:
        _curves(masking.calibration)


def _tune(workspace: Workspace, run: RunFolder) -> None:
    if st.button("Tune masks and confidence", type="primary", icon=":material/tune:", key="tune_confidence"):
        actions.start_tuning(workspace, run.id)
        st.rerun()


def _reliability(table: pd.DataFrame) -> None:
    from core.explore.figures import plot_reliability

    bins = reliability(table["score"].to_numpy(), table["confidence"].to_numpy())
    chart.show(plot_reliability(bins, chart.dark()), "reliability", "mean score against mean confidence")


def _found(table: pd.DataFrame) -> None:
    from core.explore.figures import plot_lost_score

    scores = table["score"].to_numpy()
    orders = {words: lost_by_share(scores, table[name].to_numpy()) for name, words in ESTIMATES.items()}
    orders["perfect knowledge"] = lost_by_share(scores, scores)
    known = {words: shares for words, shares in orders.items() if shares is not None}
    if not known:
        st.success("No score is lost: every mask is perfect.")
        return
    chart.show(plot_lost_score(known, WORST, chart.dark()), "lost_score", "share of the lost score found, by order")


def _curves(calibration: Calibration) -> None:
    from core.explore.figures import plot_curve

    st.subheader("What it goes by", anchor=False)
    st.caption(
        "What each thing that map, mask and tile tell adds to the logit of the confidence, or takes from it: the "
        f"{CURVES} widest of {len(calibration.curves)} curves."
    )
    widest = sorted(calibration.curves.items(), key=lambda named: np.ptp(named[1].heights), reverse=True)[:CURVES]
    reach = 0.6 * max(float(np.ptp(curve.heights)) for _, curve in widest)
    columns = st.columns(COLUMNS)
    for place, (name, curve) in enumerate(widest):
        words = FEATURES[name]
        with columns[place % COLUMNS]:
            figure = plot_curve(curve.at, curve.heights, words, reach, chart.dark())
            chart.show(figure, f"curve_{name}", f"confidence against {words}")


def _figures(run: RunFolder, table: pd.DataFrame) -> None:
    found = judge(table)
    rows = [
        {
            "order": words,
            "AUROC for a score below .5": numbers.score(found[name]["auroc"]),
            "lost score in the worst fifth": numbers.percent(found[name]["lost"]),
        }
        for name, words in ESTIMATES.items()
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, key="confidence_figures")
    st.caption(f"{numbers.tiles(len(table))} that the run did not learn from.")
    download.table("these tiles", f"{run.id}-held-out.csv", lambda: table)
