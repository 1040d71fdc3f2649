"""What a submission is worth before it is sent: whether Kaggle can read it, and how it differs from what is known."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from core.dataset import rle
from core.dataset.archives import Folder
from core.dataset.layouts import Member
from core.dataset.planning import some
from core.dataset.tables import read_rows_of_codes
from core.dataset.tiles import TileStore
from core.errors import BadInput


@dataclass(frozen=True)
class Check:
    """problems: why Kaggle would refuse it, in sentences · notes: what may be meant · figures: see `check`."""

    problems: list[str]
    notes: list[str]
    figures: dict[str, Any]


@dataclass(frozen=True)
class Comparison:
    """How two submissions agree. tiles: id, iou (1 where both are empty), differing (pixels), most different first."""

    tiles: pd.DataFrame

    def most_different(self, count: int) -> list[dict[str, Any]]:
        """The first rows as dictionaries."""
        return [{str(name): value for name, value in row.items()} for row in self.tiles.head(count).to_dict("records")]

    @property
    def figures(self) -> dict[str, Any]:
        """tiles, same (tiles of equal masks), iou (mean)."""
        same = int((self.tiles["differing"] == 0).sum())
        iou = float(self.tiles["iou"].mean()) if len(self.tiles) else None
        return {"tiles": len(self.tiles), "same": same, "iou": iou}


def read(path: Path) -> dict[str, str]:
    """Codes by tile id, in the order of the file. Raises `BadInput` for no table of them, or one with an id twice."""
    with ExitStack() as stack:
        return read_rows_of_codes(Member(Folder(path.absolute().parent, stack), path.name))


def check(store: TileStore, codes: dict[str, str]) -> Check:
    """Hold a submission against the test tiles of `store`.

    figures: tiles · ordered (as the sample submission, else by id) · canonical (codes that an encoder would write the
    same) · empty, salt_proportion (mean) of the submission, and of the labelled tiles under `training`.
    """
    wanted = store.submission_order()
    problems = _ids(store, wanted, list(codes))
    try:
        runs = rle.parse(list(codes.values()), store.tile_shape, [f"mask of {tile!r}" for tile in codes])
    except BadInput as error:
        return Check([*problems, str(error)], [], {"tiles": len(codes)})
    joined = runs.joined()
    canonical = sum(_as_text(joined[row]) == code for row, code in enumerate(codes.values()))
    ordered = list(codes) == wanted
    notes = [] if canonical == len(codes) else [f"{len(codes) - canonical:,} codes are valid but not canonical"]
    notes += [] if ordered or problems else ["the rows are not in the order of the sample submission"]
    figures = {"tiles": len(codes), "ordered": ordered, "canonical": canonical}
    return Check(problems, notes, figures | _salt(store, joined.pixels))


def compare(store: TileStore, one: dict[str, str], other: dict[str, str]) -> Comparison:
    """Hold two submissions against each other, over the tiles that both have. Raises `BadInput` for a bad code."""
    ids = [tile for tile in one if tile in other]
    if not ids:
        raise BadInput("the two submissions have no tile in common; compare two of the same data set")
    pixels = [_pixels(store, codes, ids) for codes in (one, other)]
    rows = [_agreement(first, second) for first, second in zip(*pixels, strict=True)]
    tiles = pd.DataFrame(rows, columns=["iou", "differing"]).assign(id=ids)[["id", "iou", "differing"]]
    return Comparison(tiles.sort_values(["differing", "id"], ascending=[False, True], ignore_index=True))


def _ids(store: TileStore, wanted: list[str], given: list[str]) -> list[str]:
    test = set(wanted)
    missing, train = test - set(given), set(store.index["id"]) - test
    strange = [tile for tile in given if tile not in test]
    problems = []
    if missing:
        problems.append(f"no row for {_tiles(len(missing), 'test')}: {some(sorted(missing))}")
    if labelled := [tile for tile in strange if tile in train]:
        problems.append(f"rows for {_tiles(len(labelled), 'train')}: {some(labelled)}")
    if unknown := [tile for tile in strange if tile not in train]:
        problems.append(f"rows for {_tiles(len(unknown), 'unknown')}: {some(unknown)}")
    return problems


def _tiles(count: int, kind: str) -> str:
    return f"{count:,} {kind} tile{'s' * (count != 1)}"


def _as_text(runs: list[tuple[int, int]]) -> str:
    return " ".join(f"{start + 1} {length}" for start, length in runs)


def _salt(store: TileStore, pixels: np.ndarray) -> dict[str, Any]:
    height, width = store.tile_shape
    labelled = store.index["salt_proportion"].dropna().to_numpy()
    return _summary(pixels / (height * width)) | {"training": _summary(labelled)}


def _summary(proportions: np.ndarray) -> dict[str, Any]:
    """empty: share of tiles without salt · salt_proportion: mean over all tiles; None without tiles."""
    if not len(proportions):
        return {"empty": None, "salt_proportion": None}
    return {"empty": float((proportions == 0).mean()), "salt_proportion": float(proportions.mean())}


def _pixels(store: TileStore, codes: dict[str, str], ids: list[str]) -> list[np.ndarray]:
    """For each tile its salt: (H·W,) bool packed into bits, so that 18,000 tiles need 23 MB."""
    runs = rle.parse([codes[tile] for tile in ids], store.tile_shape, [f"mask of {tile!r}" for tile in ids])
    return [_bits(runs[row], store.tile_shape) for row in range(len(ids))]


def _bits(runs: list[tuple[int, int]], shape: tuple[int, int]) -> np.ndarray:
    line = np.zeros(shape[0] * shape[1], bool)
    for start, length in runs:
        line[start : start + length] = True
    return np.packbits(line)


def _agreement(one: np.ndarray, other: np.ndarray) -> tuple[float, int]:
    union = int(np.bitwise_count(one | other).sum())
    common = int(np.bitwise_count(one & other).sum())
    return (common / union if union else 1.0), union - common
