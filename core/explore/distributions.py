"""How numbers of tiles are distributed, and how groups of tiles differ in them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd

from core.explore import numbers, quantities
from core.explore.quantities import Quantity

Comparison = Literal["nothing", "split", "salt", "coverage"]

SALT_EDGES = np.arange(21) / 20  # 5 % wide; quotients, so that a proportion such as .15 falls on its edge exactly
CLASSES = ("empty", "0 to 25 %", "25 to 50 %", "50 to 75 %", "75 to 99 %", "over 99 %")  # of the salt proportion
CLASS_EDGES = (-math.inf, 0.0, 0.25, 0.5, 0.75, 0.99, 1.0)  # the upper one lies in the class
QUARTILES = {"lower_quartile": 0.25, "median": 0.5, "upper_quartile": 0.75}
FINEST = 1e-9  # values closer than this are one, for a histogram
MOST_STEPS = 2000  # of a cumulative curve; more can't be seen


def bin_edges(values: np.ndarray, target: int = 20) -> np.ndarray:
    """Limits of about `target` bins that cover (N,) finite values and fall on multiples of 1, 2 or 5 times 10^k."""
    if not len(values):
        return np.array([0.0, 1.0])
    low, high = float(np.min(values)), float(np.max(values))
    wanted = (high - low) / target if high - low > FINEST else 1.0
    power = 10.0 ** math.floor(math.log10(wanted))
    width = min((factor * power for factor in (1, 2, 5, 10)), key=lambda width: abs(math.log(width / wanted)))
    decimals = max(0, -math.floor(math.log10(width)))
    return np.round(np.arange(math.floor(low / width), math.floor(high / width) + 2) * width, decimals)


def groups(index: pd.DataFrame, by: Comparison = "nothing") -> dict[str, pd.DataFrame]:
    """The tiles to compare, by name; groups without a tile are left out, and tiles without a mask by salt or coverage.

    The coverage classes are those of `CLASSES`: a proportion on a limit belongs to the class below it.
    """
    salt = index["salt_proportion"]
    if by == "nothing":
        parts = {"all": index}
    elif by == "split":
        parts = {split: index[index["split"] == split] for split in ("train", "test")}
    elif by == "salt":
        parts = {"empty": index[salt == 0], "with salt": index[salt > 0]}
    else:
        classes = pd.cut(salt, CLASS_EDGES, labels=CLASSES)
        parts = {name: index[classes == name] for name in CLASSES}
    return {name: part for name, part in parts.items() if len(part)}


def histogram(index: pd.DataFrame, quantity: Quantity, by: Comparison = "nothing") -> pd.DataFrame:
    """Tiles per bin: group, low, high, tiles, share (of the group's tiles that have the quantity).

    The salt proportion is that of tiles with salt only, in bins of 5 %; `coverage` counts the empty ones.
    """
    parts = {name: part[quantity.column].dropna() for name, part in groups(index, by).items()}
    if quantity is quantities.SALT:
        return _histogram({name: part[part > 0] for name, part in parts.items()}, SALT_EDGES)
    values = index[quantity.column].dropna().to_numpy()
    return _histogram(parts, SALT_EDGES if quantity.is_share else bin_edges(values))


def coverage(index: pd.DataFrame, by: Comparison = "nothing") -> pd.DataFrame:
    """Tiles whose mask is empty and tiles with salt: group, kind (empty | with salt), tiles, share (of the group)."""
    return _kinds(index, by, "salt", ("empty", "with salt"))


def coverage_classes(index: pd.DataFrame, by: Comparison = "nothing") -> pd.DataFrame:
    """Labelled tiles per class of the salt proportion: group, kind (of `CLASSES`), tiles, share (of the group)."""
    return _kinds(index, by, "coverage", CLASSES)


def _kinds(index: pd.DataFrame, by: Comparison, kind: Comparison, names: Sequence[str]) -> pd.DataFrame:
    rows = []
    for group, part in groups(index, by).items():
        labelled = int(part["salt_proportion"].notna().sum())
        found = groups(part, kind)
        counts = {name: len(found[name]) if name in found else 0 for name in names}
        rows += [(group, name, tiles, tiles / labelled) for name, tiles in counts.items() if labelled]
    return pd.DataFrame(rows, columns=["group", "kind", "tiles", "share"])


def cumulative(values: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Empirical distribution: values (k,) ascending, and the share 0…1 of all values that are not above each."""
    known = np.sort(values.dropna().to_numpy())
    steps, first = np.unique(known, return_index=True)
    share = np.append(first[1:], len(known)) / max(1, len(known))
    shown = np.unique(np.linspace(0, len(steps) - 1, min(len(steps), MOST_STEPS)).astype(int))
    return steps[shown], share[shown]


def describe(index: pd.DataFrame, shown: Sequence[Quantity], by: Comparison = "nothing") -> pd.DataFrame:
    """One row a quantity and group: quantity, group, tiles, missing, mean, standard_error, min, the QUARTILES, max."""
    rows = []
    parts = groups(index, by)
    for quantity in shown:
        for name, part in parts.items():
            known = part[quantity.column].dropna()
            rows.append(
                {
                    "quantity": quantity.column,
                    "group": name,
                    "tiles": len(known),
                    "missing": len(part) - len(known),
                    "mean": known.mean(),
                    "standard_error": known.sem(),
                    "min": known.min(),
                }
                | {name: known.quantile(quantile) for name, quantile in QUARTILES.items()}
                | {"max": known.max()}
            )
    return pd.DataFrame(rows)


def describe_in_words(description: pd.DataFrame) -> pd.DataFrame:
    """What `describe` gives, as a table for people: the same rows, numbers with their units."""
    rows = []
    for row in description.to_dict("records"):
        quantity = quantities.BY_COLUMN[str(row["quantity"])]
        shown = quantity.in_words
        ends = {name.capitalize().replace("_", " "): shown(row[name]) for name in ("min", *QUARTILES, "max")}
        rows.append(
            {
                "Quantity": quantity.name,
                "Tiles": str(row["group"]),
                "Known": numbers.count(row["tiles"]),
                "Missing": numbers.count(row["missing"]),
                "Mean ± standard error": numbers.with_error(shown(row["mean"]), shown(row["standard_error"])),
            }
            | ends
        )
    return pd.DataFrame(rows)


def bins(index: pd.DataFrame, shown: Sequence[Quantity], by: Comparison = "nothing") -> pd.DataFrame:
    """Histograms of several quantities in one table, as they are drawn: quantity, group, low, high, tiles, share."""
    parts = [histogram(index, quantity, by).assign(quantity=quantity.column) for quantity in shown]
    return pd.concat(parts, ignore_index=True)[["quantity", *HISTOGRAM_COLUMNS]]


def _histogram(parts: dict[str, pd.Series], edges: np.ndarray) -> pd.DataFrame:
    frames = []
    for name, values in parts.items():
        tiles, _ = np.histogram(values, edges)
        if tiles.sum():
            bins = {"group": name, "low": edges[:-1], "high": edges[1:], "tiles": tiles, "share": tiles / tiles.sum()}
            frames.append(pd.DataFrame(bins))
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=list(HISTOGRAM_COLUMNS))


HISTOGRAM_COLUMNS = ("group", "low", "high", "tiles", "share")
