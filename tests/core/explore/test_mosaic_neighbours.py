"""Neighbours: sections whose truth is known, and vectors small enough to compare all with all."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.dataset.importing import import_source
from core.dataset.synthetic import Survey, simulate
from core.dataset.tiles import TileStore
from core.errors import BadInput, Stopped
from core.explore.mosaic import assemble, closed, find_pairs, squares
from core.explore.mosaic.edges import autocorrelation, described, seam
from core.explore.mosaic.matches import BINS, RIVALS, Matches, mutual, strength
from core.explore.mosaic.neighbours import CUT
from core.workspace import Workspace

Pairs = set[tuple[int, int, str]]
SPARSE = 0.28  # of all tiles: as many pairs a tile as in the TGS data


@pytest.fixture(scope="module")
def surveys() -> list[Survey]:
    return [simulate(tiles=600, seed=seed) for seed in range(3)]


@pytest.fixture(scope="module")
def survey(surveys: list[Survey]) -> Survey:
    return surveys[0]


def as_set(pairs: pd.DataFrame) -> Pairs:
    return set(zip(pairs["first"], pairs["second"], pairs["where"], strict=True))


def truth(survey: Survey, chosen: np.ndarray | None = None) -> Pairs:
    """All pairs that touch, but those with a constant tile; of the `chosen` tiles, numbered as they were chosen."""
    rows = np.arange(len(survey)) if chosen is None else chosen
    places = survey.sections.loc[rows, ["section", "row", "col"]].itertuples(index=False, name=None)
    at = {place: number for number, place in enumerate(places) if np.ptp(survey.images[rows[number]])}
    pairs = set()
    for (section, row, col), tile in at.items():
        for where, place in (("right", (section, row, col + 1)), ("below", (section, row + 1, col))):
            if place in at:
                pairs.add((tile, at[place], where))
    return pairs


def precision_and_recall(tiles: np.ndarray, known: Pairs) -> tuple[float, float]:
    found = as_set(assemble(find_pairs(tiles), len(tiles)).pairs)
    return len(found & known) / len(found), len(found & known) / len(known)


def pooled(surveys: list[Survey], noise: float = 0) -> tuple[float, float]:
    """Precision and recall over sparse draws from all surveys: one in four tiles, four times."""
    rng, hits, all_found, all_known = np.random.default_rng(1), 0, 0, 0
    for survey in surveys:
        images = degraded(survey.images, noise) if noise else survey.images
        for _ in range(4):
            chosen = np.flatnonzero(rng.random(len(survey)) < SPARSE)
            known = truth(survey, chosen)
            found = as_set(assemble(find_pairs(images[chosen]), len(chosen)).pairs)
            hits, all_found, all_known = hits + len(found & known), all_found + len(found), all_known + len(known)
    return hits / all_found, hits / all_known


def degraded(images: np.ndarray, noise: float) -> np.ndarray:
    """Noise (grey levels) in every tile that is not constant, then another stretch of each."""
    rng = np.random.default_rng(7)
    changing = np.ptp(images, axis=(1, 2), keepdims=True) > 0
    noisy = images + changing * rng.normal(0, noise, images.shape)
    gain, offset = rng.uniform(0.5, 0.8, (len(images), 1, 1)), rng.uniform(0, 50, (len(images), 1, 1))
    return (noisy * gain + offset).clip(0, 255).round().astype(np.uint8)


def test_neighbours_of_synthetic_sections_are_found(survey: Survey) -> None:
    assert (np.ptp(survey.images, axis=(1, 2)) == 0).any()  # black tiles are among them
    precision, recall = precision_and_recall(survey.images, truth(survey))
    assert precision >= 0.98
    assert recall >= 0.98


def test_noise_and_another_stretch_of_every_tile_change_little(survey: Survey) -> None:
    precision, recall = precision_and_recall(degraded(survey.images, noise=2), truth(survey))
    assert precision >= 0.98
    assert recall >= 0.97


def test_few_tiles_of_each_section_suffice(surveys: list[Survey]) -> None:
    precision, recall = pooled(surveys)
    assert precision >= 0.96
    assert recall >= 0.96


def test_few_noisy_tiles_with_another_stretch_each_suffice(surveys: list[Survey]) -> None:
    precision, recall = pooled(surveys, noise=2)
    assert precision >= 0.96
    assert recall >= 0.96


def test_tiles_need_not_be_square() -> None:
    survey = simulate(tiles=200, seed=2, tile_shape=(64, 120))
    precision, recall = precision_and_recall(survey.images, truth(survey))
    assert precision >= 0.96
    assert recall >= 0.96


def test_the_order_of_the_tiles_does_not_matter(survey: Survey) -> None:
    some = survey.images[:120]
    order = np.random.default_rng(0).permutation(len(some))
    found = find_pairs(some[order])
    back = found.assign(first=order[found["first"]], second=order[found["second"]])
    assert as_set(back) == as_set(find_pairs(some))


def test_each_edge_is_in_one_pair_at_most_and_weak_pairs_are_confirmed(survey: Survey) -> None:
    pairs = find_pairs(survey.images)
    assert not pairs.duplicated(["first", "where"]).any()
    assert not pairs.duplicated(["second", "where"]).any()
    assert pairs.loc[pairs["strength"] <= CUT, "square"].all()


def test_tiles_of_different_sections_are_no_neighbours(surveys: list[Survey]) -> None:
    rng, tiles, found = np.random.default_rng(0), 0, 0
    for survey in surveys:
        for _ in range(4):
            order = rng.permutation(len(survey))
            alone = order[~survey.sections["section"].iloc[order].duplicated().to_numpy()]
            tiles, found = tiles + len(alone), found + len(find_pairs(survey.images[alone]))
    assert tiles > 800
    assert found <= 0.02 * tiles


def test_equal_tiles_are_no_neighbours(survey: Survey) -> None:
    twice = np.concatenate([survey.images[:40], survey.images[:40]])
    assert find_pairs(twice).empty


def test_constant_tiles_are_left_out() -> None:
    tiles = np.stack([np.full((16, 16), grey, np.uint8) for grey in (0, 0, 90, 255)])
    assert find_pairs(tiles).empty
    assert find_pairs(tiles[:0]).empty


def test_two_tiles_suffice(survey: Survey) -> None:
    first, second, where = min(pair for pair in truth(survey) if pair[2] == "right")
    assert as_set(assemble(find_pairs(survey.images[[first, second]]), 2).pairs) == {(0, 1, where)}
    assert as_set(assemble(find_pairs(survey.images[[second, first]]), 2).pairs) == {(1, 0, where)}


def test_tiny_tiles_are_refused() -> None:
    with pytest.raises(BadInput, match="4×9"):
        find_pairs(np.zeros((3, 4, 9), np.uint8))


def test_a_stop_passes_through(survey: Survey) -> None:
    def stop(done: int, total: int | None, what: str, **facts: object) -> None:
        assert total is not None
        if done > total / 2:
            raise Stopped

    with pytest.raises(Stopped):
        find_pairs(survey.images, progress=stop)


def test_progress_ends_at_its_total(survey: Survey) -> None:
    told: list[tuple[int, int | None]] = []
    find_pairs(survey.images, progress=lambda done, total, what, **facts: told.append((done, total)))
    assert told == sorted(told)
    assert told[-1][0] == told[-1][1]


def some_edges(count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Edges (count, 4) float32, near and far, and the cosines of all with all; every edge has a partner."""
    rng = np.random.default_rng(0)
    near = rng.normal(size=(count, 4))
    far = np.roll(near, 1, axis=0) + rng.normal(0, 0.4, near.shape)
    near, far = (edges / np.linalg.norm(edges, axis=1, keepdims=True) for edges in (near, far))
    cosines = near @ far.T
    np.fill_diagonal(cosines, 0)
    return near.astype(np.float32), far.astype(np.float32), cosines


