"""After-treatment: how a probability map becomes a mask. Torch-free."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from core.errors import BadInput

SALT_LEVEL = 128  # of 0…255: the lowest level that counts as salt where nothing else was chosen, .5 and above

Masks = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Treatment:
    """What is done to a map, in this order. Raises `BadInput` for a value outside of its range.

    level: lowest that counts as salt, 0…255 for a probability of 0…1 · holes: px, those of at most so many are filled ·
    area: px, patches of fewer are removed · inside: 0…255, a tile is empty where the mean level within its mask is
    lower · sure: 0…255, a tile whose highest level is lower is empty ·
    black: whether tiles of one grey level are empty · head: 0…255, a tile is empty where the network's salt head gives
    a lower probability that there is any.
    """

    level: int = SALT_LEVEL
    holes: int = 0
    area: int = 0
    sure: int = 0
    black: bool = False
    head: int = 0
    inside: int = 0

    def __post_init__(self) -> None:
        for name in ("level", "holes", "area", "sure", "head", "inside"):
            value, low, high = getattr(self, name), 0, None if name in ("holes", "area") else 255
            if not isinstance(value, int) or isinstance(value, bool) or value < low or (high and value > high):
                raise BadInput(f"{name}={value!r}: expected a whole number from {low}{f' to {high}' if high else ''}")
        if not isinstance(self.black, bool):
            raise BadInput(f"black={self.black!r}: expected true or false")

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Treatment:
        """From `to_dict` of another; what is missing is as it is without treatment. Raises `BadInput`."""
        known = {one.name for one in fields(cls)}
        if unknown := values.keys() - known:
            raise BadInput(f"there is no after-treatment {min(unknown)!r}; there is: {', '.join(sorted(known))}")
        return cls(**values)

    @classmethod
    def from_pairs(cls, pairs: Sequence[str]) -> Treatment:
        """From "KEY=VALUE" words, the rest as without treatment. Raises `BadInput`."""
        values: dict[str, Any] = {}
        for pair in pairs:
            key, equals, text = pair.partition("=")
            if not equals or not (text.isdigit() or text in ("true", "false")):
                raise BadInput(f"{pair!r}: expected KEY=VALUE with a whole number, true or false, such as area=20")
            values[key] = int(text) if text.isdigit() else text == "true"
        return cls.from_dict(values)

    def to_dict(self) -> dict[str, Any]:
        """As plain values, for JSON."""
        return asdict(self)

    @property
    def threshold(self) -> float:
        """Lowest probability that counts as salt, 0…1."""
        return self.level / 255 if self.level != SALT_LEVEL else 0.5

    @property
    def in_words(self) -> str:
        """`salt from 0.5, area 20, inside 0.6`: what is done to a map, levels as probabilities."""
        sizes = [f"{name} {size}" for name in ("holes", "area") if (size := getattr(self, name))]
        levels = [f"{name} {level / 255:.3g}" for name in ("inside", "sure", "head") if (level := getattr(self, name))]
        return ", ".join([f"salt from {self.threshold:.3g}", *sizes, *levels, *(["black"] if self.black else [])])

    def masks(self, maps: np.ndarray, constant: np.ndarray, any_salt: np.ndarray | None = None) -> Masks:
        """The masks of some tiles: maps (k, H, W) uint8 0…255, constant (k,) bool to (k, H, W) uint8 in {0, 1}.

        any_salt: (k,) 0…1, what the salt head says; None or NaN: nothing, so that `head` empties no tile.
        """
        salt = self.salt(maps)
        if self.inside:
            salt &= inside_level(maps, salt)[:, None, None] >= self.inside
        if self.sure > self.level:
            salt &= np.asarray(maps).max(axis=(1, 2), keepdims=True) >= self.sure
        if self.head and any_salt is not None:
            salt &= ~doubted(any_salt, self.head)[:, None, None]
        if self.black:
            salt &= ~np.asarray(constant, bool)[:, None, None]
        return salt.view(np.uint8)

    def salt(self, maps: np.ndarray) -> npt.NDArray[np.bool_]:
        """The same before tiles are emptied: by level, holes and area alone, (k, H, W) uint8 0…255 to (k, H, W)."""
        salt = np.asarray(maps) >= self.level
        if self.holes:
            salt |= small(~salt, self.holes + 1, HOLES, inside=True)
        if self.area:
            salt &= ~small(salt, self.area, PATCHES)
        return salt


def inside_level(maps: np.ndarray, masks: np.ndarray) -> npt.NDArray[np.float64]:
    """The mean level 0…255 of each map (k, H, W) within its mask (k, H, W), (k,); 0 where that is empty."""
    total = np.einsum("khw,khw->k", maps, masks, dtype=np.float64, casting="unsafe")
    return np.asarray(total / np.maximum(masks.sum(axis=(1, 2)), 1), np.float64)


def doubted(any_salt: np.ndarray, head: int | np.ndarray) -> npt.NDArray[np.bool_]:
    """Whether a salt head gives any salt less than `head` of 255; any_salt: (k,) 0…1 or NaN, which is no doubt."""
    return np.asarray(any_salt) * 255 < head


PLAIN = Treatment()
# What belongs together within a tile: patches also over corners, holes only over edges; nothing from tile to tile.
PATCHES = np.stack([np.zeros((3, 3)), np.ones((3, 3)), np.zeros((3, 3))]).astype(bool)
HOLES = PATCHES & np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]], bool)


def parts(pixels: npt.NDArray[np.bool_], connected: np.ndarray) -> tuple[npt.NDArray[np.int32], int]:
    """The connected parts of each of k pictures (k, H, W): numbers (k, H, W), 0 where there is none, and how many."""
    from scipy import ndimage

    numbers, count = ndimage.label(pixels, connected)
    return numbers, int(count)


def at_border(numbers: np.ndarray, count: int) -> npt.NDArray[np.bool_]:
    """Which parts touch the border of their picture, by number: (count + 1,)."""
    found = np.zeros(count + 1, bool)
    for edge in (numbers[:, 0], numbers[:, -1], numbers[:, :, 0], numbers[:, :, -1]):
        found[edge] = True
    return found


def small(pixels: npt.NDArray[np.bool_], area: int, connected: np.ndarray, inside: bool = False) -> np.ndarray:
    """The pixels (k, H, W) of parts of fewer than `area` px; inside: only of those that touch no border."""
    chosen = np.flatnonzero(pixels.any(axis=(1, 2)))
    numbers, count = parts(pixels[chosen], connected)
    found = np.bincount(numbers.ravel(), minlength=count + 1) < area
    if inside:
        found &= ~at_border(numbers, count)
    found[0] = False
    result = np.zeros_like(pixels)
    result[chosen] = found[numbers]
    return result
