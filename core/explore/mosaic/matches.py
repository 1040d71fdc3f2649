"""Edges that are each other's nearest, and how little of that chance explains.

How near the nearest of many unrelated edges comes differs from edge to edge: long waves all look alike, noise never
does. So each edge is judged by its own rivals, the nearest edges but the partner. The number of unrelated edges within
angle a grows as a power of a; the power, the dimension of what surrounds the edge, follows from the rivals' angles
(maximum likelihood: Levina & Bickel, NIPS 2004). With it, the number of unrelated edges to be expected as near as the
partner is k·(a/a_k)^dimension, a_k being the angle of the k-th rival (a number of false alarms, as in the a-contrario
methods of Desolneux, Moisan & Morel 2000).

And each tile knows how well its own lines are foretold, so how far apart two that touch may be: what fits much worse is
no pair, though nothing else be nearer. This keeps the next best tile from taking the place of one that is
not in the data. Smooth edges of one region are alike in more ways than their rivals tell, so a pair counts the less
the better its tiles foretell it: that finds .7 % more of the true pairs under noise of 2 grey levels, and no more of
the false ones; among real tiles it makes no difference.

Tried and no better: weights of the frequencies along the edge, learned from trusted pairs; the slope at the seam beside
its value; a second search among the edges that trusted pairs leave.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

RIVALS = 24  # that an edge is judged by; 16 or 32 find about as much, 4 find 1 % less
TYPICAL = 12  # dimension: half of the real edges and of the synthetic have 10…26
TRUST = 2  # that TYPICAL counts as so many rivals: it matters where there are only a few tiles
TIED = 0.98  # share of the nearest rival's angle from which on the two can't be told apart
MISFIT = 2  # powers of ten that a misfit ten times the expected costs; beyond twice it, 1 in 20 true pairs is left
TYPICAL_ERROR = 0.08  # squared distance that the errors of half of the real pairs explain
SMOOTHNESS = 1  # powers of ten that a pair loses whose tiles foretell it ten times as well
LEAST_MISFIT = 1e-4  # squared distance that rounding alone makes
BINS = 64  # edges are told apart by number modulo BINS, and only the nearest of each is looked at as a rival
PRODUCTS_AT_ONCE = 1 << 22  # bounds the memory of the comparison to 16 MB, up to 65,000 tiles

Advance = Callable[[int], None]  # told how many edges are done


class Matches(NamedTuple):
    """Pairs of a near and a far edge that are each other's nearest, k of them.

    first, second: (k,) numbers of the near and the far edges · cosine: (k,) float32 of their vectors · there, back:
    (k, RIVALS) float32, those of the first's and the second's rivals, the largest first.
    """

    first: np.ndarray
    second: np.ndarray
    cosine: np.ndarray
    there: np.ndarray
    back: np.ndarray


def mutual(near: np.ndarray, far: np.ndarray, advance: Advance, products_at_once: int = PRODUCTS_AT_ONCE) -> Matches:
    """Each other's nearest among n edges `near` (n, d) and n edges `far` (n, d) of the same tiles, all of length 1.

    An edge is never paired with one of its own tile, nor if another edge is as near. Time grows with n², memory with
    n: some 400 bytes an edge beside the vectors.
    """
    count = len(near)
    near, far = (np.pad(edges, ((0, -count % BINS), (0, 0))) for edges in (near, far))  # with cosine 0 to all
    best, closest = np.zeros(len(near), np.int64), np.zeros(len(near), np.float32)
    of_near, of_far = np.zeros((len(near), RIVALS), np.float32), np.zeros((BINS, len(far)), np.float32)
    step = BINS * max(1, products_at_once // (BINS * max(count, 1)))
    for start in range(0, len(near), step):
        products = near[start : start + step] @ far.T
        lines = np.arange(len(products))
        products[lines, start + lines] = 0
        chosen = products.argmax(axis=1)
        part = slice(start, start + step)
        best[part], closest[part] = chosen, products[lines, chosen]
        products[lines, chosen] = 0
        of_near[part] = nearest_rivals(products.reshape(len(products), -1, BINS).max(axis=1))
        np.maximum(of_far, products.reshape(-1, BINS, len(far)).max(axis=0), out=of_far)
        advance(min(len(products), count - start))
    first, second = _leading(best, closest, of_far)
    there, back = of_near[first], nearest_rivals(of_far[:, second].T)
    untied = angle(closest[first]) < TIED * angle(np.maximum(there[:, 0], back[:, 0]))
    return Matches(*(part[untied] for part in (first, second, closest[first], there, back)))


def _leading(best: np.ndarray, closest: np.ndarray, of_far: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of the near edges that chose the same far edge the closest; the others become rivals, in `of_far`."""
    order = np.lexsort((-closest, best))
    leads = np.ones(len(order), bool)
    leads[1:] = best[order[1:]] != best[order[:-1]]
    beaten, first = order[~leads], order[leads]
    np.maximum.at(of_far, (beaten % BINS, best[beaten]), closest[beaten])
    return first, best[first]


def nearest_rivals(cosines: np.ndarray) -> np.ndarray:
    """The `RIVALS` largest of (k, BINS), the largest first; none under 0, the cosine of unrelated edges."""
    largest = np.partition(cosines.clip(0), -RIVALS, axis=1)[:, -RIVALS:]
    return np.sort(largest, axis=1)[:, ::-1]


def strength(matches: Matches, expected: np.ndarray) -> np.ndarray:
    """Powers of ten (k,) float64 by which `matches` are nearer than chance explains, less those by which they misfit.

    expected: (k,) squared distance of the vectors that their errors explain.
    """
    expected = expected.clip(LEAST_MISFIT)
    chance = (log_chance(matches.cosine, matches.there) + log_chance(matches.cosine, matches.back)) / 2
    misfit = np.log10((2 - 2 * matches.cosine).clip(LEAST_MISFIT) / expected)
    return -chance - MISFIT * misfit.clip(0) + SMOOTHNESS * np.log10(expected / TYPICAL_ERROR)


def log_chance(closest: np.ndarray, rivals: np.ndarray) -> np.ndarray:
    """log10 of the number of unrelated edges to be expected as near as `closest` (k,), from `rivals` (k, RIVALS)."""
    angles = angle(rivals)
    farthest = angles[:, -1]
    spread = np.log(farthest[:, None] / angles)
    dimension = ((spread > 0).sum(axis=1) + TRUST) / (spread.sum(axis=1) + TRUST / TYPICAL)
    return np.log10(rivals.shape[1]) + dimension * np.log10(angle(closest) / farthest)


def angle(cosine: np.ndarray) -> np.ndarray:
    """Radians, float64. Cosines of float32 are known to some 1e-6, so an angle is taken as 0.003 at least."""
    return np.arccos(cosine.astype(np.float64).clip(-1, 1 - 5e-6))
