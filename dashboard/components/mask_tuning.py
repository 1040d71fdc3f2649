"""How a run's masks are made: what each setting of the after-treatment brings, and which values are in use."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core import actions
from core.dataset.tiles import TileStore
from core.errors import SaltScopeError
from core.explore import numbers
from core.segment.masking import Masking, chosen
from core.segment.predictions import is_of_now
from core.segment.treatment import Treatment
from core.workspace import RunFolder, Workspace
from dashboard import cache
from dashboard.components import chart, predict_form
from dashboard.guard import tell

AXES = {
    "level": "lowest probability that is salt",
    "holes": "largest hole that is filled (px)",
    "area": "smallest patch that stays (px)",
    "inside": "mean probability that a mask must reach",
    "sure": "highest probability a tile must reach",
    "head": "probability of any salt that the salt head must give",
}


def show(workspace: Workspace, run: RunFolder, tiles: TileStore) -> None:
    """Draw the sweeps, or say how they come about."""
    if not has_held_out(run, tiles):
        st.subheader("Masks are tuned on tiles that the run did not learn from.", anchor=False)
        st.write("None of them was predicted yet: predict the train tiles; the validation tiles are among them.")
        predict_form.show(workspace, run, tiles)
        return
    kept = chosen(run)
    _in_words(Masking.of(run).treatment, kept.get("tuning"))
    with st.container(horizontal=True, vertical_alignment="center", key="tuning_actions"):
        words = "Tune again" if kept else "Tune masks and confidence"
        if st.button(words, type="secondary" if kept else "primary", icon=":material/tune:", key="tune"):
            actions.start_tuning(workspace, run.id)
            st.rerun()
        with st.popover("Choose yourself", icon=":material/edit:"):
            _by_hand(workspace, run, Masking.of(run).treatment, has_salt_head(run, tiles))
    if tuning := kept.get("tuning"):
        _sweeps(tuning)


def use(workspace: Workspace, run: RunFolder, treatment: Treatment) -> None:
    """Make the masks of a run anew by a treatment, calibrate their confidence, and show the page with them."""
    from core.segment.postprocess import treat_run

    try:
        with st.spinner("Making the masks anew; no network is needed …"):
            treat_run(workspace, run.id, treatment)
        st.rerun()
    except SaltScopeError as error:
        tell(error)


def has_held_out(run: RunFolder, tiles: TileStore) -> bool:
    """Whether the run, as it is now, predicted labelled tiles that it did not learn from."""
    every = (cache.predictions(folder) for folder in run.predictions_of(tiles.name))
    found = (one.frame for one in every if is_of_now(run, one.facts))
    return any((frame["validation"] & frame["map"].notna()).any() for frame in found)


def has_salt_head(run: RunFolder, tiles: TileStore) -> bool:
    """Whether the run's predictions say if there is any salt in a tile."""
    return any("any_salt" in cache.predictions(folder).frame for folder in run.predictions_of(tiles.name))


def _in_words(treatment: Treatment, tuning: dict[str, Any] | None) -> None:
    parts = [f"salt from a probability of **{treatment.threshold:.2f}**"]
    parts += [f"holes up to **{treatment.holes} px** filled"] if treatment.holes else []
    parts += [f"patches under **{treatment.area} px** removed"] if treatment.area else []
    parts += [f"empty where the mask's mean is under **{treatment.inside / 255:.2f}**"] if treatment.inside else []
    parts += [f"empty where none reaches **{treatment.sure / 255:.2f}**"] if treatment.sure else []
    parts += [f"empty where the salt head gives any less than **{treatment.head / 255:.2f}**"] if treatment.head else []
    parts += ["tiles of one grey level **empty**"] if treatment.black else []
    st.markdown("Masks now: " + ", ".join(parts) + ".")
    if not tuning:
        st.caption("Not tuned: probability .5 and nothing else, unless somebody chose.")
        return
    plain, treated, gain = (
        numbers.score(one["value"], one["error"]) for one in (tuning["plain"], tuning["treated"], tuning["gain"])
    )
    st.markdown(
        f"Tuned, each tile scored with what was chosen **without its fold**: {plain} → **{treated}**, "
        f"gain {gain}, {numbers.tiles(tuning['tiles'])} in {tuning['folds']} folds."
    )
    if Treatment.from_dict(tuning["chosen"]) != treatment:
        pays = tuning["gain"]["value"] > tuning["gain"]["error"]
        why = "Somebody chose otherwise." if pays else "It gains no more than its error, so it is not used by itself."
        st.caption(f"{why} The diamonds show what tuning found.")


def _sweeps(tuning: dict[str, Any]) -> None:
    st.caption(
        "One setting after the other, each given those before it; the diamond is the value taken: the best one where "
        "it gains more than twice its standard error (band)."
    )
    columns = st.columns(2)
    drawn = [sweep for sweep in tuning["sweeps"] if sweep["setting"] in AXES]
    for place, sweep in enumerate(drawn):
        scale = 255 if sweep["setting"] in ("level", "inside", "sure", "head") else 1
        values = [round(value / scale, 3) for value in sweep["values"]]
        taken = round(sweep["chosen"] / scale, 3)
        if taken not in values:  # .5 lies between two steps
            taken = min(values, key=lambda value: abs(value - taken))
        words = AXES[sweep["setting"]]
        with columns[place % 2]:
            figure = _figure(values, sweep, taken, words)
            chart.show(figure, f"sweep_{sweep['setting']}", f"mean score against {words}")


def _figure(values: list[float], sweep: dict[str, Any], taken: float, words: str) -> Any:
    from core.explore.figures import plot_sweep

    return plot_sweep(values, sweep["scores"], sweep["errors"], taken, words, chart.dark())


def _by_hand(workspace: Workspace, run: RunFolder, now: Treatment, salt_head: bool) -> None:
    with st.form("treatment", border=False):
        level = st.slider("Salt from a probability of", 0.0, 1.0, now.level / 255, 0.01)
        holes = st.number_input("Fill holes up to (px)", 0, None, now.holes, 5)
        area = st.number_input("Remove patches under (px)", 0, None, now.area, 5)
        inside = st.slider("Empty where the mask's mean is under", 0.0, 1.0, now.inside / 255, 0.01)
        sure = st.slider("Empty where no pixel reaches", 0.0, 1.0, now.sure / 255, 0.01)
        head = st.slider("Empty where the salt head gives less", 0.0, 1.0, now.head / 255, 0.01) if salt_head else 0
        black = st.toggle("Tiles of one grey level are empty", now.black)
        if not st.form_submit_button("Use these", type="primary"):
            return
    levels = {"level": level, "inside": inside, "sure": sure, "head": head}
    stored = {name: round(probability * 255) for name, probability in levels.items()}
    use(workspace, run, Treatment(holes=holes, area=area, black=black, **stored))
