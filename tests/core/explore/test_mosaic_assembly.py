"""Assembly: pairs written by hand, so that every place is known."""

from __future__ import annotations

import numpy as np
import pandas as pd

from core.explore.mosaic import ALONE, Link, Mosaic, assemble

Known = list[tuple[int, int, str, float]]


def pairs(known: Known, square: tuple[int, ...] = ()) -> pd.DataFrame:
    table = pd.DataFrame(known, columns=["first", "second", "where", "strength"])
    return table.assign(square=[number in square for number in range(len(table))])


def touching(mosaic: Mosaic) -> dict[tuple[int, int, str], str]:
    table = mosaic.pairs
    keys = zip(table["first"], table["second"], table["where"], strict=True)
    return dict(zip(keys, table["found"], strict=True))


#    0 1      of section 0, and   5
#    2 3                          6
BLOCK: Known = [(0, 1, "right", 0.9), (0, 2, "below", 0.8), (2, 3, "right", 0.7)]
PILE: Known = [(5, 6, "below", 0.5)]


def test_tiles_get_their_places() -> None:
    mosaic = assemble(pairs(PILE + BLOCK), 7)
    np.testing.assert_array_equal(mosaic.section, [0, 0, 0, 0, ALONE, 1, 1])
    np.testing.assert_array_equal(mosaic.row, [0, 0, 1, 1, 0, 0, 1])
    np.testing.assert_array_equal(mosaic.col, [0, 1, 0, 1, 0, 0, 0])
    np.testing.assert_array_equal(mosaic.sizes, [4, 2])
    np.testing.assert_array_equal(mosaic.grid(0), [[0, 1], [2, 3]])
    np.testing.assert_array_equal(mosaic.grid(1), [[5], [6]])
    assert mosaic.refused.empty


def test_pairs_tell_how_they_were_found() -> None:
    mosaic = assemble(pairs(BLOCK, square=(0,)), 4)
    assert touching(mosaic) == {
        (0, 1, "right"): "square",
        (2, 3, "right"): "edges",
        (0, 2, "below"): "edges",
        (1, 3, "below"): "place",
    }
    strength = mosaic.pairs.set_index("found")["strength"]
    assert np.isnan(strength["place"])
    assert strength["square"] == 0.9


def test_every_lone_tile_is_a_group_of_its_own() -> None:
    groups = assemble(pairs(BLOCK + PILE), 8).groups
    np.testing.assert_array_equal(groups, [0, 0, 0, 0, 2, 1, 1, 3])


def test_the_weaker_of_two_pairs_that_contradict_each_other_is_refused() -> None:
    mosaic = assemble(pairs([*BLOCK, (1, 3, "right", 0.4)]), 4)
    assert mosaic.refused[["first", "second", "where"]].to_numpy().tolist() == [[1, 3, "right"]]
    np.testing.assert_array_equal(mosaic.grid(0), [[0, 1], [2, 3]])


def test_two_tiles_never_share_a_place() -> None:
    mosaic = assemble(pairs([*BLOCK, (1, 4, "below", 0.6)]), 5)  # where 3 lies
    assert len(mosaic.refused) == 1
    assert mosaic.section[4] == ALONE
    places = list(zip(mosaic.section, mosaic.row, mosaic.col, strict=True))[:4]
    assert len(set(places)) == 4


def test_groups_that_overlap_are_not_joined() -> None:
    other: Known = [(4, 5, "right", 0.9), (4, 6, "below", 0.9)]
    mosaic = assemble(pairs([*BLOCK, *other, (3, 5, "below", 0.3), (1, 4, "below", 0.2)]), 7)
    # 5 under 3 puts 4 under 2 and 6 under it; then 4 can't lie under 1 as well
    np.testing.assert_array_equal(mosaic.grid(0), [[0, 1], [2, 3], [4, 5], [6, -1]])
    assert len(mosaic.refused) == 1


def test_pairs_in_closed_squares_go_first() -> None:
    known: Known = [(0, 1, "right", 0.1), (2, 1, "right", 0.9)]
    np.testing.assert_array_equal(assemble(pairs(known, square=(0,)), 3).grid(0), [[0, 1]])
    np.testing.assert_array_equal(assemble(pairs(known), 3).grid(0), [[2, 1]])


def test_the_neighbourhood_of_a_tile() -> None:
    mosaic = assemble(pairs(BLOCK), 5)
    np.testing.assert_array_equal(mosaic.neighbourhood(0), [[-1, -1, -1], [-1, 0, 1], [-1, 2, 3]])
    np.testing.assert_array_equal(mosaic.neighbourhood(3), [[0, 1, -1], [2, 3, -1], [-1, -1, -1]])
    np.testing.assert_array_equal(mosaic.neighbourhood(4), [[-1, -1, -1], [-1, 4, -1], [-1, -1, -1]])


def test_a_broken_pair_does_not_touch() -> None:
    mosaic = assemble(pairs(PILE + BLOCK), 7, [Link(5, 6, "below")])
    assert mosaic.section[5] == mosaic.section[6] == ALONE
    assert mosaic.refused[["first", "second", "where"]].to_numpy().tolist() == [[5, 6, "below"]]
    other_way = assemble(pairs(PILE), 7, [Link(6, 5, "below"), Link(5, 6, "right")])
    np.testing.assert_array_equal(other_way.grid(0), [[5], [6]])


def test_a_broken_pair_does_not_come_to_touch_by_place_either() -> None:
    for broken in (Link(1, 3, "below"), Link(2, 3, "right")):
        mosaic = assemble(pairs([*BLOCK, (1, 3, "below", 0.6)]), 4, [broken])
        assert tuple(broken) not in touching(mosaic)
        assert mosaic.section[3] == ALONE
        np.testing.assert_array_equal(mosaic.grid(0), [[0, 1], [2, -1]])


def test_tiles_at_the_ends_of_neighbouring_lines_do_not_touch() -> None:
    #   0 1 2
    #   3       and section 1: 4 5
    known: Known = [(0, 1, "right", 0.9), (1, 2, "right", 0.9), (0, 3, "below", 0.9), (4, 5, "right", 0.9)]
    assert touching(assemble(pairs(known), 6)).keys() == {(a, b, where) for a, b, where, _ in known}


def test_no_pairs_make_no_sections() -> None:
    mosaic = assemble(pairs([]), 3)
    np.testing.assert_array_equal(mosaic.section, [ALONE] * 3)
    np.testing.assert_array_equal(mosaic.groups, [0, 1, 2])
    assert len(mosaic.sizes) == 0
    assert mosaic.pairs.empty
    assert mosaic.grid(0).shape == (0, 0)
    assert len(mosaic) == 3


def test_one_weak_pair_does_not_join_sections_that_disagree_beside_it() -> None:
    #   0 3
    #   1 4    two piles of three
    #   2 5
    piles: Known = [(0, 1, "below", 3), (1, 2, "below", 3), (3, 4, "below", 3), (4, 5, "below", 3)]
    weak, other, strong = (1, 4, "right", 0.9), (0, 3, "right", 0.8), (1, 4, "right", 2.5)
    assert assemble(pairs([*piles, weak]), 6).sizes.tolist() == [3, 3]
    assert assemble(pairs([*piles, weak, other]), 6).sizes.tolist() == [6]
    assert assemble(pairs([*piles, strong]), 6).sizes.tolist() == [6]
