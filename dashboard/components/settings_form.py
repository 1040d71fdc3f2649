"""The settings of a training as widgets, made from the settings' own descriptions."""

from __future__ import annotations

from dataclasses import Field, fields
from typing import Any

import streamlit as st

from core.segment.settings import PLAIN, PRESETS, TrainSettings
from dashboard import navigation

FIRST = "quick"  # the preset that the form begins with
WIDE = "model"  # its names are long
MAIN = ("minutes", "width", "epochs", "batch_size", "learning_rate", "labels")
GROUPS = {
    "The network": (
        *("levels", "decoder_width", "pretrained", "scse", "enlarge", "stride1"),
        *("networks", "depth", "salt_head"),
    ),
    "How it learns": ("schedule", "weight_decay", "ema", "loss", "augment", "varied", "crop", "patience"),
    "What it learns and where": (),  # all others
}
STEP = 0.01  # of the arrows beside a number that is 0


def show(dataset: str) -> TrainSettings:
    """Draw the form for a training on `dataset` and return what it says. Raises `BadInput`."""
    names = list(PRESETS)
    preset = st.segmented_control(
        "Preset",
        names,
        default=FIRST,
        required=True,
        key="preset",
        persist_state="session",
        help=" · ".join(f"**{one.name}**: {one.words}" for one in PRESETS.values()),
    )
    start = TrainSettings.from_pairs([f"dataset={dataset}"], preset or FIRST)
    known = {one.name: one for one in fields(TrainSettings) if one.name != "dataset"}
    places = {WIDE: st.container()}
    left, right = st.columns(2)
    places |= {name: (left, right)[place % 2] for place, name in enumerate(MAIN)}
    for words, names_inside in GROUPS.items():
        rest = st.expander(words)
        places |= dict.fromkeys(names_inside, rest)
    chosen: dict[str, Any] = {}
    for name, one in known.items():
        plain = chosen.get("model", PLAIN) == PLAIN
        unused = one.metadata.get("plain", plain) != plain
        chosen[name] = _widget(one, getattr(start, name), preset, places.get(name, rest), unused)
    return TrainSettings(dataset=dataset, **chosen)


def open_for_reviewed() -> None:
    """Go to the form, and let it say, whatever its preset, that masks are learned as people left them."""
    for preset in PRESETS:
        st.session_state[f"setting_{preset}_labels"] = "reviewed"
    navigation.open_page("train")


def _widget(one: Field[Any], value: Any, preset: str | None, place: Any, unused: bool) -> Any:
    label = one.name.replace("_", " ").capitalize()
    common: dict[str, Any] = {
        "key": f"setting_{preset}_{one.name}",
        "help": one.metadata["help"],
        "persist_state": "session",
        "disabled": unused,
    }
    if choices := one.metadata.get("choices"):
        more = "also" in one.metadata  # words that are no choice may be typed
        return place.selectbox(label, choices, index=choices.index(value), accept_new_options=more, **common)
    if isinstance(value, bool):
        return place.toggle(label, value, **common)
    limits = {"min_value": one.metadata.get("low"), "max_value": one.metadata.get("high")}
    if isinstance(value, int):
        return place.number_input(label, value=value, step=1, **limits, **common)
    return place.number_input(label, value=value, step=value / 10 or STEP, format="%.4g", **limits, **common)
