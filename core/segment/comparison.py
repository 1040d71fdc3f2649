"""Runs beside each other: settings that differ, scores, and the difference on the tiles that both kept aside.

Two runs are compared tile by tile (paired), which takes away what is easy or hard for both. The interval of the mean
difference is that of a bootstrap over tiles (Efron 1979): 95 % of the means of as many tiles, drawn with replacement.
Tiles of one section resemble each other, so the true interval is somewhat wider. Torch-free.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import MISSING, dataclass, fields
from typing import Any

import numpy as np
import pandas as pd

from core.errors import BadInput
from core.explore import numbers
from core.segment import bootstrap
from core.segment.profile import Profile
from core.segment.settings import TrainSettings
from core.segment.treatment import PLAIN

DRAWS = 10_000
GOT = 0.5  # a tile with this score or more counts as got
FOREIGN = "was made elsewhere, by a model that may have learned the very tiles it is compared on"
TUNED = "makes its masks as was chosen on these very tiles, and another run does not, so it may look a little too good"
MOST = 8  # runs: as many as there are colours to tell them apart


@dataclass(frozen=True)
class Difference:
    """How much better `run` is than `base` on the tiles that both kept aside.

    mean: of run − base, of the competition's score · low, high: its 95 % interval · better, worse: tiles with a higher
    or a lower score, of `tiles`.
    """

    run: str
    base: str
    mean: float
    low: float
    high: float
    tiles: int
    better: int
    worse: int

    @property
    def in_words(self) -> str:
        """`b against a: +0.012 [0.003, 0.021] over 612 tiles: 80 better, 61 worse`."""
        interval = numbers.interval((self.low, self.high))
        tiles = f"{numbers.tiles(self.tiles)}: {self.better:,} better, {self.worse:,} worse"
        return f"{self.run} against {self.base}: {numbers.signed(self.mean)} {interval} over {tiles}"

    @property
    def is_certain(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two runs or more; the others are held against the first one.

    differing: one row a setting, its name and its value for each run (None: not known) · differences: those that can be
    told · missing: why the others can't, in a sentence each, by run · doubtful: why a score may be too good, by run.
    """

    profiles: tuple[Profile, ...]
    differing: tuple[tuple[str, tuple[Any, ...]], ...]
    differences: tuple[Difference, ...]
    missing: dict[str, str]
    doubtful: dict[str, str]

    @property
    def in_words(self) -> str:
        """The same for a terminal: runs, what differs, differences, what is missing; a line each."""
        runs = [f"{one.run}: {_score_in_words(one)}" for one in self.profiles]
        settings = [f"{name}: {' | '.join(map(str, values))}" for name, values in self.differing]
        differences = [one.in_words for one in self.differences]
        missing = [f"{run}: {words}" for run, words in (self.missing | self.doubtful).items()]
        return "\n".join([*runs, "", *(settings or ["no setting differs"]), "", *differences, *missing]).rstrip()

    def to_dict(self) -> dict[str, Any]:
        """runs, differing, differences, missing, doubtful as plain values, for JSON."""
        runs = [profile.run for profile in self.profiles]
        return {
            "runs": [_facts(profile) for profile in self.profiles],
            "differing": {name: dict(zip(runs, values, strict=True)) for name, values in self.differing},
            "differences": [vars(one) for one in self.differences],
            "missing": self.missing,
            "doubtful": self.doubtful,
        }


def compare(profiles: Sequence[Profile], seed: int = 0) -> Comparison:
    """Hold runs against the first of them. Raises `BadInput` for less than two, more than eight, or one twice."""
    names = [profile.run for profile in profiles]
    if not 2 <= len(set(names)) == len(names) <= MOST:
        raise BadInput(f"runs to compare: {', '.join(names) or 'none'}; expected two to {MOST} different ones")
    base, *others = profiles
    missing = {one.run: words for one in profiles if (words := _missing(one))}
    found = []
    for other in others:
        if one := paired(base, other, seed):
            found.append(one)
        elif not {base.run, other.run} & missing.keys():
            missing[other.run] = _nothing_shared(base, other)
    doubtful = {one.run: words for one in profiles if (words := _doubts(one, profiles))}
    return Comparison(tuple(profiles), differing(profiles), tuple(found), missing, doubtful)


