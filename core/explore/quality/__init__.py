"""Label quality: which tiles and labels deserve a second look, and why.

`findings` is the table of all; each rule is a pure function in `masks`, `duplicates`, `predictions` or `neighbours`.
"""

from core.explore.quality.predictions import Predictions
from core.explore.quality.reasons import Limits, Reason
from core.explore.quality.table import findings, unchecked

__all__ = ["Limits", "Predictions", "Reason", "findings", "unchecked"]
