"""Label quality: which tiles and labels deserve a second look, and why.

`check` finds all and keeps it, `load` reads what was kept; `findings` is the table alone. Each rule is a pure function
in `masks`, `duplicates`, `predictions` or `neighbours`.
"""

from core.explore.quality.predictions import Predictions
from core.explore.quality.reasons import Limits, Reason
from core.explore.quality.saved import Checked, check, load, up_to_date
from core.explore.quality.table import findings, unchecked

__all__ = [
    "Checked",
    "Limits",
    "Predictions",
    "Reason",
    "check",
    "findings",
    "load",
    "unchecked",
    "up_to_date",
]
