"""What is known of a run, whatever its job does: data set, settings, size of its network, score. Torch-free."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from core import atomic
from core.errors import SaltScopeError
from core.segment import registry
from core.segment.settings import TrainSettings
from core.segment.tile_scores import Score, TileScores, tile_scores
from core.workspace import RunFolder

STATE = "state of the data set"
# What a run decided or found for itself, by its name in config.json; part of a comparison, as settings are.
DECIDED = {
    "precision": "number format",
    "first_weights": "first weights",
    "train_tiles": "tiles learned",
    "validation_tiles": "tiles kept aside",
    "checksum": STATE,
}


@dataclass(frozen=True, eq=False)
class Profile:
    """One run. What is not known is None or empty: it has not begun, was not trained here, or is of another version.

    settings: as the run keeps them · decided: what it found for itself, by the words for it · parameters: numbers that
    are learned · gflop: of one forward pass for one tile, two operations a product · seconds: of all whole epochs,
    of all folds · scores: of its validation tiles, as `tile_scores` gives them · problem: why there are none, where
    they are damaged · foreign: whether its predictions were made elsewhere, perhaps by a model that had learned these
    very tiles.
    """

    run: str
    dataset: str = ""
    model: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    decided: Mapping[str, Any] = field(default_factory=dict)
    parameters: int | None = None
    gflop: float | None = None
    seconds: float | None = None
    scores: TileScores = field(default_factory=TileScores)
    problem: str = ""
    foreign: bool = False

    @classmethod
    def of(cls, run: RunFolder) -> Profile:
        """What the folder of `run` tells; nothing in it is required."""
        first = _object(run.fold(0).config)  # of a cross-validation: what its folds decided, all the same way
        config, job = first | _object(run.config), _object(run.job)
        settings = _inner(config, "settings") or _inner(_inner(job, "arguments"), "settings")
        dataset = str(config.get("dataset") or settings.get("dataset") or "")
        parameters, gflop = _size(settings, config.get("tile_shape"))
        scores, problem = _scores(run, dataset)
        return cls(
            run=run.id,
            dataset=dataset,
            model=_model(config, settings),
            settings=settings,
            decided={words: config[name] for name, words in DECIDED.items() if name in config},
            parameters=parameters,
            gflop=gflop,
            seconds=_seconds(run),
            scores=scores,
            problem=problem,
            foreign="imported" in config,
        )

    @property
    def made(self) -> dict[str, str]:
        """How the masks were made that were scored; nothing where there are none."""
        return {"views": self.scores.views, "masks": self.scores.treatment.in_words} if len(self.scores) else {}

    @cached_property
    def score(self) -> Score | None:
        """The mean over the validation tiles that were predicted."""
        return Score.of(self.scores.by_tile)


def _object(path: Path) -> dict[str, Any]:
    try:
        return atomic.read_object(path)
    except (OSError, ValueError):
        return {}


def _inner(outer: Mapping[str, Any], name: str) -> dict[str, Any]:
    inner = outer.get(name)
    return inner if isinstance(inner, dict) else {}


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _model(config: Mapping[str, Any], settings: Mapping[str, Any]) -> str:
    name = str(settings.get("model") or ("imported" if "imported" in config else ""))
    return f"{name}, {config['folds']} folds" if "folds" in config else name


def _seconds(run: RunFolder) -> float | None:
    """Of all folds together, in a cross-validation."""
    trainings = run.all_folds() or [run]
    known = [_number(_object(one.last.with_suffix(".json")).get("seconds")) for one in trainings]
    return sum(one for one in known if one) if any(known) else None


def _size(settings: Mapping[str, Any], tile_shape: Any) -> tuple[int | None, float | None]:
    """Parameters and GFLOP a tile; None where the settings or the tile's shape say nothing that is understood here."""
    try:
        height, width = tile_shape
        return registry.size(TrainSettings.from_dict(settings), (int(height), int(width)))
    except (SaltScopeError, TypeError, ValueError):
        return None, None


def _scores(run: RunFolder, dataset: str) -> tuple[TileScores, str]:
    try:
        return (tile_scores(run, dataset) if dataset else TileScores()), ""
    except SaltScopeError as error:
        return TileScores(), str(error)
