"""The figures of a data set."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from core.explore import distributions, two_samples
from core.explore.correlation import Correlation, correlations
from core.explore.quantities import DEPTH, MEAN, SALT, SPREAD

if TYPE_CHECKING:
    from core.dataset.tiles import TileStore

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


def summary(store: TileStore) -> dict[str, Any]:
    """The figures of the data pages, ready for JSON; None for what the data set does not have."""
    index = store.index
    classes = distributions.coverage_classes(index)
    everywhere, with_salt = correlations(index, DEPTH, SALT).values()
    differences = two_samples.compare_splits(index, (DEPTH, MEAN, SPREAD))
    return counts(store) | {
        "coverage": dict(zip(classes["kind"], classes["tiles"].tolist(), strict=True)),
        "correlation": _plain(everywhere),
        "correlation_with_salt": _plain(with_salt),
        "grey": {column: _finite(index[column].mean()) for column in (MEAN.column, SPREAD.column)},
        "train_against_test": {quantity.column: _plain(one) for quantity, one in differences.items()},
    }


def counts(store: TileStore) -> dict[str, Any]:
    """The part of `summary` that takes no test: how many tiles of which kind, and their salt and depth."""
    index = store.index
    salt = index["salt_proportion"].dropna()
    return {
        "tiles": len(index),
        "train": int((index["split"] == "train").sum()),
        "test": int((index["split"] == "test").sum()),
        "tile_shape": [int(side) for side in store.tile_shape],
        "empty_masks": int((salt == 0).sum()),
        "full_masks": int((salt == 1).sum()),
        "constant_tiles": int((index["std"] == 0).sum()),
        "salt_proportion": {
            "mean": _finite(float(salt.mean())),
            "quantiles": {str(q): _finite(float(salt.quantile(q))) for q in QUANTILES},
        },
        "depth": {
            "min": _finite(index["z"].min()),
            "max": _finite(index["z"].max()),
            "missing": int(index["z"].isna().sum()),
        },
    }


def joined(store: TileStore, rows: np.ndarray | None = None) -> pd.DataFrame:
    """The labelled tiles among `rows` (all by default): id, rle_mask ("" if empty), salt_proportion, z, split."""
    from core.dataset.rle import encode_many

    index = store.index if rows is None else store.index.iloc[rows]
    labelled = index[index["has_mask"].astype(bool)]
    frame = labelled[["id", "salt_proportion", "z", "split"]].reset_index(drop=True)
    frame.insert(1, "rle_mask", encode_many(store.masks[labelled.index.to_numpy()]))
    return frame


def _plain(found: Correlation | two_samples.Difference) -> dict[str, Any]:
    """Its fields as JSON holds them."""
    fields = {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(found).items()}
    return {name: _finite(value) if isinstance(value, float) else value for name, value in fields.items()}


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
