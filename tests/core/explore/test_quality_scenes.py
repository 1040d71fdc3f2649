"""Where a finding says to look, on masks made by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.dataset.tiles import TileStore, write_store
from core.explore.quality import Limits, Placed, Reason, Scene, findings, scene

SIDE = 12


def empty() -> np.ndarray:
    return np.zeros((SIDE, SIDE), np.uint8)


def opened(folder: Path, *masks: np.ndarray) -> TileStore:
    tiles = np.random.default_rng(0).integers(0, 256, (len(masks), SIDE, SIDE)).astype(np.uint8)
    index = pd.DataFrame({"id": [f"t{k}" for k in range(len(masks))], "split": "train"})
    write_store(folder, index, tiles, np.stack(masks))
    return TileStore.open(folder)


def scenes(store: TileStore, reason: Reason, neighbours: pd.DataFrame | None = None) -> dict[str, Scene]:
    """The scenes of all findings of a reason, by tile."""
    limits = Limits(straight_edge=6, fragment=4, seam=2, small=8)
    found = findings(store, neighbours, limits=limits)
    rows = found[found["reason"] == reason].to_dict("records")
    return {row["id"]: scene(store, row, limits) for row in rows}


def test_stripes_are_marked_along_every_change(tmp_path: Path) -> None:
    mask = empty()
    mask[:, 2:4] = mask[:, 9:] = 1
    upright, lying = opened(tmp_path, mask, mask.T), tmp_path
    assert scenes(upright, Reason.VERTICAL_STRIPES) == {
        "t0": Scene((Placed(0),), tuple((x, 0, x, SIDE) for x in (2, 4, 9)))
    }
    assert scenes(TileStore.open(lying), Reason.HORIZONTAL_STRIPES) == {
        "t1": Scene((Placed(1),), tuple((0, y, SIDE, y) for y in (2, 4, 9)))
    }


def test_a_straight_edge_is_a_line(tmp_path: Path) -> None:
    mask = empty()
    mask[2:10, 5:] = np.tri(8, SIDE - 5, k=3)
    mask[2:10, 5] = 1
    store = opened(tmp_path, mask, mask.T)
    assert scenes(store, Reason.VERTICAL_EDGE)["t0"].lines == ((5, 2, 5, 10),)
    assert scenes(store, Reason.HORIZONTAL_EDGE)["t1"].lines == ((2, 5, 10, 5),)


def test_all_holes_and_all_fragments_are_ringed_the_largest_first(tmp_path: Path) -> None:
    holed, scattered = empty(), empty()
    holed[1:11, 1:11] = 1
    holed[3, 3] = holed[6:8, 5:7] = 0
    scattered[:, :5] = 1
    scattered[2, 8] = scattered[6, 8:10] = 1
    store = opened(tmp_path, holed, scattered)
    assert scenes(store, Reason.HOLE)["t0"].rings == ((5, 6, 7, 8), (3, 3, 4, 4))
    assert scenes(store, Reason.FRAGMENT)["t1"].rings == ((8, 6, 10, 7), (8, 2, 9, 3))


def test_few_pixels_are_ringed_with_or_without_salt(tmp_path: Path) -> None:
    few, full = empty(), 1 - empty()
    few[4, 4:7] = 1
    full[0, 0] = 0
    store = opened(tmp_path, few, full)
    assert scenes(store, Reason.TINY)["t0"].rings == ((4, 4, 7, 5),)
    assert scenes(store, Reason.ALMOST_FULL)["t1"].rings == ((0, 0, 1, 1),)


def test_tiles_that_touch_lie_as_they_do_with_what_differs_along_their_edge(tmp_path: Path) -> None:
    left, right = empty(), empty()
    left[3:9, 6:] = 1
    right[3:5, :4] = right[8:11, :4] = 1
    store = opened(tmp_path, left, right, left.T, right.T)
    pairs = pd.DataFrame({"first": [0, 2], "second": [1, 3], "where": ["right", "below"]})
    found = scenes(store, Reason.SEAM, pairs)
    across = ((SIDE, 5, SIDE, 8), (SIDE, 9, SIDE, 11))
    assert found["t0"] == Scene((Placed(0), Placed(1, SIDE)), across)
    assert found["t1"] == Scene((Placed(1, SIDE), Placed(0)), across)
    down = tuple((y0, x, y1, x) for x, y0, _, y1 in across)
    assert found["t2"] == Scene((Placed(2), Placed(3, 0, SIDE)), down)
    assert found["t3"] == Scene((Placed(3, 0, SIDE), Placed(2)), down)


def test_an_empty_label_below_salt_lies_below_it(tmp_path: Path) -> None:
    above = empty()
    above[5:] = 1
    store = opened(tmp_path, above, empty())
    pairs = pd.DataFrame({"first": [0], "second": [1], "where": ["below"]})
    expected = Scene((Placed(1, 0, SIDE), Placed(0)), ((0, SIDE, SIDE, SIDE),))
    assert scenes(store, Reason.EMPTY_BELOW_SALT, pairs) == {"t1": expected}


def test_duplicates_stand_side_by_side_and_the_rest_alone(tmp_path: Path) -> None:
    store = opened(tmp_path, empty(), empty())
    finding = {"row": 1, "other_row": 0, "top": 0, "left": 0, "bottom": SIDE, "right": SIDE}
    assert scene(store, finding | {"reason": "duplicate"}).tiles == (Placed(1), Placed(0, SIDE + 8))
    for reason in (Reason.CONSTANT, Reason.TWO_LABELS, Reason.PREDICTION):
        assert scene(store, finding | {"reason": reason, "other_row": -1}) == Scene((Placed(1),))


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_has_a_scene(tmp_path: Path, reason: Reason) -> None:
    mask = empty()
    mask[3:5, 3:5] = 1
    store = opened(tmp_path, mask, mask)
    finding = {"reason": str(reason), "row": 0, "other_row": 1, "top": 0, "left": 0, "bottom": 1, "right": SIDE}
    assert scene(store, finding).tiles[0].row == 0
