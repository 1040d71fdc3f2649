"""What lies in the ground of one simulated section: layers, folds, faults, a sea floor and a salt body.

Everything is in pixels; y grows downwards. The depth along the layers, tau, says which layer lies at a
pixel: undisturbed layers have tau = y, and folds, dips, faults and the pull of the salt shift it.
Not covered: velocities, so no pull-up under the salt, and no multiples.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

TRACE_STEP = 0.25  # pixels between the samples of a 1-D trace
COVER = 40  # pixels of layers between the sea floor and salt, about


@dataclass(frozen=True)
class Surface:
    """A smooth random function of (y, x) with mean 0 and standard deviation about 1: cubic B-splines."""

    knots: np.ndarray  # (ky, kx) float32
    spacing: tuple[float, float]  # pixels between knots, down and across

    @classmethod
    def random(cls, rng: np.random.Generator, shape: tuple[int, int], spacing: tuple[float, float]) -> Surface:
        """A surface that covers the pixels of a section of `shape`."""
        counts = [int(size / step) + 4 for size, step in zip(shape, spacing, strict=True)]
        return cls(rng.standard_normal(counts, dtype=np.float32) / np.float32(0.479), spacing)

    def __call__(self, ys: np.ndarray, xs: np.ndarray) -> np.ndarray:
        """Values at the crossings of rows `ys` (h,) and columns `xs` (w,), as (h, w) float32."""
        down = _cubic_basis(ys / self.spacing[0], self.knots.shape[0])
        across = _cubic_basis(xs / self.spacing[1], self.knots.shape[1])
        return down @ (self.knots @ across.T)


def _cubic_basis(positions: np.ndarray, knots: int) -> np.ndarray:
    """Weights (n, knots) float32 of the uniform cubic B-spline at `positions` (in knots)."""
    distance = np.abs(positions[:, None].astype(np.float32) + 1 - np.arange(knots, dtype=np.float32))
    near, far = 2 / 3 - distance * distance * (1 - distance / 2), np.maximum(2 - distance, 0)
    return np.where(distance < 1, near, far * far * far / 6)


@dataclass(frozen=True)
class SeaFloor:
    """The row of the sea floor in each column; above the section (level < 0) where there is no water in it."""

    level: float  # pixels
    shape: Surface

    def __call__(self, xs: np.ndarray) -> np.ndarray:
        """Rows (w,) float32 at columns `xs` (w,)."""
        return self.level + 0.12 * max(self.level, 0) * self.shape(xs[:1], xs)[0]


@dataclass(frozen=True)
class SaltBody:
    """A salt body: the region where `depth_inside` is positive."""

    trend: tuple[float, float]  # pixels deeper inside per pixel down and across
    shape: Surface
    relief: float  # pixels
    roughness: Surface
    ruggedness: float  # pixels
    level: float  # pixels; moves the whole boundary
    sea_floor: SeaFloor

    def at(self, level: float) -> SaltBody:
        """This body with its boundary where `depth_inside` is `level` now."""
        return replace(self, level=self.level + level)

    def depth_inside(self, ys: np.ndarray, xs: np.ndarray) -> np.ndarray:
        """(h, w) float32: roughly the distance to the salt's boundary in pixels, positive inside."""
        plane = self.trend[0] * ys[:, None] + self.trend[1] * xs[None, :]
        rough = self.ruggedness * np.abs(self.roughness(ys, xs))
        forms = self.shape(ys, xs)
        inside = plane + self.relief * forms - rough - self.level
        if self.sea_floor.level > 0:
            inside = np.minimum(inside, ys[:, None] - self.sea_floor(xs) - COVER * np.exp(-0.4 * forms))
        return inside.astype(np.float32)


def random_body(
    rng: np.random.Generator, shape: tuple[int, int], scale: float, ruggedness: float, sea_floor: SeaFloor
) -> SaltBody:
    """A salt body for a section of `shape` pixels; `scale`: size of its forms in pixels."""
    trend = (rng.uniform(-0.6, 0.7), rng.normal(0, 1))
    forms = Surface.random(rng, shape, (scale * rng.uniform(1, 1.8), scale * rng.uniform(0.6, 1.1)))
    grain = rng.uniform(6, 25)
    rough = Surface.random(rng, shape, (grain * 1.5, grain))
    return SaltBody(trend, forms, 0.55 * scale, rough, ruggedness, 0.0, sea_floor)


