"""How masks are made of a run's maps, and what their confidence is. Torch-free.

postprocess.json of a run: treatment, calibration (null: none), tuning (how they were chosen; null: by hand).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core import atomic
from core.errors import BadInput
from core.segment.calibration import Calibration
from core.segment.config import load_config
from core.segment.treatment import PLAIN, Treatment
from core.workspace import RunFolder


@dataclass(frozen=True)
class Masking:
    """The treatment of maps, and the calibration of confidence; without one it is the expected IoU.

    held_out: {value, error}, the score of tuned masks where each tile's fold had no part in it; None: not tuned ·
    outdated: there is a calibration, of another version, by which nothing can be estimated · dataset: where it was
    learned.
    """

    treatment: Treatment = PLAIN
    calibration: Calibration | None = None
    held_out: dict[str, float] | None = None
    outdated: bool = False
    dataset: str | None = None

    @classmethod
    def of(cls, run: RunFolder) -> Masking:
        """As it was chosen for `run`. Raises `BadInput` when that is damaged."""
        kept = chosen(run)
        if not kept:
            return cls()
        try:
            learned, tuning = kept["calibration"], kept["tuning"]
            treatment = Treatment.from_dict(kept["treatment"])
            tuned = tuning and treatment == Treatment.from_dict(tuning["chosen"])
            calibration = Calibration.from_dict(learned) if learned is not None else None
            outdated = learned is not None and calibration is None
            dataset = load_config(run)["dataset"] if calibration else None
            return cls(treatment, calibration, tuning["treated"] if tuned else None, outdated, dataset)
        except (BadInput, KeyError, TypeError, ValueError, AttributeError) as error:
            raise _damaged(run, error) from error

    @property
    def facts(self) -> dict[str, Any]:
        """For prediction.json: threshold, treatment, confidence (in words)."""
        words = self.calibration.words if self.calibration else "expected IoU under the probability map"
        return {
            "threshold": self.treatment.threshold,
            "treatment": self.treatment.to_dict(),
            "confidence": words,
        }


def chosen(run: RunFolder) -> dict[str, Any]:
    """What postprocess.json of a run holds; nothing where there is none. Raises `BadInput`."""
    try:
        return atomic.read_object(run.postprocess)
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise _damaged(run, error) from error


def _damaged(run: RunFolder, error: Exception) -> BadInput:
    return BadInput(f"{run.postprocess} is damaged ({error}); delete it, or tune the run again")
