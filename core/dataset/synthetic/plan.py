"""What each section of a synthetic survey is to be: its size, its salt, its layers, its imaging.

Every property is drawn from a distribution that was fitted to aggregate figures of the TGS salt data.
Draws are stratified over the sections, so a small survey shows the whole range as well.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np

from core.dataset.synthetic.geology import Layering, SaltBody, SeaFloor, Surface, random_body
from core.dataset.synthetic.imaging import Imaging, Texture
from core.dataset.synthetic.labels import cut, labelled

SIZES = ((3, 3), (2, 4), (3, 2), (2, 3), (4, 2), (3, 4))  # rows and columns of tiles in a section
BLACK = 0.02  # share of tiles without data
HIDDEN = 0.05  # share of tiles in the midst of salt, labelled empty, that is not to be exceeded
STRIPED = 0.16  # share of sections whose labels go over into vertical stripes
WATER = 0.10  # share of sections that begin in the water
COARSE = 26  # rows and columns at which a tile is looked at while bodies are chosen
BODIES, LEVELS = 4, 8  # what a section's salt is chosen from

# Salt proportion against the share of tiles that have at most that much.
SALT = (
    (0, 0.394), (0.001, 0.406), (0.002, 0.413), (0.005, 0.425), (0.01, 0.44), (0.02, 0.462), (0.03, 0.477),
    (0.05, 0.502), (0.075, 0.522), (0.1, 0.541), (0.15, 0.585), (0.2, 0.613), (0.3, 0.666), (0.4, 0.714),
    (0.5, 0.77), (0.6, 0.819), (0.7, 0.863), (0.8, 0.899), (0.9, 0.94), (0.95, 0.96), (0.98, 0.976), (1, 1),
)  # fmt: skip

# Values of each property at equally spaced quantiles; see the fields' comments for units.
# Those in WAVELENGTHS are multiples of the section's wavelength.
QUANTILES: dict[str, tuple[float, ...]] = {
    "log_wavelength": tuple(math.log(pixels) for pixels in (9.22, 18.5, 22.2, 26.9, 32, 35.1)),
    "bandwidth": (1.08, 1.42, 1.92, 2.83),
    "stretching": (1, 1.27, 1.73),
    "phase": (-0.748, 1.02),
    "steepest": (1.2, 3, 7.5),
    "salt_contrast": (1.25, 3.74, 8.75),
    "shadow": (0, 0.798),
    "noise": (0.08, 0.22, 0.45, 1.7),
    "chaos": (0.116, 0.405, 1.16),
    "gain": (0, 0.206, 0.721),
    "noise_grain": (0.452, 0.8, 1.08),
    "noise_streaks": (0.297, 1.49, 4.95),
    "noise_dip": (-1.57, -1.05, 0, 1.05, 1.57),
    "chaos_grain": (0.45, 0.72, 1.1),
    "chaos_streaks": (0.5, 2.5, 6),
    "chaos_dip": (0.5, 0.709, 1.57),
    "crossing": (0, 0.0533, 0.213, 0.959),
    "texture_bandwidth": (1.14, 2.14, 5.3),
    "sparkle": (0.25, 0.5, 0.75),
    "thickness": (0.0653, 0.164, 0.408),
    "contrast": (0.0856, 0.428, 0.856),
    "patchiness": (0.1, 0.4, 0.9),
    "patch": (0.35, 1, 2.6),
    "dip": (-1.58, -0.199, -0.0635, 0.0635, 0.199, 1.58),
    "folding": (2, 11, 42),
    "crests": (0, 1, 9, 32),
    "chop": (0, 0.104, 0.346),
    "chop_length": (0.45, 1, 2.5),
    "drag": (4.91, 39.3, 128),
    "faults": (0, 1, 4),
    "continuity": (19.8, 59.4, 198),
    "fading": (0.179, 0.358, 0.717),
    "ruggedness": (0.8, 2.5, 5, 11),
    "scale": (60, 130),
    "water": (0, 1),
    "stripes": (0, 1),
}
WAVELENGTHS = ("noise_grain", "chaos_grain", "thickness", "patch", "chop", "chop_length")


@dataclass(frozen=True)
class Plan:
    """One section to be."""

    rows: int  # of tiles
    columns: int
    body: SaltBody
    stripes_from: float  # share of the height below which labels are vertical stripes; 1: nowhere
    black: int | None  # the tile without data, counted row by row
    layering: Layering
    imaging: Imaging
    seed: int


def plans(tiles: int, seed: int, tile_shape: tuple[int, int]) -> Iterator[Plan]:
    """Plans of as many sections as hold at least `tiles` tiles of `tile_shape` pixels."""
    rng = np.random.default_rng(seed)
    sizes: list[tuple[int, int]] = []
    while sum(rows * columns for rows, columns in sizes) < tiles:
        sizes.append(SIZES[rng.integers(len(SIZES))])
    chosen = SaltChooser(rng, tile_shape)
    black = set(rng.choice(len(sizes), min(round(BLACK * tiles), len(sizes)), replace=False).tolist())
    for number, (size, drawn) in enumerate(zip(sizes, _properties(rng, len(sizes)), strict=True)):
        corner = size[1] * (size[0] - 1) + int(rng.integers(2)) * (size[1] - 1)
        stripes_from = float(rng.uniform(0.2, 1)) if drawn["stripes"] < STRIPED else 1.0
        body = chosen.body(size, drawn, stripes_from, corner if number in black else None)
        layering, imaging = _layering(drawn), _imaging(drawn)
        yield Plan(
            *size, body, stripes_from, corner if number in black else None, layering, imaging, int(rng.integers(2**63))
        )


def _properties(rng: np.random.Generator, sections: int) -> Iterator[dict[str, float]]:
    """The properties of each section: each property takes every n-th part of its distribution once."""
    places = {name: (rng.permutation(sections) + rng.random(sections)) / sections for name in QUANTILES}
    for section in range(sections):
        drawn = {
            name: float(np.interp(places[name][section], np.linspace(0, 1, len(values)), values))
            for name, values in QUANTILES.items()
        }
        drawn["wavelength"] = math.exp(drawn.pop("log_wavelength"))
        if drawn["water"] < WATER:  # water is shallow: waves are still short there
            drawn["wavelength"] = 4 + drawn["wavelength"] / 6
        for name in WAVELENGTHS:
            drawn[name] *= drawn["wavelength"]
        yield drawn


class SaltChooser:
    """Chooses bodies so that the salt proportions of all tiles so far stay close to `SALT`."""

    def __init__(self, rng: np.random.Generator, tile_shape: tuple[int, int]) -> None:
        self.rng, self.tile_shape = rng, tile_shape
        self.proportions, self.wanted = (np.array(column, float) for column in zip(*SALT, strict=True))
        self.counts = np.zeros(len(SALT) + 1)  # of tiles up to each proportion, and of tiles in the salt labelled empty

    def body(self, size: tuple[int, int], drawn: dict[str, float], stripes_from: float, black: int | None) -> SaltBody:
        """The best of a few random bodies for a section of `size` tiles."""
        shape = (size[0] * self.tile_shape[0], size[1] * self.tile_shape[1])
        ys, xs = (_coarse(count, length) for count, length in zip(size, self.tile_shape, strict=True))
        water = (1 - drawn["water"] / WATER) * 0.9 * self.tile_shape[0]
        floor = SeaFloor(water, Surface.random(self.rng, (1, shape[1]), (1, 100)))
        candidates: list[tuple[float, int, SaltBody, np.ndarray]] = []
        for _ in range(BODIES):
            body = random_body(self.rng, shape, drawn["scale"], drawn["ruggedness"], floor)
            inside = body.depth_inside(ys, xs)
            for share in self.rng.uniform(-0.2, 1.0, LEVELS).clip(0):
                level = float(np.quantile(inside, 1 - share))
                counts = self._counts_with(inside > level, stripes_from, black)
                candidates.append((self._misfit(counts), len(candidates), body.at(level), counts))
        _, _, best, self.counts = min(candidates)
        return best

    def _counts_with(self, salt: np.ndarray, stripes_from: float, black: int | None) -> np.ndarray:
        labels = labelled(salt, (COARSE, COARSE), stripes_from, black).mean(axis=(1, 2))
        hidden = (cut(salt, (COARSE, COARSE)).mean(axis=(1, 2)) > 0.5) & (labels == 0)
        return self.counts + np.append(np.searchsorted(np.sort(labels), self.proportions, "right"), hidden.sum())

    def _misfit(self, counts: np.ndarray) -> float:
        tiles, hidden = counts[-2:]
        too_many = max(hidden / tiles - HIDDEN, 0)
        return float(np.sum((counts[:-1] / tiles - self.wanted) ** 2)) + 10 * too_many**2


def _coarse(tiles: int, length: int) -> np.ndarray:
    """COARSE pixels of each of `tiles` tiles of `length` pixels, both edges among them, as float32."""
    return np.add.outer(np.arange(tiles) * length, np.linspace(0, length - 1, COARSE)).ravel().astype(np.float32)


def _layering(drawn: dict[str, float]) -> Layering:
    names = {field.name for field in fields(Layering)} - {"faults"}
    return Layering(**{name: drawn[name] for name in names}, faults=int(drawn["faults"]))


def _imaging(drawn: dict[str, float]) -> Imaging:
    names = {field.name for field in fields(Imaging)} - {"noise_texture", "chaos_texture"}
    numbers = {name: drawn[name] for name in names}
    return Imaging(**numbers, noise_texture=_texture(drawn, "noise"), chaos_texture=_texture(drawn, "chaos"))


def _texture(drawn: dict[str, float], kind: str) -> Texture:
    grain, streaks, dip = (drawn[f"{kind}_{name}"] for name in ("grain", "streaks", "dip"))
    return Texture(grain, drawn["texture_bandwidth"], streaks, dip, drawn["crossing"])
