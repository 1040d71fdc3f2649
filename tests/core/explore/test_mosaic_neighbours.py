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
from core.explore.mosaic.edges import described, next_line
from core.explore.mosaic.neighbours import CUT, mutual
from core.workspace import Workspace

Pairs = set[tuple[int, int, str]]


@pytest.fixture(scope="module")
def survey() -> Survey:
    return simulate(tiles=600, seed=0)


def as_set(pairs: pd.DataFrame) -> Pairs:
    return set(zip(pairs["first"], pairs["second"], pairs["where"], strict=True))


def truth(survey: Survey) -> Pairs:
    """All pairs that touch, but those with a constant tile."""
    places = survey.sections[["section", "row", "col"]].itertuples(index=False, name=None)
    at = {place: row for row, place in enumerate(places) if np.ptp(survey.images[row])}
    pairs = set()
    for (section, row, col), tile in at.items():
        for where, place in (("right", (section, row, col + 1)), ("below", (section, row + 1, col))):
            if place in at:
                pairs.add((tile, at[place], where))
    return pairs


def precision_and_recall(tiles: np.ndarray, known: Pairs) -> tuple[float, float]:
    found = as_set(assemble(find_pairs(tiles), len(tiles)).pairs)
    return len(found & known) / len(found), len(found & known) / len(known)


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
    assert recall >= 0.96


def test_noise_and_another_stretch_of_every_tile_change_little(survey: Survey) -> None:
    precision, recall = precision_and_recall(degraded(survey.images, noise=1.5), truth(survey))
    assert precision >= 0.98
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
    assert pairs["strength"].between(0, 1).all()
    assert pairs.loc[pairs["strength"] <= CUT, "square"].all()


def test_tiles_of_different_sections_are_no_neighbours(survey: Survey) -> None:
    alone = survey.images[~survey.sections["section"].duplicated()]
    assert len(find_pairs(alone)) <= 0.06 * len(alone)  # with few rivals, the margin lets one or two through


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


@pytest.mark.parametrize("products_at_once", [1, 1000, 1 << 24])
def test_mutual_is_what_a_comparison_of_all_with_all_gives(products_at_once: int) -> None:
    rng = np.random.default_rng(0)
    near = rng.normal(size=(90, 4))
    far = np.roll(near, 1, axis=0) + rng.normal(0, 0.4, near.shape)
    near, far = (edges / np.linalg.norm(edges, axis=1, keepdims=True) for edges in (near, far))
    distance = np.linalg.norm(near[:, None] - far, axis=2)
    np.fill_diagonal(distance, 9)
    expected = {}
    for i in range(90):
        j = int(distance[i].argmin())
        if distance[:, j].argmin() == i:
            second = min(np.sort(distance[i])[1], np.sort(distance[:, j])[1], 2**0.5)
            expected[i, j] = 1 - distance[i, j] / second

    found = mutual(near.astype(np.float32), far.astype(np.float32), lambda count: None, products_at_once)
    result = {(i, j): strength for i, j, strength in zip(*(part.tolist() for part in found), strict=True)}
    assert result.keys() == expected.keys()
    assert len(result) > 20
    for pair, strength in result.items():
        assert strength == pytest.approx(expected[pair], abs=2e-3)


def test_a_dipping_wave_is_predicted() -> None:
    along, across = np.mgrid[:60, :40]
    wave = np.sin(0.31 * along + 0.22 * across).astype(np.float32)
    strip = wave.T[None, 39:15:-1] - wave[:, 16:].mean()  # the last line first
    following = np.sin(0.31 * along[:, 0] + 0.22 * 40)
    assert np.corrcoef(next_line(strip)[0, 3:-3], following[3:-3])[0, 1] > 0.999


def test_vectors_do_not_see_a_stretch() -> None:
    tiles = np.random.default_rng(0).integers(0, 120, (3, 24, 24)).astype(np.uint8)
    for side in ("right", "left", "bottom", "top"):
        vectors = described(tiles, side, True)
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4)
        np.testing.assert_allclose(described(2 * tiles + 9, side, True), vectors, atol=1e-3)


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
    assert 2350 <= len(strong) <= 2600
    blocks = squares(strong)
    assert len(blocks) >= 400
    assert closed(strong, blocks).mean() >= 0.99
    mosaic = assemble(pairs, len(store))
    assert 2600 <= len(mosaic.pairs) <= 2900
    assert 60 <= mosaic.sizes[0] <= 130
