"""The colours that mean the same thing on every page: the Okabe–Ito set, safe for the colour-blind."""

from __future__ import annotations

from dataclasses import dataclass

LABEL = "#E69F00"  # orange: salt in the label
PREDICTION = "#56B4E9"  # sky blue: salt in the prediction
AGREEMENT = "#009E73"  # bluish green: salt in both
CORRECTION = "#CC79A7"  # reddish purple: a corrected mask
FLAG = "#D55E00"  # vermillion: a reason to look
ACCENT = "#0072B2"  # blue: the train split, what can be clicked
NEUTRAL = "#8C8C8C"  # grey: all tiles together, tiles without salt, the test split

RUNS = (ACCENT, FLAG, AGREEMENT, CORRECTION, LABEL, PREDICTION, "#F0E442", NEUTRAL)  # runs beside each other, in order

PROBABILITY_SCALE = "Cividis"


@dataclass(frozen=True)
class Ink:
    """Colours of what is not data, for one theme; the same as in the dashboard's theme."""

    text: str
    muted: str
    grid: str
    surface: str


LIGHT = Ink(text="#1f2326", muted="#5d646b", grid="#e4e4e0", surface="#fcfcfb")
DARK = Ink(text="#e6e6e3", muted="#a2a8ae", grid="#2e3338", surface="#16181b")


def ink(dark: bool) -> Ink:
    """Text, muted text, grid lines and background of the dark or the light theme."""
    return DARK if dark else LIGHT


def faded(colour: str, opacity: float) -> str:
    """`#rrggbb` as CSS rgba with an opacity of 0…1."""
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"