@dataclass(frozen=True)
class Layering:
    """How the layers of one section lie, and how strongly they reflect."""

    thickness: float  # mean thickness of a layer, pixels
    contrast: float  # 0: layers alike, 1: a few strong ones; standard deviation of the logarithm
    dip: float  # pixels down per pixel across
    folding: float  # height of the folds, pixels
    crests: float  # height of sharp crests, pixels
    chop: float  # height of small disturbances, pixels
    chop_length: float  # their length across, pixels
    drag: float  # how far the salt pulls its neighbourhood up, pixels
    faults: int
    continuity: float  # pixels over which a layer keeps its brightness
    fading: float  # how much it varies: standard deviation of the logarithm
    patchiness: float  # 0…1: share of the layers' power in layers that do not go through the whole section
    patch: float  # their length, pixels


def layers(rng: np.random.Generator, layering: Layering, inside: np.ndarray) -> np.ndarray:
    """Reflectivity (h, w) float32 of folded, faulted layers around a salt body.

    inside: (h, w) float32, distance to the salt's boundary in pixels, positive inside.
    """
    shape = inside.shape
    ys, xs = (np.arange(size, dtype=np.float32) for size in shape)
    tau = _depth_along_layers(rng, ys, xs, layering)
    if rng.random() < 0.4:
        unconformity = shape[0] * rng.uniform(0.1, 0.9) + 12 * Surface.random(rng, (1, shape[1]), (1, 70))(ys[:1], xs)
        tau = np.where(ys[:, None] < unconformity, tau, _depth_along_layers(rng, ys, xs, layering))
    tau += layering.drag * np.exp(np.minimum(inside, 0) / rng.uniform(25, 70))
    values = _impedance(rng, tau, layering)
    reflectivity = np.diff(values, axis=0, prepend=values[:1])
    brightness = Surface.random(rng, shape, (layering.continuity / 3, layering.continuity))(ys, xs)
    return reflectivity * np.exp(layering.fading * brightness)


def _depth_along_layers(rng: np.random.Generator, ys: np.ndarray, xs: np.ndarray, layering: Layering) -> np.ndarray:
    shape = (len(ys), len(xs))
    length = rng.uniform(40, 160)
    round_folds, sharp_folds = (Surface.random(rng, shape, (260, length))(ys, xs) for _ in range(2))
    small = Surface.random(rng, shape, (layering.chop_length * 0.7, layering.chop_length))(ys, xs)
    slope = layering.dip * rng.normal(1, 0.35)
    tau = layering.folding * round_folds - layering.crests * np.abs(sharp_folds) + layering.chop * small
    tau += ys[:, None] + slope * (xs - shape[1] / 2)
    for _ in range(layering.faults):
        plane = rng.uniform(0, shape[1]) + rng.normal(0, 0.5) * (ys - shape[0] / 2)
        tau += rng.normal(0, 9) * (xs[None, :] > plane[:, None])
    return tau


def _impedance(rng: np.random.Generator, tau: np.ndarray, layering: Layering) -> np.ndarray:
    """Impedance (h, w) float32 at depths along the layers `tau`: layers that go through, and patches that do not."""
    height, width = tau.shape
    place = ((tau + height) / TRACE_STEP).astype(np.int32).clip(0, int(4 * height / TRACE_STEP) - 1)
    through = _traces(rng, 1, 4 * height, layering)
    columns = np.arange(width, dtype=np.float32) / layering.patch
    patches = _traces(rng, int(columns[-1]) + 2, 4 * height, layering)
    first = columns.astype(np.int32)
    turn = (columns - first) * (np.pi / 2)  # sine and cosine keep the power the same between two traces
    start = first * through.size
    near, far = (patches.ravel().take(place + (start + step * through.size)) for step in (0, 1))
    share = layering.patchiness
    return math.sqrt(1 - share) * through[0].take(place) + math.sqrt(share) * (np.cos(turn) * near + np.sin(turn) * far)


def _traces(rng: np.random.Generator, count: int, length: int, layering: Layering) -> np.ndarray:
    """Impedance (count, n) float32 of piles of layers, TRACE_STEP pixels a sample."""
    from scipy.ndimage import gaussian_filter1d

    shape = (count, int(length / TRACE_STEP))
    spikes = rng.random(shape, np.float32) < TRACE_STEP / layering.thickness
    strength = np.exp(layering.contrast * rng.standard_normal(shape, np.float32))
    size = rng.standard_normal(shape, np.float32) * strength * spikes
    return np.cumsum(gaussian_filter1d(size, 0.5 / TRACE_STEP, truncate=2.5), axis=1)
