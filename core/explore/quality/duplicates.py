"""Tiles that are the same picture, within and across splits.

Exact duplicates have equal pixels. Constant tiles are left out: they are a finding of their own. Near duplicates
correlate pixel by pixel, so brightness, contrast, noise and lossy compression do not hide them; a shift does. They
are sought among the lowest frequencies (`signatures`), where a match of any kind shows, and confirmed in full.

Work grows with the square of the number of tiles (22,000 take seconds), memory with the number: 191 float32 each.

Severities, by judgement: same pixels .5, across splits .7, with different labels .95; almost the same picture .3,
across splits .5, with labels that contradict each other .7.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.dataset.tiles import TileStore
from core.explore.quality.hits import count, hits
from core.explore.quality.reasons import Limits, Reason
from core.progress import Progress, silent

ORDERS = (24, 8)  # lowest cosines down and across a tile: seismic layers vary fastest downwards
CHUNK = 512  # tiles that are looked at at once
BLOCK = 2048  # signatures; a block of similarities takes 16 MB


def duplicates(store: TileStore, limits: Limits, progress: Progress = silent) -> list[pd.DataFrame]:
    """What both rules find in all tiles of a data set."""
    varied = np.flatnonzero(store.index["std"].to_numpy() > 0)
    groups = same_pixels(store, varied)
    copies = [row for group in groups for row in group[1:]]
    return [
        _exact(store, groups),
        _near(store, np.setdiff1d(varied, copies), limits, progress),
    ]


def same_pixels(store: TileStore, rows: np.ndarray) -> list[list[int]]:
    """Groups of two and more of `rows` whose tiles are equal, in order.

    Equal tiles have equal mean and std, which the index knows: next to no other tile is read.
    """
    figures = store.index.iloc[rows][["mean", "std"]]
    groups: dict[bytes, list[int]] = defaultdict(list)
    for row in rows[figures.duplicated(keep=False).to_numpy()]:
        groups[hashlib.sha256(store.tiles[row].tobytes()).digest()].append(int(row))
    return [group for group in groups.values() if len(group) > 1]


def signatures(tiles: np.ndarray) -> np.ndarray:
    """The lowest frequencies of (N, H, W) tiles, none constant, but the mean: (N, d) float32 of length 1."""
    down, across = (_cosines(side, order) for side, order in zip(tiles.shape[1:], ORDERS, strict=True))
    waves = np.matmul(down, np.matmul(tiles.astype(np.float32), across.T))
    return _unit(waves.reshape(len(tiles), -1)[:, 1:])


def best_matches(signatures: np.ndarray, at_least: float, progress: Progress = silent) -> tuple[np.ndarray, np.ndarray]:
    """For each of (N, d) signatures the most similar other one, and the similarity: (N,) int64, (N,) float32.

    Only similarities above `at_least` count; where there is none, the other is -1. A block at a time, each pair of
    blocks once.
    """
    count = len(signatures)
    best, similarity = np.full(count, -1), np.full(count, at_least, np.float32)
    blocks = [slice(first, min(first + BLOCK, count)) for first in range(0, count, BLOCK)]
    for number, rows in enumerate(blocks):
        progress(rows.start, count, "Comparing tiles")
        for columns in blocks[number:]:
            alike = signatures[rows] @ signatures[columns].T
            if rows == columns:
                np.fill_diagonal(alike, -np.inf)
            for here, others, values in ((rows, columns, alike), (columns, rows, alike.T)):
                highest = values.max(axis=1)
                better = np.flatnonzero(highest > similarity[here])
                best[here][better] = values[better].argmax(axis=1) + others.start
                similarity[here][better] = highest[better]
    return best, similarity


@dataclass(frozen=True)
class Pairs:
    """k pairs of tiles: their rows, whether their splits differ, and the IoU of their labels, NaN if one has none."""

    first: np.ndarray
    second: np.ndarray
    across: np.ndarray
    overlap: np.ndarray

    @classmethod
    def of(cls, store: TileStore, first: np.ndarray, second: np.ndarray) -> Pairs:
        """The pairs of rows `first` and `second` of a data set."""
        split, labelled = store.index["split"].to_numpy(), store.index["has_mask"].to_numpy(bool)
        both = labelled[first] & labelled[second]
        overlap = np.full(len(first), np.nan)
        overlap[both] = _in_chunks(overlaps, store.masks, first[both], second[both])
        return cls(first, second, split[first] != split[second], overlap)

    def in_words(self, store: TileStore) -> list[str]:
        """The second tile of each pair, by id and split, and how its label compares."""
        index = store.index.iloc[self.second]
        return [
            f"tile {tile} ({split}{_label_in_words(iou)})"
            for tile, split, iou in zip(index["id"], index["split"], self.overlap, strict=True)
        ]


def correlations(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Pearson's coefficient of the pixels of each pair of tiles (k, H, W): (k,) float32."""
    one, two = (tiles.reshape(len(tiles), -1).astype(np.float32) for tiles in (first, second))
    one -= one.mean(axis=1, keepdims=True)
    two -= two.mean(axis=1, keepdims=True)
    return np.einsum("kp,kp->k", _unit(one), _unit(two))


