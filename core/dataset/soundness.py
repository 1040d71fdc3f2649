"""What is damaged in a source, and what is left of it without that: for imports that are told to skip what is bad.

Every file is decoded by itself, once more than an import does, so that one that can't be used is named and not the
batch that it lies in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from itertools import chain
from typing import NamedTuple, TypeVar

import numpy as np

from core.dataset import rle
from core.dataset.decoding import Kind, in_batches
from core.dataset.faults import Complain
from core.dataset.layouts import Member
from core.dataset.pictures import decode_mask
from core.dataset.planning import Plan, Tile
from core.errors import BadInput
from core.progress import Progress

T = TypeVar("T")


class _Look(NamedTuple):
    """What is known of a tile's files: kind of the image, shape of the mask (() without), or why they can't be used."""

    image: Kind | BadInput
    mask: tuple[int, ...] | BadInput


def without_damage(planned: Plan, complain: Complain, progress: Progress) -> Plan:
    """The tiles of a plan whose image can be used, with the labels that can; every other file is complained of.

    The kind of a data set is that of most of its tiles. A tile without its mask file keeps the code of train.csv, and
    without both it has no label. Raises `BadInput` if no image can be used, and `Stopped` from `progress`.
    """

    def look_at(rows: slice) -> list[_Look]:
        return [_look(tile) for tile in planned.tiles[rows]]

    looks = list(chain(*in_batches(look_at, len(planned.tiles), "Looking for damage", progress)))
    common = _common([look.image for look in looks])
    faultless = [_without_faults(tile, look, common, complain) for tile, look in zip(planned.tiles, looks, strict=True)]
    tiles = [tile for tile in faultless if tile is not None]
    facts = planned.facts[np.array([tile is not None for tile in faultless])].reset_index(drop=True)
    labelled = [tile.mask is not None or tile.code is not None for tile in tiles]
    return replace(planned, tiles=tiles, facts=facts.assign(has_mask=labelled))


def _common(images: list[Kind | BadInput]) -> Kind:
    kinds = [image for image in images if isinstance(image, Kind)]
    if not kinds:
        raise next(image for image in images if isinstance(image, BadInput))
    [(shape, dtype), _] = Counter((kind.shape, kind.dtype) for kind in kinds).most_common(1)[0]
    return next(kind for kind in kinds if kind.shape == shape and kind.dtype == dtype)


def _look(tile: Tile) -> _Look:
    return _Look(_image(tile), () if tile.mask is None else _mask(tile.mask))


def _image(tile: Tile) -> Kind | BadInput:
    try:
        return Kind.of(tile)
    except BadInput as error:
        return error


def _mask(member: Member) -> tuple[int, ...] | BadInput:
    try:
        return decode_mask(member.read(), member.where).shape
    except BadInput as error:
        return error


def _without_faults(tile: Tile, look: _Look, common: Kind, complain: Complain) -> Tile | None:
    """The tile with what can be used of it; None if its image can't."""

    def fits(check: Callable[[], object]) -> bool:
        try:
            check()
        except BadInput as fault:
            complain(fault)
            return False
        return True

    usable = fits(lambda: common.check(_found(look.image)))
    mask, code = tile.mask, tile.code
    if mask is not None and not fits(lambda: common.check_mask(_found(look.mask), mask.where)):
        tile = tile._replace(mask=None)
    if not fits(lambda: rle.parse([code], common.shape, [f"train.csv: mask of {tile.id!r}"])):
        tile = tile._replace(code=None)
    return tile if usable else None


def _found(look: T | BadInput) -> T:
    if isinstance(look, BadInput):
        raise look
    return look
