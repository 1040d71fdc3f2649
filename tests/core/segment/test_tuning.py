"""Sweeps against masks that are made one by one, and what is chosen from them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from core.segment import metrics, sweeps
from core.segment.treatment import PLAIN, Treatment
from core.segment.tuning import tune


@pytest.fixture(scope="module")
def seen() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """maps, truth (60, 40, 40) and which are constant (60,): smooth random salt, seen with noise; some tiles empty."""
    generator = np.random.default_rng(3)
    rock = ndimage.gaussian_filter(generator.normal(size=(60, 40, 40)), (0, 4, 4))
    rock[::3] -= 1
    seen = rock + ndimage.gaussian_filter(generator.normal(size=rock.shape), (0, 1.5, 1.5)) * 0.35
    maps = (255 / (1 + np.exp(-20 * seen))).astype(np.uint8)
    return maps, (rock > 0).astype(np.uint8), np.arange(60) % 30 == 1


def score(maps: np.ndarray, truth: np.ndarray, constant: np.ndarray, treatment: Treatment) -> np.ndarray:
    return metrics.competition_score(truth, treatment.masks(maps, constant))


def test_every_level_scores_as_its_masks_do(seen: tuple[np.ndarray, ...]) -> None:
    maps, truth, constant = seen
    found = sweeps.level_scores(maps, truth)
    assert found.shape == (64, 60)
    for place in (0, 1, 20, 32, 63):
        treatment = Treatment(level=int(sweeps.LEVELS[place]))
        np.testing.assert_allclose(found[place], score(maps, truth, constant, treatment), atol=1e-6)


def test_every_size_of_hole_and_patch_scores_as_its_masks_do(seen: tuple[np.ndarray, ...]) -> None:
    maps, truth, constant = seen
    for level in (60, 128):
        holes = sweeps.hole_scores(maps, truth, Treatment(level))
        areas = sweeps.area_scores(maps, truth, Treatment(level, holes=20))
        for place, n in enumerate(sweeps.AREAS.tolist()):
            np.testing.assert_allclose(holes[place], score(maps, truth, constant, Treatment(level, n)), atol=1e-6)
            np.testing.assert_allclose(areas[place], score(maps, truth, constant, Treatment(level, 20, n)), atol=1e-6)
    assert len(np.unique(holes.sum(axis=1))) > 2 and len(np.unique(areas.sum(axis=1))) > 4


def test_sureness_and_black_tiles_score_as_their_masks_do(seen: tuple[np.ndarray, ...]) -> None:
    maps, truth, constant = seen
    plain = score(maps, truth, constant, PLAIN)
    found = sweeps.sure_scores(maps, truth, plain)
    for place in (10, 50, 60, 63):
        treatment = Treatment(sure=int(sweeps.LEVELS[place]))
        np.testing.assert_allclose(found[place], score(maps, truth, constant, treatment), atol=1e-6)
    cleaned = Treatment(level=100, area=10, holes=400)  # what is filled may bring a mean under the level
    inside = sweeps.inside_scores(maps, truth, cleaned, score(maps, truth, constant, cleaned))
    for place in (10, 24, 40, 48, 52, 63):
        treatment = Treatment(level=100, area=10, holes=400, inside=int(sweeps.LEVELS[place]))
        np.testing.assert_allclose(inside[place], score(maps, truth, constant, treatment), atol=1e-6)
    assert len(np.unique(inside.sum(axis=1))) > 4
    black = sweeps.black_scores(constant, truth, plain)
    np.testing.assert_allclose(black[1], score(maps, truth, constant, Treatment(black=True)), atol=1e-6)
    assert (black[0] != black[1]).any()


def test_a_salt_head_empties_what_it_doubts(seen: tuple[np.ndarray, ...]) -> None:
    maps, truth, constant = seen
    says = np.where(truth.any(axis=(1, 2)), 0.9, 0.1).astype(np.float32)
    says[:3] = 0.5
    says[3] = np.nan
    found = sweeps.head_scores(says, truth, score(maps, truth, constant, PLAIN))
    for place in (0, 10, 40, 63):
        masks = Treatment(head=int(sweeps.LEVELS[place])).masks(maps, constant, says)
        np.testing.assert_allclose(found[place], metrics.competition_score(truth, masks), atol=1e-6)
    told = tune(maps, truth, constant, np.arange(60) % 5, any_salt=says)
    assert [sweep.setting for sweep in told.sweeps] == ["level", "holes", "area", "inside", "sure", "head", "black"]
    last = told.sweeps[-1]
    expected = metrics.competition_score(truth, told.chosen.masks(maps, constant, says)).mean()
    assert last.scores[last.values.index(last.chosen)] == pytest.approx(expected, abs=1e-5)


def test_only_the_head_can_tell_what_is_empty() -> None:
    truth = np.zeros((40, 8, 8), np.uint8)
    truth[:20, 2:6, 2:6] = 1
    maps = np.zeros_like(truth)
    maps[:, 2:6, 2:6] = 200
    says = truth.any(axis=(1, 2)) * np.float32(0.5) + np.float32(0.25)
    told = tune(maps, truth, np.zeros(40, bool), np.arange(40) % 4, any_salt=says)
    assert 64 <= told.chosen.head < 192 and told.treated.value == 1 and told.plain.value == 0.5


def test_the_chosen_treatment_scores_what_its_sweeps_say(seen: tuple[np.ndarray, ...]) -> None:
    maps, truth, constant = seen
    found = tune(maps, truth, constant, np.arange(60) % 5)
    assert (found.tiles, found.folds) == (60, 5)
    last = found.sweeps[-1]
    expected = score(maps, truth, constant, found.chosen).mean()
    assert last.scores[last.values.index(last.chosen)] == pytest.approx(expected, abs=1e-5)
    assert found.plain.value == pytest.approx(score(maps, truth, constant, PLAIN).mean(), abs=1e-6)
    assert found.gain.value == pytest.approx(found.treated.value - found.plain.value, abs=1e-6)
    assert found.chosen.area > 0 and found.gain.value > 0 and found.pays


def test_what_gains_less_than_its_error_is_left_alone() -> None:
    truth = np.zeros((40, 8, 8), np.uint8)
    truth[:20, 2:6, 2:6] = 1
    found = tune(truth * np.uint8(255), truth, np.zeros(40, bool), np.arange(40) % 4)
    assert found.chosen == PLAIN
    assert found.plain.value == found.treated.value == 1 and found.gain.value == 0


def test_the_estimate_has_no_part_in_the_choice() -> None:
    """Each fold is best at a level of its own, so that what the others chose gains it nothing."""
    truth = np.zeros((40, 8, 8), np.uint8)
    truth[:, :4] = 1
    maps = np.zeros((40, 8, 8), np.uint8)
    fold = np.arange(40) // 20
    for place, (inside, outside) in enumerate([(255, 180), (100, 20)]):
        maps[fold == place, :4], maps[fold == place, 4:] = inside, outside
    found = tune(maps, truth, np.zeros(40, bool), fold)
    assert found.plain.value == 0
    assert found.treated.value == 0 and not found.pays