@pytest.mark.parametrize("products_at_once", [1, 1 << 24])
def test_mutual_is_what_a_comparison_of_all_with_all_gives(products_at_once: int) -> None:
    near, far, cosines = some_edges(300)
    expected = {(i, int(j)) for i, j in enumerate(cosines.argmax(axis=1)) if cosines[:, j].argmax() == i}
    matches = mutual(near, far, lambda count: None, products_at_once)
    found = set(zip(matches.first.tolist(), matches.second.tolist(), strict=True))
    assert len(found) > 60
    assert found <= expected
    for first, second in expected - found:  # tied with a rival
        rivals = np.concatenate([np.delete(cosines[first], second), np.delete(cosines[:, second], first)])
        assert np.arccos(cosines[first, second]) >= 0.98 * np.arccos(rivals.max())


def test_rivals_are_the_nearest_edges_but_the_partner() -> None:
    near, far, cosines = some_edges(BINS)
    matches = mutual(near, far, lambda count: None)
    for first, second, there, back in zip(matches.first, matches.second, matches.there, matches.back, strict=True):
        for rivals, all_cosines, partner in ((there, cosines[first], second), (back, cosines[:, second], first)):
            nearest = np.sort(np.delete(all_cosines, partner))[::-1][:RIVALS]
            np.testing.assert_allclose(rivals, nearest.clip(0), atol=1e-6)


