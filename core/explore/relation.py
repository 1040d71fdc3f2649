"""Two numbers of tiles together: coefficients, trend and, of many tiles, how densely they lie."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from core.explore import correlation, density, trend
from core.explore.correlation import Correlation
from core.explore.density import Density
from core.explore.quantities import Quantity

MOST_POINTS = 5000  # above, cells say more than points on each other, and the browser has less to do


@dataclass(frozen=True, eq=False)
class Relation:
    """correlations: of all tiles and of those with salt · trend: y in bins of x · cells: None of few tiles."""

    x: Quantity
    y: Quantity
    correlations: dict[str, Correlation]
    trend: pd.DataFrame
    cells: Density | None

    @property
    def tiles(self) -> int:
        """How many tiles have both."""
        return self.correlations[correlation.ALL].n

    @property
    def in_words(self) -> str:
        """What it means, in plain sentences."""
        first = correlation.in_words(self.correlations[correlation.ALL], self.x, self.y)
        return f"{first} {trend.in_words(self.trend, self.x, self.y)}".strip()


def relation(frame: pd.DataFrame, x: Quantity, y: Quantity) -> Relation:
    """How y hangs together with x over the tiles of `frame`, which has salt_proportion and both their columns."""
    found = correlation.correlations(frame, x, y)
    across, up = (frame[quantity.column].to_numpy(float) for quantity in (x, y))
    many = found[correlation.ALL].n > MOST_POINTS
    return Relation(x, y, found, trend.trend(across, up), density.density(across, up) if many else None)
