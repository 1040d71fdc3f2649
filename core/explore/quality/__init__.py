"""Label quality: which tiles and labels deserve a second look, and why.

`check` finds all and keeps it, `load` reads what was kept; `findings` is the table alone. Each rule is a pure function
in `masks`, `duplicates`, `predictions` or `neighbours`; `scene` says where to look.
"""

from core.explore.quality.predictions import Predictions
from core.explore.quality.reasons import Limits, Reason
from core.explore.quality.saved import Checked, check, load, up_to_date
from core.explore.quality.scenes import Placed, Scene, scene
from core.explore.quality.table import findings, unchecked

__all__ = [
    "Checked",
    "Limits",
    "Placed",
    "Predictions",
    "Reason",
    "Scene",
    "check",
    "findings",
    "load",
    "scene",
    "unchecked",
    "up_to_date",
]