def paired(base: Profile, other: Profile, seed: int = 0) -> Difference | None:
    """The mean difference on the tiles that both kept aside, with its interval; None where there is no such tile."""
    scores = shared(base, other)
    if scores.empty:
        return None
    difference = (scores["other"] - scores["base"]).to_numpy().round(6)
    low, high = np.quantile(bootstrap.means(difference, DRAWS, seed), [0.025, 0.975])
    better, worse = int((difference > 0).sum()), int((difference < 0).sum())
    return Difference(
        other.run, base.run, float(difference.mean()), float(low), float(high), len(difference), better, worse
    )


def shared(base: Profile, other: Profile) -> pd.DataFrame:
    """Scores `base` and `other` of the tiles of one state of a data set that both kept aside, by tile id."""
    if _tiles_of(base) != _tiles_of(other):
        return pd.DataFrame({"base": [], "other": []}, dtype=float)
    return pd.concat({"base": base.scores.by_tile, "other": other.scores.by_tile}, axis=1, join="inner")


def got_by_one(base: Profile, other: Profile) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows of `shared` that only `base` gets (a score of .5 or more), and those that only `other` gets.

    The largest difference comes first.
    """
    scores = shared(base, other)
    order = (scores["base"] - scores["other"]).abs().sort_values(ascending=False, kind="stable").index
    scores = scores.loc[order]
    by_base, by_other = scores["base"] >= GOT, scores["other"] >= GOT
    return scores[by_base & ~by_other], scores[by_other & ~by_base]


def differing(profiles: Sequence[Profile]) -> tuple[tuple[str, tuple[Any, ...]], ...]:
    """Settings, what the runs decided for themselves and how their masks were made, that are not the same for all.

    Of each its name and a value a run. One that a run does not name, as it is older, counts as different from any value
    but the default. A run without any settings, as it was not trained here, differs from nothing.
    """
    defaults = {one.name: one.default for one in fields(TrainSettings) if one.default is not MISSING}
    trained = [bool(profile.settings) for profile in profiles]
    tables = (
        ([profile.settings for profile in profiles], trained),
        ([profile.decided for profile in profiles], trained),
        ([profile.made for profile in profiles], [bool(profile.made) for profile in profiles]),
    )
    return tuple(
        (name, values)
        for table, known in tables
        for name, values in _rows(table)
        if _differ(values, known, defaults.get(name))
    )


def _rows(tables: Sequence[Any]) -> list[tuple[str, tuple[Any, ...]]]:
    names = dict.fromkeys(name for table in tables for name in table)
    return [(name, tuple(table.get(name) for table in tables)) for name in names]


def _differ(values: tuple[Any, ...], known: list[bool], default: Any) -> bool:
    different = {repr(default if value is None else value) for value, own in zip(values, known, strict=True) if own}
    return len(different) > 1


def _score_in_words(profile: Profile) -> str:
    score = profile.score
    if score is None:
        return "no score of single tiles"
    return f"score {numbers.score(score.map, score.standard_error)} over {numbers.tiles(score.tiles)}"


def _tiles_of(profile: Profile) -> tuple[str, str | None]:
    return profile.dataset, profile.scores.state


def _missing(profile: Profile) -> str:
    if profile.problem or len(profile.scores):
        return profile.problem
    return "has not predicted the tiles that it kept aside, so its score per tile is not known"


def _doubts(profile: Profile, profiles: Sequence[Profile]) -> str:
    if profile.foreign:
        return FOREIGN
    scored = [other.scores.treatment for other in profiles if len(other.scores) and not other.foreign]
    tuned = len(profile.scores) and profile.scores.treatment != PLAIN
    return TUNED if tuned and PLAIN in scored else ""


def _nothing_shared(base: Profile, other: Profile) -> str:
    if base.dataset != other.dataset:
        return f"has kept aside tiles of data set {other.dataset}, {base.run} those of {base.dataset}"
    if _tiles_of(base) != _tiles_of(other):
        return f"data set {base.dataset} has changed between the two predictions; predict again"
    return f"kept aside none of the tiles that {base.run} kept aside"


def _facts(profile: Profile) -> dict[str, Any]:
    score = profile.score
    return {
        "run": profile.run,
        "dataset": profile.dataset,
        "model": profile.model,
        "map": score.map if score else None,
        "standard_error": score.standard_error if score else None,
        "tiles": score.tiles if score else 0,
        "parameters": profile.parameters,
        "gflop": profile.gflop,
        "seconds": profile.seconds,
    }
