"""Runs beside each other: what differs, and how sure that is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.errors import BadInput
from core.segment.comparison import compare, differing, got_by_one, paired, shared
from core.segment.profile import Profile
from core.segment.tile_scores import Score, TileScores
from core.segment.treatment import PLAIN, Treatment


def profile(run: str, scores: dict[str, float] | None = None, state: str = "x", **more: Any) -> Profile:
    by_tile = pd.Series(scores or {}, dtype=float)
    return Profile(run, more.pop("dataset", "tiles"), "unet", scores=TileScores(by_tile, state), **more)


def some(count: int, seed: int, better: float = 0.0) -> dict[str, float]:
    rng = np.random.default_rng(seed)
    values = np.clip(rng.integers(0, 11, count) / 10 + better, 0, 1)
    return {f"t{i}": float(value) for i, value in enumerate(values)}


def test_the_score_has_its_standard_error() -> None:
    score = Score.of(pd.Series([0.0, 0.5, 1.0]))
    assert score == Score(0.5, pytest.approx(0.5 / np.sqrt(3)), 3)
    assert Score.of(pd.Series([0.7])) == Score(0.7, None, 1)
    assert Score.of(pd.Series(dtype=float)) is None


def test_a_tuned_run_is_not_held_against_one_that_is_not_without_a_word() -> None:
    tuned, plain = (
        Profile(run, "tiles", "unet", scores=TileScores(pd.Series({"t1": 0.5}), "x", "flips", treatment))
        for run, treatment in (("a", Treatment(inside=153)), ("b", PLAIN))
    )
    found = compare([tuned, plain])
    assert list(found.doubtful) == ["a"] and "chosen on these very tiles" in found.in_words
    assert found.differing == (("masks", ("salt from 0.5, inside 0.6", "salt from 0.5")),)
    for one in (tuned, plain):
        assert not compare([one, replace(one, run="c")]).doubtful
    assert not compare([tuned, replace(plain, run="c", foreign=True)]).doubtful.keys() - {"c"}


def test_only_tiles_that_both_kept_aside_are_compared() -> None:
    base, other = profile("a", {"t1": 0.5, "t2": 0.0, "t3": 1.0}), profile("b", {"t2": 1.0, "t3": 0.9, "t4": 0.0})
    found = paired(base, other)
    assert found is not None
    assert (found.tiles, found.better, found.worse, found.mean) == (2, 1, 1, pytest.approx(0.45))
    assert (found.run, found.base) == ("b", "a")


def test_the_interval_is_that_of_drawing_tiles_one_by_one() -> None:
    base, other = profile("a", some(200, 0)), profile("b", some(200, 1))
    found = paired(base, other)
    assert found is not None
    difference = np.array([*other.scores.by_tile]) - np.array([*base.scores.by_tile])
    means = np.random.default_rng(5).choice(difference, (10_000, 200)).mean(axis=1)
    assert (found.low, found.high) == pytest.approx(tuple(np.quantile(means, [0.025, 0.975])), abs=0.004)
    assert paired(base, other) == found, "the same seed gives the same interval"


def test_the_interval_covers_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(2)
    covered = 0
    for _ in range(300):
        differences = {f"t{i}": value for i, value in enumerate(rng.choice([-0.5, 0.0, 0.1, 1.0], 150))}
        found = paired(profile("a", dict.fromkeys(differences, 0.0)), profile("b", differences))
        assert found is not None
        covered += found.low <= 0.15 <= found.high
    assert 0.91 <= covered / 300 <= 0.98


def test_pairing_sees_what_two_standard_errors_hide() -> None:
    base, other = profile("a", some(300, 0)), profile("b", some(300, 0, better=0.02))
    found = paired(base, other)
    assert found is not None and found.is_certain and found.worse == 0
    assert base.score is not None and base.score.standard_error is not None
    assert found.mean < base.score.standard_error


def test_what_can_not_be_compared_is_told() -> None:
    base = profile("a", {"t1": 1.0})
    others = [
        profile("b"),
        profile("c", {"t2": 1.0}),
        profile("d", {"t1": 1.0}, dataset="more"),
        profile("e", {"t1": 1.0}, state="y"),
        profile("f", problem="its file is damaged"),
    ]
    found = compare([base, *others])
    assert not found.differences
    assert list(found.missing) == ["b", "f", "c", "d", "e"]
    words = ["has not predicted", "none of the tiles that a", "of data set more", "has changed", "damaged"]
    assert all(word in found.missing[run] for run, word in zip("bcdef", words, strict=True))
    assert set(compare([profile("b"), base]).missing) == {"b"}, "the base alone is to blame"


def test_settings_that_differ_and_only_those() -> None:
    first = profile("a", settings={"model": "unet", "width": 8, "epochs": 3}, decided={"tiles learned": 10})
    second = profile("b", settings={"model": "unet", "width": 16, "epochs": 3}, decided={"tiles learned": 12})
    assert differing([first, second]) == (("width", (8, 16)), ("tiles learned", (10, 12)))
    foreign = profile("c", foreign=True)
    assert differing([first, foreign]) == ()
    assert differing([first, second, foreign])[0] == ("width", (8, 16, None))


def test_an_older_run_without_a_setting_differs_from_all_but_the_default() -> None:
    older = profile("a", settings={"model": "unet"})
    assert differing([older, profile("b", settings={"model": "unet", "width": 8})]) == ()
    assert differing([older, profile("b", settings={"model": "unet", "width": 9})]) == (("width", (None, 9)),)


def test_tiles_that_one_gets_and_the_other_does_not() -> None:
    base = profile("a", {"t1": 1.0, "t2": 0.5, "t3": 0.0, "t4": 0.9, "t5": 0.6})
    other = profile("b", {"t1": 0.4, "t2": 0.0, "t3": 0.8, "t4": 1.0, "t6": 1.0})
    by_base, by_other = got_by_one(base, other)
    assert by_base.index.tolist() == ["t1", "t2"], "the largest difference first"
    assert by_other.index.tolist() == ["t3"]
    assert shared(base, other).index.tolist() == ["t1", "t2", "t3", "t4"]


@pytest.mark.parametrize("names", ["", "a", "aa", "abcdefghi"])
def test_two_to_eight_different_runs(names: str) -> None:
    with pytest.raises(BadInput, match="expected two to 8 different ones"):
        compare([profile(name) for name in names])


def test_the_figures_are_plain_values() -> None:
    import json

    told = compare([profile("a", {"t1": 1.0}), profile("b", {"t1": 0.5}), profile("c")]).to_dict()
    assert json.loads(json.dumps(told)) == told
    assert [run["map"] for run in told["runs"]] == [1.0, 0.5, None]
    assert told["differences"][0]["mean"] == -0.5
    assert list(told["missing"]) == ["c"]


def test_predictions_from_elsewhere_are_doubted() -> None:
    found = compare([profile("a", {"t1": 1.0}), profile("b", {"t1": 0.5}, foreign=True)])
    assert list(found.doubtful) == ["b"]
    assert found.differences and "may have learned" in found.in_words