def overlaps(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """IoU of each pair of masks (k, H, W), 1 if both are empty: (k,) float64."""
    one, two = first > 0, second > 0
    union = np.count_nonzero(one | two, axis=(1, 2))
    return np.where(union == 0, 1, np.count_nonzero(one & two, axis=(1, 2)) / np.maximum(union, 1))


def _exact(store: TileStore, groups: list[list[int]]) -> pd.DataFrame:
    rows = [row for group in groups for row in group]
    others = [group[1 if row == group[0] else 0] for group in groups for row in group]
    copies = [len(group) - 1 for group in groups for _ in group]
    pairs = Pairs.of(store, np.array(rows, np.int64), np.array(others, np.int64))
    details = [
        f"the same pixels as {other}" + (f" and {count(n - 1, 'other tile')}" if n > 1 else "")
        for other, n in zip(pairs.in_words(store), copies, strict=True)
    ]
    severity = np.select([pairs.overlap < 1, pairs.across], [0.95, 0.7], 0.5)
    box = (0, 0, *store.tile_shape)
    return hits(Reason.DUPLICATE, pairs.first, severity, copies, details, box, pairs.second)


def _near(store: TileStore, rows: np.ndarray, limits: Limits, progress: Progress) -> pd.DataFrame:
    best, _ = best_matches(_signatures_of(store, rows, progress), limits.near_duplicate, progress)
    likely = np.flatnonzero(best >= 0)
    first, second = rows[likely], rows[best[likely]]
    correlation = _in_chunks(correlations, store.tiles, first, second)
    sure = correlation >= limits.near_duplicate
    pairs = Pairs.of(store, first[sure], second[sure])
    details = [
        f"almost the same picture as {other}: correlation {r:.2f}"
        for other, r in zip(pairs.in_words(store), correlation[sure], strict=True)
    ]
    severity = np.select([pairs.overlap < limits.same_label, pairs.across], [0.7, 0.5], 0.3)
    box = (0, 0, *store.tile_shape)
    return hits(Reason.NEAR_DUPLICATE, pairs.first, severity, correlation[sure], details, box, pairs.second)


def _signatures_of(store: TileStore, rows: np.ndarray, progress: Progress) -> np.ndarray:
    parts = [np.zeros((0, min(ORDERS[0], store.tile_shape[0]) * min(ORDERS[1], store.tile_shape[1]) - 1), np.float32)]
    for first in range(0, len(rows), CHUNK):
        progress(first, len(rows), "Reading tiles")
        parts.append(signatures(store.tiles[rows[first : first + CHUNK]]))
    return np.concatenate(parts)


def _in_chunks(
    compare: Callable[[np.ndarray, np.ndarray], np.ndarray], arrays: np.ndarray, first: np.ndarray, second: np.ndarray
) -> np.ndarray:
    """`compare(arrays[first], arrays[second])`, reading a few at once: (k,)."""
    chunks = [slice(start, start + CHUNK) for start in range(0, len(first), CHUNK)]
    return np.concatenate([np.zeros(0), *(compare(arrays[first[chunk]], arrays[second[chunk]]) for chunk in chunks)])


def _label_in_words(iou: float) -> str:
    if np.isnan(iou):
        return ""
    return ", same label" if iou == 1 else f", IoU of the labels {iou:.2f}"


def _unit(vectors: np.ndarray) -> np.ndarray:
    """(N, d) scaled to length 1 each; zeros stay zeros."""
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.where(length > 0, length, 1)


def _cosines(side: int, order: int) -> np.ndarray:
    """The first `order` vectors of the orthonormal DCT-II of `side` samples: (order, side) float32."""
    frequency = np.arange(min(order, side))[:, None]
    waves = np.cos(np.pi * frequency * (np.arange(side) + 0.5) / side)
    waves[1:] *= np.sqrt(2)
    return (waves / np.sqrt(side)).astype(np.float32)
