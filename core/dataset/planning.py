"""Which tiles a source makes, with what label and depth; everything that can be told before a picture is decoded."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

import numpy as np
import pandas as pd

from core.dataset import tables
from core.dataset.faults import Complain, refuse
from core.dataset.layouts import Member, Source
from core.errors import BadInput

T = TypeVar("T")


class Tile(NamedTuple):
    """One tile to be decoded. code: its run-length code in train.csv; None if it has no row there."""

    id: str
    image: Member
    mask: Member | None
    code: str | None


@dataclass(frozen=True)
class Plan:
    """All tiles in their final order, the columns of the index that are known, and what people should know.

    order: ids as the sample submission lists them; empty without one.
    """

    tiles: list[Tile]
    facts: pd.DataFrame
    warnings: list[str]
    order: list[str]


def plan(source: Source, complain: Complain = refuse) -> Plan:
    """What `source` makes; tables that can't be read, and labels without their image, are complained of."""
    codes = _read(source, "train.csv", tables.read_codes, complain) or {}
    train, test = _split(source, codes)
    _check_images(source, codes, train, complain)
    tiles = [Tile(tile, train[tile], source.masks.get(tile), codes.get(tile)) for tile in sorted(train)]
    tiles += [Tile(tile, test[tile], None, None) for tile in sorted(test)]
    warnings = [*source.notes, *_label_warnings(source, tiles[: len(train)])]
    facts = pd.DataFrame(
        {
            "id": [tile.id for tile in tiles],
            "split": np.repeat(["train", "test"], [len(train), len(test)]),
            "has_mask": [tile.mask is not None or tile.code is not None for tile in tiles],
        }
    )
    depths = _read(source, "depths.csv", lambda member: tables.read_depths(member, complain), complain)
    facts["z"], depth_warnings = _depths(depths, facts["id"])
    sections = _read(source, "sections.csv", tables.read_sections, complain)
    order = list(_read(source, "sample_submission.csv", tables.read_codes, complain) or {})
    warnings += depth_warnings + _order_warnings(order, test)
    return Plan(tiles, facts if sections is None else facts.join(sections, on="id"), warnings, order)


def some(ids: Iterable[str]) -> str:
    """The first few of many ids, for a message."""
    ids = list(ids)
    return ", ".join(ids[:5]) + (f" and {len(ids) - 5} more" if len(ids) > 5 else "")


def _read(source: Source, name: str, read: Callable[[Member], T | None], complain: Complain) -> T | None:
    """A table of the source; None if there is none that can be read, or it is empty."""
    member = source.tables.get(name)
    try:
        return read(member) if member else None
    except BadInput as fault:
        complain(fault)
        return None


def _split(source: Source, codes: dict[str, str]) -> tuple[dict[str, Member], dict[str, Member]]:
    """Train and test images by id: from their places, or by their labels where all lie in one."""
    if not source.mixed:
        return source.train, source.test
    labelled = source.masks.keys() | codes.keys()
    train = {tile: member for tile, member in source.train.items() if tile in labelled}
    others = {tile: member for tile, member in source.train.items() if tile not in labelled}
    return train, source.test | others


def _check_images(source: Source, codes: dict[str, str], train: dict[str, Member], complain: Complain) -> None:
    alone = sorted(codes.keys() - train.keys())
    if alone:
        where = source.tables["train.csv"].where
        complain(BadInput(f"{where}: no train image for {_count(alone, 'id')}: {some(alone)}"))
    alone = sorted(source.masks.keys() - train.keys())
    if alone:
        where = source.masks[alone[0]].where
        complain(BadInput(f"{where}: no train image for {_count(alone, 'mask')}: {some(alone)}"))


def _label_warnings(source: Source, train: list[Tile]) -> list[str]:
    bare = [tile.id for tile in train if tile.mask is None and tile.code is None]
    by_code = [tile.id for tile in train if tile.mask is None and tile.code is not None]
    unlisted = [tile.id for tile in train if tile.mask is not None and tile.code is None]
    warnings = []
    if bare:
        warnings.append(
            f"{_count(bare, 'train tile')} with neither a mask nor a row in train.csv, so no label: {some(bare)}"
        )
    if by_code:
        warnings.append(f"{_count(by_code, 'label')} taken from train.csv, as there is no mask file: {some(by_code)}")
    if unlisted and "train.csv" in source.tables:
        warnings.append(f"{_count(unlisted, 'mask')} without a row in train.csv: {some(unlisted)}")
    return warnings


def _order_warnings(order: list[str], test: dict[str, Member]) -> list[str]:
    strange, missing = [tile for tile in order if tile not in test], sorted(test.keys() - set(order))
    warnings = []
    if strange:
        warnings.append(f"{_count(strange, 'row')} of sample_submission.csv of no test tile: {some(strange)}")
    if order and missing:
        warnings.append(f"{_count(missing, 'test tile')} without a row in sample_submission.csv: {some(missing)}")
    return warnings


def _depths(depths: pd.Series | None, ids: pd.Series) -> tuple[np.ndarray, list[str]]:
    """z of each tile, NaN where unknown: (N,) float64; and what to say about it."""
    if depths is None:
        return np.full(len(ids), np.nan), ["no tile has a depth: there is no depths.csv, or it is empty"]
    z = depths.reindex(ids).to_numpy(np.float64)
    missing = ids[np.isnan(z)].tolist()
    return z, [f"{_count(missing, 'tile')} without a depth in depths.csv: {some(missing)}"] if missing else []


def _count(ids: list[str], noun: str) -> str:
    return f"{len(ids):,} {noun}{'s' if len(ids) != 1 else ''}"
