from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from core.review.policy import FlagRules, tile_flags
from core.review.store import ReviewStore


def flags(count: int, threshold: float = 0.05) -> pd.DataFrame:
    """Flags of `count` tiles without salt; the later, the more confident."""
    tiles = pd.DataFrame({"id": [f"t{place:04}" for place in range(count)], "salt_proportion": 0.01, "constant": False})
    return tile_flags(tiles.assign(confidence=[place / count for place in range(count)]), FlagRules(threshold))


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'review.db'}"


@pytest.fixture
def store(url: str) -> ReviewStore:
    """A store with ten open items of run r on data set d."""
    opened = ReviewStore(url)
    opened.flag("r", "d", flags(10))
    return opened
