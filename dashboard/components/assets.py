"""The text of a component's own files, read once when its module is imported: there is no build step."""

from __future__ import annotations

import json
from pathlib import Path

from core.explore import colours

HERE = Path(__file__).parent
SALT = {
    "label": colours.LABEL,
    "prediction": colours.PREDICTION,
    "agreement": colours.AGREEMENT,
    "corrected": colours.CORRECTION,
}
ROOT = '<div class="saltscope" tabindex="0"></div>'  # where a component draws itself
TILE_SCRIPTS = (
    "mounted",
    "tile_dom",
    "tile_mask",
    "tile_colours",
    "tile_canvas",
    "tile_look",
    "tile_bar",
    "tile_board",
)


def text(*names: str) -> str:
    """The files `names`, relative to this folder, one behind the other."""
    return "\n".join((HERE / name).read_text(encoding="utf-8") for name in names)


def tile_script(*names: str) -> str:
    """The scripts `names` with what draws tiles in front of them."""
    return f"const SALT = {json.dumps(SALT)};\n" + text(*(f"{script}.js" for script in TILE_SCRIPTS), *names)
