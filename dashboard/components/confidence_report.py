"""Whether a run's confidence means something: measured on tiles that had no part in its calibration."""

from __future__ import annotations

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
    "expected_iou": "expected IoU of a mask with salt",
    "expected_empty": "expected IoU of an empty mask",
    "empty": "empty mask (1) or salt (0)",
    "certainty": "mean |2p − 1|",
    "salt": "salt in the mask",
    "likely": "mean p",
    "doubt": "doubt: Σ p(1 − p) / Σ p",
    "highest": "highest p",
    "edge": "edge of the mask / √area",
    "grey": "mean grey level",
    "contrast": "spread of grey levels",
    "rough_down": "mean grey step downwards",
    "rough_right": "mean grey step to the right",
    **{f"overlap_{level}": f"agreement with p ≥ {level / 255:.2f} (IoU)" for level in LEVELS},
    **{f"size_{level}": f"size of p ≥ {level / 255:.2f} (ln px)" for level in LEVELS},
}


def show(workspace: Workspace, run: RunFolder, tiles: TileStore) -> None:
    """Draw the reliability diagram and what each order finds, or say how they come about."""
    table = cache.held_out(run)
    if table is None:
        st.subheader("The confidence of this run was not calibrated yet.", anchor=False)
        if mask_tuning.has_held_out(run, tiles):
            st.write("It is the expected IoU. Calibrated, it becomes the score that a mask can be expected to get.")
            if st.button("Tune masks and confidence", type="primary", icon=":material/tune:", key="tune_confidence"):
                actions.start_tuning(workspace, run.id)
                st.rerun()
        else:
            st.write("It needs predictions of tiles that the run did not learn from: predict the train tiles.")
            predict_form.show(workspace, run, tiles)
        return
    masking = Masking.of(run)
    if masking.outdated:
        _renew(workspace, run, tiles, masking)
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


def _renew(workspace: Workspace, run: RunFolder, tiles: TileStore, masking: Masking) -> None:
    st.warning(
        "What is shown here was calibrated by another version. Until it is calibrated again, the confidence of new "
        "predictions is the expected IoU.",
        icon=":material/update:",
    )
    if not mask_tuning.has_held_out(run, tiles):
        st.write("It needs new predictions of tiles that the run did not learn from: predict the train tiles.")
        predict_form.show(workspace, run, tiles)
    elif st.button("Calibrate again", type="primary", icon=":material/update:", key="calibrate"):
        mask_tuning.use(workspace, run, masking.treatment)


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

    widest = calibration.widest(CURVES)
    st.subheader("What it goes by", anchor=False)
    st.caption(
        f"The {len(widest)} of {len(calibration.curves)} things told by map, mask and tile that matter most. Above the "
        "dotted line a mask is trusted more than the mean one, below it less; a step of 1 is one from 50 % to 73 %, or "
        "from 73 % to 88 %. All of them are added up."
    )
    reach = max(abs(height) for curve in widest.values() for height in curve.heights)
    columns = st.columns(COLUMNS)
    for place, (name, curve) in enumerate(widest.items()):
        words = FEATURES[name]
        with columns[place % COLUMNS]:
            figure = plot_curve(curve.at, curve.heights, words, reach, chart.dark())
            chart.show(figure, f"curve_{name}", f"what {words} adds to the confidence")


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