def test_a_pair_is_as_strong_as_it_is_nearer_than_its_rivals_and_than_its_tiles_foretell() -> None:
    rivals = np.cos(np.linspace(0.6, 1.2, RIVALS))[None].astype(np.float32)

    def of(angle: float, expected: float) -> float:
        cosine = np.cos([angle]).astype(np.float32)
        return float(strength(Matches(*np.zeros((2, 1), int), cosine, rivals, rivals), np.array([expected]))[0])

    assert of(0.1, 0.02) > of(0.3, 0.1) > of(0.5, 0.3)
    assert of(0.3, 1) == pytest.approx(of(0.3, 0.1) + 1, abs=1e-3)  # the smoother, the more tiles are alike
    assert of(0.3, 0.001) == pytest.approx(of(0.3, 0.01) - 3, abs=1e-3)  # and here they misfit too


def test_noise_costs_strength_only_as_far_as_its_rivals_are_near() -> None:
    alike, unlike = (
        np.full((1, RIVALS), cosine, np.float32) - np.linspace(0, 0.1, RIVALS, dtype=np.float32)[None]
        for cosine in (0.9, 0.5)
    )
    matches = (
        Matches(*np.zeros((2, 1), int), np.array([0.92], np.float32), rivals, rivals) for rivals in (alike, unlike)
    )
    weak, strong = (float(strength(each, np.full(1, 0.16))[0]) for each in matches)
    assert weak < CUT < strong


def test_a_dipping_wave_is_carried_on_to_the_seam() -> None:
    along, across = np.mgrid[:60, :40]
    wave = np.sin(0.31 * along + 0.22 * across).astype(np.float32)
    strip = wave.T[None, ::-1] - wave.mean()  # the last line first
    estimate, error = seam(strip)
    assert np.corrcoef(estimate[0, 3:-3], np.sin(0.31 * along[:, 0] + 0.22 * 39.5)[3:-3])[0, 1] > 0.999
    assert error[0] < 0.05


def test_the_autocorrelation_is_the_mean_product_of_shifted_lines() -> None:
    strip = np.random.default_rng(0).normal(size=(1, 30, 50)).astype(np.float32)
    found = autocorrelation(strip, np.array([0, 2]))[0]
    assert found[0, 4] == pytest.approx(np.mean(strip**2), rel=1e-4)
    shifted = strip[0, 2:, 1:] * strip[0, :-2, :-1]
    assert found[1, 5] == pytest.approx(shifted.sum() / strip.size, abs=1e-4)


def test_noise_foretells_that_it_is_not_foretold() -> None:
    estimate, error = seam(np.random.default_rng(0).normal(size=(5, 40, 60)).astype(np.float32))
    assert estimate.shape == (5, 60)
    assert (error > 0.3).all()


def test_vectors_do_not_see_a_stretch() -> None:
    tiles = np.random.default_rng(0).integers(0, 120, (3, 24, 24)).astype(np.uint8)
    for side in ("right", "left", "bottom", "top"):
        vectors, errors = described(tiles, side)
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4)
        stretched, same_errors = described(2 * tiles + 9, side)
        np.testing.assert_allclose(stretched, vectors, atol=1e-3)
        np.testing.assert_allclose(same_errors, errors, atol=1e-3)


def test_a_square_closes_where_both_ways_around_it_meet() -> None:
    #   0 1     4 5        the second square's ways end at 7 and at 8
    #   2 3     6 7/8
    pairs = pd.DataFrame(
        [
            *[(0, 1, "right"), (0, 2, "below"), (1, 3, "below"), (2, 3, "right")],
            *[(4, 5, "right"), (4, 6, "below"), (5, 7, "below"), (6, 8, "right"), (5, 9, "right")],
        ],
        columns=["first", "second", "where"],
    )
    blocks = squares(pairs)
    np.testing.assert_array_equal(blocks, [[0, 1, 2, 3], [4, 5, 6, 7]])
    np.testing.assert_array_equal(closed(pairs, blocks), [True, False])
    assert len(squares(pairs[:0])) == 0


@pytest.mark.real
def test_squares_of_real_tiles_close(tgs: Path, workspace: Workspace) -> None:
    import_source(tgs, workspace, "tgs")
    store = TileStore.open(workspace.existing_dataset("tgs"))
    pairs = find_pairs(store.tiles)
    strong = pairs[pairs["strength"] > CUT].reset_index(drop=True)
    assert 2650 <= len(strong) <= 2850
    blocks = squares(strong)
    assert len(blocks) >= 500
    assert closed(strong, blocks).mean() >= 0.99
    mosaic = assemble(pairs, len(store))
    assert 2700 <= len(mosaic.pairs) <= 3000
    assert 60 <= mosaic.sizes[0] <= 130
