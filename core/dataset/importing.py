"""From a source to a data set: every tile is decoded once, into packed arrays.

The data set appears when it is whole and not before; an import that is stopped or killed leaves none.
The same source again changes nothing, a changed source replaces the data set. A damaged file ends the import, or is
left out where that is asked for.

Labels are the mask files, and the run-length codes of train.csv for tiles without one. 8-bit tiles are kept as
they are. Other amplitudes (16-bit, float) are scaled to 0…255 by one rule for the whole data set, see `scaling`.

Memory: the pixels of a few batches, whatever the number of tiles, and the names of all tiles.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core import atomic
from core.dataset import layouts, rle
from core.dataset.decoding import Decoded, Kind, Scaling, decode_all, fit_scaling
from core.dataset.layouts import Source
from core.dataset.planning import Plan, Tile, plan, some
from core.dataset.soundness import without_damage
from core.dataset.tiles import ORDER, TileStore, finish_store, made_from, named_source, new_arrays
from core.errors import BadInput, NotFound, WorkspaceError, in_words
from core.progress import Progress, silent
from core.workspace import Workspace


@dataclass(frozen=True)
class ImportReport:
    """What an import did: counts of tiles, (height, width) of one, what people should know, seconds it took.

    changed: False when the data set was already made from this very source · damaged: a sentence for each file or
    label that was left out, with the reason.
    """

    name: str
    tiles: int
    train: int
    test: int
    tile_shape: tuple[int, int]
    changed: bool
    warnings: list[str]
    damaged: list[str]
    seconds: float


def import_source(
    source: Path,
    workspace: Workspace,
    name: str | None = None,
    *,
    skip_bad: bool = False,
    progress: Progress = silent,
) -> ImportReport:
    """Make a data set from `source`, a folder or zip file in one of the layouts of `core.dataset.layouts`.

    name: of the data set; without one the source's own, made plain · skip_bad: leave out damaged files and say which.
    Raises `BadName`, `BadInput` (naming the file or tile) or `WorkspaceError`; the workspace is then as it was.
    """
    started = time.perf_counter()
    source = Path(source).expanduser().absolute()
    folder = workspace.dataset(plain_name(source) if name is None else name)
    progress(0, None, "Looking at the source")
    with layouts.opened(source) as found:
        checksum = found.checksum()
        kept, before = _unchanged(folder, checksum, skip_bad), made_from(folder)
        facts = kept or _replace(folder, found, checksum, skip_bad, progress)
    return ImportReport(
        folder.name,
        facts["tiles"],
        facts["train"],
        facts["test"],
        (facts["tile_shape"][0], facts["tile_shape"][1]),
        kept is None,
        facts["warnings"] + ([] if kept else _replaced(folder.name, before, source)),
        facts.get("damaged", []),
        time.perf_counter() - started,
    )


def _replaced(name: str, before: Path | None, source: Path) -> list[str]:
    """What people should know where tiles from elsewhere went."""
    return [] if before in (None, source) else [f"{name} was made from {before} until now"]


def plain_name(source: Path) -> str:
    """The name of a file or folder, made one that a data set can have."""
    name = source.stem if source.suffix.lower() == ".zip" else source.name
    plain = re.sub(r"[^A-Za-z0-9_.-]+", "-", re.sub(r"\.\.+", ".", name)).strip("-._")
    return plain[:100] or "tiles"


def _unchanged(folder: Path, checksum: str, skip_bad: bool) -> dict[str, Any] | None:
    """What source.json says, if the data set was made from a source with this checksum, and whole unless `skip_bad`."""
    try:
        facts = TileStore.open(folder).source
    except (NotFound, BadInput):  # not there yet, or damaged
        return None
    return facts if facts.get("checksum") == checksum and (skip_bad or not facts.get("damaged")) else None


def _replace(folder: Path, source: Source, checksum: str, skip_bad: bool, progress: Progress) -> dict[str, Any]:
    """Make the data set and return what its source.json says."""
    planned, damaged = _plan(source, skip_bad, progress)
    kind = Kind.of(planned.tiles[0])
    _check_codes(source, planned.tiles, kind)
    scaling = fit_scaling(planned.tiles, kind, progress)
    try:
        with atomic.replacing_folder(folder) as part:
            tiles, masks = new_arrays(part, len(planned.tiles), kind.shape)
            decoded = decode_all(planned.tiles, tiles, masks, kind, scaling, progress)
            about = _about(source, checksum, planned, decoded, kind, scaling)
            about |= {"source": named_source(folder, source.path), "damaged": damaged}
            progress(len(tiles), len(tiles), "Writing the data set")
            if planned.order:
                (part / ORDER).write_text("\n".join(planned.order) + "\n", encoding="utf-8")
            facts = planned.facts.assign(source_sha1=decoded.sha1)
            return finish_store(part, facts, decoded.figures, about)
    except OSError as error:
        raise WorkspaceError(in_words(error)) from error


def _plan(source: Source, skip_bad: bool, progress: Progress) -> tuple[Plan, list[str]]:
    """What the source makes, and what was left out of it."""
    if not skip_bad:
        return plan(source), []
    faults: list[BadInput] = []
    planned = without_damage(plan(source, faults.append), faults.append, progress)
    return planned, [str(fault) for fault in faults]


def _check_codes(source: Source, tiles: list[Tile], kind: Kind) -> None:
    """Raise `BadInput` for the first run-length code that is not valid, before any work is done."""
    coded = [tile for tile in tiles if tile.code is not None]
    if coded:
        where = source.tables["train.csv"].where
        rle.parse([tile.code for tile in coded], kind.shape, [f"{where}: mask of {tile.id!r}" for tile in coded])


def _about(
    source: Source, checksum: str, planned: Plan, decoded: Decoded, kind: Kind, scaling: Scaling | None
) -> dict[str, Any]:
    """What source.json keeps of an import, beside the counts."""
    ids = [planned.tiles[row].id for row in decoded.contradicting]
    warnings = list(planned.warnings)
    if ids:
        warnings.append(f"{len(ids):,} masks contradict train.csv (the mask files are used): {some(ids)}")
    if scaling:
        warnings.append(f"{kind.dtype} amplitudes scaled to 0…255: {scaling}")
    return {
        "checksum": checksum,
        "imported": datetime.now(UTC).isoformat(timespec="seconds"),
        "pixels": str(kind.dtype),
        "scaling": scaling.facts() if scaling else None,
        "contradicting": ids,
        "warnings": warnings,
    }
