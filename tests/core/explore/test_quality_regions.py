"""Connected regions of many masks, against scipy's labels of one mask after the other."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import ndimage

from core.explore.quality.regions import regions

MASKS = arrays.arrays(np.uint8, arrays.array_shapes(min_dims=3, max_dims=3, max_side=9), elements=st.integers(0, 1))


def by_scipy(masks: np.ndarray) -> list[tuple[int, ...]]:
    found = []
    for tile, mask in enumerate(masks):
        labels, _ = ndimage.label(mask)
        for number, (rows, columns) in enumerate(ndimage.find_objects(labels), start=1):
            area = int((labels == number).sum())
            found.append((tile, area, rows.start, columns.start, rows.stop, columns.stop))
    return sorted(found)


@settings(max_examples=200, deadline=None)
@given(MASKS)
def test_regions_are_those_of_scipy(masks: np.ndarray) -> None:
    found = regions(masks)
    fields = (found.tile, found.area, found.top, found.left, found.bottom, found.right)
    assert sorted(zip(*(field.tolist() for field in fields), strict=True)) == by_scipy(masks)


def test_regions_end_with_their_tile() -> None:
    full = np.ones((3, 2, 4), np.uint8)
    assert regions(full).tile.tolist() == [0, 1, 2]
    assert regions(full).area.tolist() == [8, 8, 8]


def test_no_masks_have_no_regions() -> None:
    assert len(regions(np.zeros((0, 4, 4), np.uint8)).tile) == 0
    assert len(regions(np.zeros((5, 4, 4), np.uint8)).tile) == 0
