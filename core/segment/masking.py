"""How masks are made of a run's maps, and what their confidence is. Torch-free.

postprocess.json of a run: treatment, calibration (null: none), tuning (how they were chosen; null: by hand).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core import atomic
from core.errors import BadInput
from core.segment.calibration import Calibration
from core.segment.treatment import PLAIN, Treatment
from core.workspace import RunFolder


@dataclass(frozen=True)
class Masking:
    """The treatment of maps, and the calibration of confidence; without one it is the expected IoU.

    held_out: {value, error}, the score of tuned masks where each tile's fold had no part in it; None: not tuned ·
    outdated: there is a calibration, of an older version, from which nothing can be estimated any more.
    """

    treatment: Treatment = PLAIN
    calibration: Calibration | None = None
    held_out: dict[str, float] | None = None
    outdated: bool = False

    @classmethod
    def of(cls, run: RunFolder) -> Masking:
        """As it was chosen for `run`. Raises `BadInput` when that is damaged."""
        kept = chosen(run)
        if not kept:
            return cls()
        try:
            calibration, tuning = kept["calibration"], kept["tuning"]
            treatment = Treatment.from_dict(kept["treatment"])
            tuned = tuning and treatment == Treatment.from_dict(tuning["chosen"])
            outdated = calibration is not None and "weights" in calibration
            return cls(
                treatment,
                Calibration.from_dict(calibration) if calibration and not outdated else None,
                tuning["treated"] if tuned else None,
                outdated,
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise _damaged(run, error) from error

    @property
    def facts(self) -> dict[str, Any]:
        """For prediction.json: threshold, treatment, confidence (in words)."""
        return {
            "threshold": self.treatment.threshold,
            "treatment": self.treatment.to_dict(),
            "confidence": self.words,
        }

    @property
    def words(self) -> str:
        """What confidence is."""
        if self.calibration:
            return self.calibration.words
        return "expected IoU under the probability map" + "; tune the run for a calibrated one" * self.outdated


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
