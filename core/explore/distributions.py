"""How depth and salt proportion are distributed, and how groups of tiles differ in them."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
import pandas as pd

from core.explore import numbers

Comparison = Literal["nothing", "split", "salt"]
Quantity = Literal["z", "salt_proportion"]

SALT_EDGES = np.arange(21) / 20  # 5 % wide; quotients, so that a proportion such as .15 falls on its edge exactly
QUARTILES = {"lower_quartile": 0.25, "median": 0.5, "upper_quartile": 0.75}
MOST_STEPS = 2000  # of a cumulative curve; more can't be seen


def bin_edges(values: np.ndarray, target: int = 20) -> np.ndarray:
    """Limits of about `target` bins that cover (N,) finite values and fall on multiples of 1, 2 or 5 times 10^k."""
    if not len(values):
        return np.array([0.0, 1.0])
    low, high = float(np.min(values)), float(np.max(values))
    wanted = (high - low) / target or 1.0
    power = 10.0 ** math.floor(math.log10(wanted))
    width = min((factor * power for factor in (1, 2, 5, 10)), key=lambda width: abs(math.log(width / wanted)))
    decimals = max(0, -math.floor(math.log10(width)))
    return np.round(np.arange(math.floor(low / width), math.floor(high / width) + 2) * width, decimals)


def groups(index: pd.DataFrame, by: Comparison = "nothing") -> dict[str, pd.DataFrame]:
    """The tiles to compare, by name; groups without a tile are left out, and so are tiles without a mask by salt."""
    if by == "nothing":
        parts = {"all": index}
    elif by == "split":
        parts = {split: index[index["split"] == split] for split in ("train", "test")}
    else:
        parts = {"empty": index[index["salt_proportion"] == 0], "with salt": index[index["salt_proportion"] > 0]}
    return {name: part for name, part in parts.items() if len(part)}


def depth_bins(index: pd.DataFrame, by: Comparison = "nothing") -> pd.DataFrame:
    """Histogram of the depth in feet: group, low, high, tiles, share (of the group's tiles that have a depth)."""
    edges = bin_edges(index["z"].dropna().to_numpy())
    return _histogram({name: part["z"] for name, part in groups(index, by).items()}, edges)


def salt_bins(index: pd.DataFrame, by: Comparison = "nothing") -> pd.DataFrame:
    """Histogram of the salt proportion of tiles with salt, 0…1: group, low, high, tiles, share (of those tiles)."""
    parts = {name: part["salt_proportion"] for name, part in groups(index, by).items()}
    return _histogram({name: part[part > 0] for name, part in parts.items()}, SALT_EDGES)


def coverage(index: pd.DataFrame, by: Comparison = "nothing") -> pd.DataFrame:
    """Tiles whose mask is empty and tiles with salt: group, kind (empty | with salt), tiles, share (of the group)."""
    rows = []
    for name, part in groups(index, by).items():
        salt = part["salt_proportion"].dropna()
        counts = {"empty": int((salt == 0).sum()), "with salt": int((salt > 0).sum())}
        rows += [(name, kind, tiles, tiles / len(salt)) for kind, tiles in counts.items() if len(salt)]
    return pd.DataFrame(rows, columns=["group", "kind", "tiles", "share"])


def cumulative(values: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Empirical distribution: values (k,) ascending, and the share 0…1 of all values that are not above each."""
    known = np.sort(values.dropna().to_numpy())
    steps, first = np.unique(known, return_index=True)
    share = np.append(first[1:], len(known)) / max(1, len(known))
    shown = np.unique(np.linspace(0, len(steps) - 1, min(len(steps), MOST_STEPS)).astype(int))
    return steps[shown], share[shown]


def describe(index: pd.DataFrame, by: Comparison = "nothing") -> pd.DataFrame:
    """One row a quantity and group: quantity, group, tiles, missing, mean, standard_error, min, the QUARTILES, max."""
    rows = []
    for quantity in ("z", "salt_proportion"):
        for name, part in groups(index, by).items():
            known = part[quantity].dropna()
            rows.append(
                {
                    "quantity": quantity,
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
        is_depth = row["quantity"] == "z"
        shown = numbers.depth if is_depth else numbers.percent
        ends = {name.capitalize().replace("_", " "): shown(row[name]) for name in ("min", *QUARTILES, "max")}
        rows.append(
            {
                "Quantity": "Depth" if is_depth else "Salt proportion",
                "Tiles": str(row["group"]),
                "Known": numbers.count(row["tiles"]),
                "Missing": numbers.count(row["missing"]),
                "Mean ± standard error": _with_error(shown(row["mean"]), shown(row["standard_error"])),
            }
            | ends
        )
    return pd.DataFrame(rows)


def _with_error(mean: str, error: str) -> str:
    return mean if error == numbers.NOTHING else f"{mean} ± {error}"


def bins(index: pd.DataFrame, by: Comparison = "nothing") -> pd.DataFrame:
    """Both histograms in one table, as they are drawn: quantity, group, low, high, tiles, share."""
    parts = {"z": depth_bins(index, by), "salt_proportion": salt_bins(index, by)}
    return pd.concat([part.assign(quantity=name) for name, part in parts.items()], ignore_index=True)[
        ["quantity", *HISTOGRAM_COLUMNS]
    ]


def _histogram(parts: dict[str, pd.Series], edges: np.ndarray) -> pd.DataFrame:
    frames = []
    for name, values in parts.items():
        tiles, _ = np.histogram(values.dropna(), edges)
        if tiles.sum():
            bins = {"group": name, "low": edges[:-1], "high": edges[1:], "tiles": tiles, "share": tiles / tiles.sum()}
            frames.append(pd.DataFrame(bins))
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=list(HISTOGRAM_COLUMNS))


HISTOGRAM_COLUMNS = ("group", "low", "high", "tiles", "share")
