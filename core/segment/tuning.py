"""The after-treatment that scores best on tiles the run did not learn from, and what it can be expected to bring.

One setting after the other, each given those before it. A value is taken only where it gains more than twice the
standard error of its gain: the best of many values gains something by chance. What all of it brings is measured on
tiles that had no part in the choice: chosen on all folds but one, scored on that one. Torch-free.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from core.progress import Progress, silent
from core.segment import sweeps
from core.segment.treatment import PLAIN, Treatment

Rows = npt.NDArray[np.int64]
BAR = 2  # standard errors that a value must gain
SETTINGS = ("level", "holes", "area", "inside", "sure", "head", "black")


@dataclass(frozen=True)
class Sweep:
    """The mean score with each value of one setting. errors: standard error of the gain over the value `before`."""

    setting: str
    values: list[int]
    scores: list[float]
    errors: list[float]
    before: int
    chosen: int


@dataclass(frozen=True)
class Mean:
    """A mean over tiles with its standard error."""

    value: float
    error: float

    @classmethod
    def of(cls, values: np.ndarray) -> Mean:
        """values: (N,), N at least 1; the error of one value is not known, 0 is said."""
        return cls(float(values.mean()), float(values.std(ddof=1) / np.sqrt(len(values))) if len(values) > 1 else 0.0)


@dataclass(frozen=True)
class Tuning:
    """What was chosen, why, and what it brings: plain, treated and gain as scores of tiles outside of the choice."""

    chosen: Treatment
    sweeps: list[Sweep]
    plain: Mean
    treated: Mean
    gain: Mean
    tiles: int
    folds: int

    @property
    def pays(self) -> bool:
        """Whether what it brings on tiles outside of the choice is more than its standard error."""
        return self.gain.value > self.gain.error

    def to_dict(self) -> dict[str, Any]:
        """As plain values, for JSON."""
        return asdict(self)


def tune(
    maps: np.ndarray,
    truth: np.ndarray,
    constant: np.ndarray,
    fold: np.ndarray,
    progress: Progress = silent,
    any_salt: np.ndarray | None = None,
) -> Tuning:
    """Choose the treatment of out-of-fold maps.

    maps: (N, H, W) uint8 0…255 · truth: (N, H, W) uint8 in {0, 1} · constant: (N,) bool · fold: (N,) int, a number
    that tiles share whose scores hang together · any_salt: (N,) 0…1, what a salt head says; None: there is none.
    """
    scored = _Scored(maps, truth, constant, any_salt)
    everything, names = np.arange(len(maps)), np.unique(fold)
    honest = np.empty(len(maps))
    for done, name in enumerate(names):
        progress(done, len(names) + 1, "tuning the masks")
        chosen, _ = _choose(scored, everything[fold != name])
        honest[fold == name] = scored.treated(chosen)[fold == name]
    progress(len(names), len(names) + 1, "tuning the masks")
    chosen, found = _choose(scored, everything)
    plain = scored.treated(PLAIN)
    means = Mean.of(plain), Mean.of(honest), Mean.of(honest - plain)
    return Tuning(chosen, found, *means, tiles=len(maps), folds=len(names))


class _Scored:
    """Scores (values, N) of each setting given those before it, found once for each of these."""

    def __init__(self, maps: np.ndarray, truth: np.ndarray, constant: np.ndarray, any_salt: np.ndarray | None) -> None:
        self._maps, self._truth, self._constant, self._any_salt = maps, truth, constant, any_salt
        self.settings = [name for name in SETTINGS if name != "head" or any_salt is not None]
        self._known: dict[tuple[object, ...], sweeps.Scores] = {}

    def sweep(self, setting: str, given: Treatment) -> tuple[list[int], sweeps.Scores]:
        """The values that are tried of a setting, and the scores (values, N) with each."""
        maps, truth = self._maps, self._truth
        before = Treatment.from_dict({name: getattr(given, name) for name in SETTINGS[: SETTINGS.index(setting)]})

        def found(score: Callable[[], sweeps.Scores]) -> sweeps.Scores:
            return self._kept((setting, before), score)

        match setting:
            case "level":
                return sweeps.LEVELS.tolist(), found(lambda: sweeps.level_scores(maps, truth))
            case "holes":
                return sweeps.AREAS.tolist(), found(lambda: sweeps.hole_scores(maps, truth, before))
            case "area":
                return sweeps.AREAS.tolist(), found(lambda: sweeps.area_scores(maps, truth, before))
            case "inside":
                treated = self.treated(before)
                return sweeps.LEVELS.tolist(), found(lambda: sweeps.inside_scores(maps, truth, before, treated))
            case "sure":
                treated = self.treated(before)
                return sweeps.LEVELS.tolist(), found(lambda: sweeps.sure_scores(maps, truth, treated))
            case "head":
                treated, any_salt = self.treated(before), self._any_salt
                assert any_salt is not None
                return sweeps.LEVELS.tolist(), found(lambda: sweeps.head_scores(any_salt, truth, treated))
            case _:
                treated = self.treated(before)
                return [0, 1], found(lambda: sweeps.black_scores(self._constant, truth, treated))

    def treated(self, treatment: Treatment) -> npt.NDArray[np.float32]:
        """Scores (N,) of the masks that a treatment makes, which has only values that are tried."""
        last = next((name for name in reversed(SETTINGS) if getattr(treatment, name) != getattr(PLAIN, name)), "level")
        values, scores = self.sweep(last, treatment)
        return scores[values.index(int(getattr(treatment, last)))]

    def _kept(self, key: tuple[object, ...], score: Callable[[], sweeps.Scores]) -> sweeps.Scores:
        if key not in self._known:
            self._known[key] = score()
        return self._known[key]


def _choose(scored: _Scored, rows: Rows) -> tuple[Treatment, list[Sweep]]:
    chosen, found = PLAIN, []
    for setting in scored.settings:
        values, scores = scored.sweep(setting, chosen)
        sweep = _sweep(setting, values, scores[:, rows], int(getattr(chosen, setting)))
        found.append(sweep)
        value = bool(sweep.chosen) if setting == "black" else sweep.chosen
        chosen = Treatment.from_dict(chosen.to_dict() | {setting: value})
    return chosen, found


def _sweep(setting: str, values: list[int], scores: sweeps.Scores, before: int) -> Sweep:
    gains = scores - scores[values.index(before)]
    errors = gains.std(axis=1) / np.sqrt(max(scores.shape[1] - 1, 1))
    best = int(scores.mean(axis=1).argmax())
    taken = values[best] if gains[best].mean() > BAR * errors[best] else before
    means = scores.mean(axis=1, dtype=np.float64)
    return Sweep(setting, values, means.round(5).tolist(), errors.astype(float).round(5).tolist(), before, taken)
