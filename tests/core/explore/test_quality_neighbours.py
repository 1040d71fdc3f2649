"""Labels of touching tiles: what goes on across the edge, and what does not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from core.errors import BadInput
from core.explore.quality.neighbours import neighbour_findings
from core.explore.quality.reasons import Limits

SIDE = 10
LIMITS = Limits(seam=3)


def tile(top: int, left: int, bottom: int, right: int) -> np.ndarray:
    mask = np.zeros((SIDE, SIDE), np.uint8)
    mask[top:bottom, left:right] = 1
    return mask


def look(
    masks: list[np.ndarray], *pairs: tuple[int, int, str], labelled: list[bool] | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Seams, and tiles that are empty below salt."""
    table = pd.DataFrame(pairs, columns=["first", "second", "where"])
    known = np.array(labelled or [True] * len(masks))
    seams, empty = neighbour_findings(np.stack(masks), table, known, LIMITS)
    return seams, empty


def test_a_body_that_goes_on_is_no_seam() -> None:
    left, right = tile(2, 5, 8, SIDE), tile(3, 0, 9, 4)  # the boundary moves by a pixel at each end
    seams, empty = look([left, right], (0, 1, "right"))
    assert seams.empty
    assert empty.empty


def test_a_body_that_is_cut_off_is_a_seam_of_both_tiles() -> None:
    left, right = tile(2, 5, 8, SIDE), tile(7, 0, 9, 4)
    seams, _ = look([left, right], (0, 1, "right"))
    assert seams["row"].tolist() == [0, 1]
    assert seams["other"].tolist() == [1, 0]
    assert seams["value"].tolist() == [6, 6]
    assert seams["severity"].tolist() == pytest.approx([0.48, 0.48])
    assert seams["details"].tolist() == [
        "the label differs in 6 of 10 px from that of the neighbour at the right edge: 6 px of salt here, 2 there",
        "the label differs in 6 of 10 px from that of the neighbour at the left edge: 2 px of salt here, 6 there",
    ]
    assert seams[["top", "left", "bottom", "right"]].to_numpy().tolist() == [[0, 9, 10, 10], [0, 0, 10, 1]]


def test_a_seam_begins_at_the_limit() -> None:
    left = tile(0, 5, 5, SIDE)
    assert look([left, tile(0, 0, 3, 5)], (0, 1, "right"))[0].empty  # 2 px
    assert look([left, tile(0, 0, 2, 5)], (0, 1, "right"))[0]["value"].tolist() == [3, 3]


def test_only_the_shared_edge_is_compared() -> None:
    above, below = tile(0, 0, SIDE, 4), tile(0, 0, SIDE, 4)
    assert look([above, below], (0, 1, "below"))[0].empty
    assert len(look([above, below], (0, 1, "right"))[0]) == 2  # the right edge of one, the left edge of the other


def test_the_worst_of_several_edges_is_told() -> None:
    masks = [tile(0, 0, SIDE, SIDE), tile(0, 0, 6, SIDE), tile(1, 0, SIDE, SIDE)]
    seams, _ = look(masks, (0, 1, "right"), (0, 2, "below"))
    assert seams["row"].tolist() == [0, 1, 2]
    assert seams["value"].tolist() == [10, 4, 10]
    assert seams["other"].tolist() == [2, 0, 0]
    assert seams[["top", "left", "bottom", "right"]].iloc[[0, 2]].to_numpy().tolist() == [[9, 0, 10, 10], [0, 0, 1, 10]]


def test_empty_below_salt() -> None:
    salt, empty = tile(4, 0, SIDE, SIDE), tile(0, 0, 0, 0)
    seams, found = look([salt, empty], (0, 1, "below"))
    assert seams.empty  # told once
    assert (found["row"].tolist(), found["other"].tolist(), found["value"].tolist()) == ([1], [0], [10])
    assert found["details"].tolist() == [
        "labelled empty, below 10 px of salt along the whole bottom row of the tile above"
    ]


def test_what_is_not_empty_below_salt() -> None:
    salt, empty, gap = tile(4, 0, SIDE, SIDE), tile(0, 0, 0, 0), tile(4, 1, SIDE, SIDE)
    lower = tile(5, 0, SIDE, SIDE)  # its top row is empty, but it is not
    assert look([gap, empty], (0, 1, "below"))[1].empty
    assert look([salt, lower], (0, 1, "below"))[1].empty
    assert look([empty, salt], (0, 1, "below"))[1].empty
    assert look([salt, empty], (0, 1, "right"))[1].empty
    assert len(look([salt, lower], (0, 1, "below"))[0]) == 2  # a seam like any other


def test_tiles_without_a_label_say_nothing() -> None:
    salt, empty = tile(4, 0, SIDE, SIDE), tile(0, 0, 0, 0)
    pairs = ((0, 1, "below"), (1, 0, "right"))
    assert all(found.empty for found in look([salt, empty], *pairs, labelled=[True, False]))


def test_no_pairs_have_no_findings() -> None:
    assert all(found.empty for found in look([tile(0, 0, 1, 1)]))


def test_a_side_that_does_not_exist_is_refused() -> None:
    with pytest.raises(BadInput, match="neighbours lie 'left'; expected right or below"):
        look([tile(0, 0, 1, 1)] * 2, (0, 1, "left"))
