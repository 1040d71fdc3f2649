import numpy as np
import pandas as pd

from core.explore.order import Order
from core.explore.tile_table import TileTable
from dashboard.components.tile_order import captions

TABLE = TileTable(pd.DataFrame({"id": list("abc"), "mean": [10.0, 20.5, np.nan], "z": 1.0}))
ROWS = np.array([2, 0])


def test_a_thumbnail_tells_what_it_is_ordered_by() -> None:
    assert captions(TABLE, Order("mean"), ROWS) == [("grey mean", "–"), ("grey mean", "10.0")]


def test_depth_and_salt_are_told_anyway() -> None:
    assert captions(TABLE, Order("z", down=True), ROWS) is None
    assert captions(TABLE, Order(), ROWS) is None
    assert captions(TABLE, Order(like="a"), ROWS) is None
