"""The views of a tile that its prediction is averaged over (test-time augmentation). Torch-free."""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import BadInput


@dataclass(frozen=True)
class View:
    """scale: factor on height and width, before the network pads · mirrored: left for right."""

    scale: float = 1.0
    mirrored: bool = False


SCALES = (1.0, 1.125, 1.25)  # a tile of 101 pixels becomes 101, 114 and 126, and each is padded to 128
VIEWS = {
    "one": (View(),),
    "flips": (View(), View(mirrored=True)),
    "scales": tuple(View(scale, mirrored) for scale in SCALES for mirrored in (False, True)),
}
DEFAULT_VIEWS = "scales"
WORDS = {
    "one": "as it is: fastest",
    "flips": "as it is and mirrored: twice the time",
    "scales": "also enlarged: six times the time, the best score",
}


def find(name: str) -> tuple[View, ...]:
    """The views called `name`. Raises `BadInput`."""
    if name not in VIEWS:
        raise BadInput(f"views={name}: expected {' or '.join(VIEWS)}")
    return VIEWS[name]
