"""The views of a tile that its prediction is averaged over (test-time augmentation). Torch-free."""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import BadInput


@dataclass(frozen=True)
class View:
    """scale: factor on height and width, before the network pads · mirrored: left for right."""

    scale: float = 1.0
    mirrored: bool = False


SCALES = (1.0, 1.125, 1.25)
SCALES_OF_ENLARGED = (0.875, 1.0, 1.25)  # by a network that enlarges tiles itself
DEFAULT_VIEWS = "scales"
WORDS = {
    "one": "as it is: fastest",
    "flips": "as it is and mirrored: twice the time",
    "scales": "also in other sizes: six times the time, the best score",
}


def find(name: str, enlarge: float = 1.0) -> tuple[View, ...]:
    """The views called `name`, for a network that enlarges tiles so many times. Raises `BadInput`."""
    match name:
        case "one":
            return (View(),)
        case "flips":
            return (View(), View(mirrored=True))
        case "scales":
            scales = SCALES_OF_ENLARGED if enlarge > 1 else SCALES
            return tuple(View(scale, mirrored) for scale in scales for mirrored in (False, True))
    raise BadInput(f"views={name}: expected {' or '.join(WORDS)}")
