"""Whether confidence means something: does it name the bad masks, and is it the score that comes? Torch-free.

Everywhere: scores, confidence (N,) 0…1 of the same tiles, the confidence found without their scores.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

BAD = 0.5  # a score below it
WORST = 0.2  # share of the tiles that are looked at first
ESTIMATES = {
    "confidence": "this confidence",
    "expected_iou": "expected IoU",
    "certainty": "mean |2p − 1|",
    "salt": "least salt first",
}

Numbers = npt.NDArray[np.float64]


def judge(table: pd.DataFrame) -> dict[str, dict[str, float | None]]:
    """auroc and lost of each of `ESTIMATES` in a table of held-out tiles (see `core.segment.postprocess`)."""
    scores = table["score"].to_numpy()
    return {
        name: {"auroc": auroc(scores, table[name].to_numpy()), "lost": lost_in_worst(scores, table[name].to_numpy())}
        for name in ESTIMATES
    }


def auroc(scores: np.ndarray, confidence: np.ndarray) -> float | None:
    """The chance that a tile with a score below .5 is less confident than another one; None where there is no such."""
    from scipy.stats import rankdata

    bad = scores < BAD
    few, rest = int(bad.sum()), int((~bad).sum())
    if not few or not rest:
        return None
    return float((rankdata(-confidence)[bad].sum() - few * (few + 1) / 2) / (few * rest))


def lost_in_worst(scores: np.ndarray, confidence: np.ndarray) -> float | None:
    """Share of all the score that is lost which the least confident fifth of the tiles holds; None: nothing is lost."""
    shares = lost_by_share(scores, confidence)
    return None if shares is None else float(shares[round(WORST * len(scores))])


def lost_by_share(scores: np.ndarray, confidence: np.ndarray) -> Numbers | None:
    """The share of the lost score within the k least confident tiles, k = 0…N: (N + 1,); None: nothing is lost."""
    lost = 1 - np.asarray(scores, np.float64)[np.argsort(confidence, kind="stable")]
    total = lost.sum()
    return None if total <= 0 else np.concatenate([[0.0], np.cumsum(lost) / total])


def reliability(scores: np.ndarray, confidence: np.ndarray, bins: int = 10) -> pd.DataFrame:
    """Equally many tiles a bin, by rising confidence: confidence, score (means), error (of the score), tiles."""
    order = np.array_split(np.argsort(confidence, kind="stable"), min(bins, len(scores)))
    rows: list[dict[str, Any]] = []
    for some in order:
        error = scores[some].std(ddof=1) / np.sqrt(len(some)) if len(some) > 1 else 0.0
        mean = {"confidence": confidence[some].mean(), "score": scores[some].mean()}
        rows.append(mean | {"error": error, "tiles": len(some)})
    return pd.DataFrame(rows)
