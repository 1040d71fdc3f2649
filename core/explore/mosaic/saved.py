"""The mosaic of a data set: pairs are found once and kept on disk, sections are put together from them each time.

links.parquet holds what `find_pairs` gave, and in its metadata for which source and by which method. Sections follow
from it and from the broken links within a second, so only the slow part is kept.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from core import atomic, parquet
from core.dataset.tiles import TileStore
from core.explore.mosaic.assembly import Mosaic, assemble
from core.explore.mosaic.corrections import broken_links, links_of
from core.explore.mosaic.neighbours import CUT, find_pairs
from core.progress import Progress, silent
from core.workspace import Workspace

METHOD = 3  # of `find_pairs`; another number makes kept pairs worthless


def mosaic_of(workspace: Workspace, store: TileStore, progress: Progress = silent) -> Mosaic:
    """The mosaic of a data set, without the links that were broken. Raises `BadInput`."""
    broken = links_of(store, broken_links(workspace, store.name))
    return assemble(_pairs(workspace, store, progress), len(store), broken)


def kept_mosaic(workspace: Workspace, store: TileStore) -> Mosaic | None:
    """The same if the pairs are on disk, None otherwise: a matter of a moment. Raises `BadInput`."""
    pairs = _kept(workspace.mosaic(store.name) / "links.parquet", _made_from(store))
    if pairs is None:
        return None
    return assemble(pairs, len(store), links_of(store, broken_links(workspace, store.name)))


def version(workspace: Workspace, store: TileStore) -> tuple[object, ...]:
    """What changes whenever the kept mosaic does: for caches."""
    files = (workspace.mosaic(store.name) / name for name in ("links.parquet", "broken.json"))
    return store.source.get("checksum"), *(file.stat().st_mtime_ns if file.exists() else 0 for file in files)


def is_ready(workspace: Workspace, store: TileStore) -> bool:
    """Whether `mosaic_of` is a matter of a moment, as the pairs are on disk."""
    return _kept(workspace.mosaic(store.name) / "links.parquet", _made_from(store)) is not None


def _pairs(workspace: Workspace, store: TileStore, progress: Progress) -> pd.DataFrame:
    path, made_from = workspace.mosaic(store.name) / "links.parquet", _made_from(store)
    kept = _kept(path, made_from)
    if kept is not None:
        return kept
    pairs = find_pairs(store.tiles, progress=progress)
    store.release()
    pairs.attrs.update(made_from)
    if path.parent.exists():
        atomic.sweep(path.parent)
    with atomic.replacing(path) as part:
        pairs.to_parquet(part, index=False)
    return pairs


def _made_from(store: TileStore) -> dict[str, object]:
    return {"checksum": store.source.get("checksum"), "tiles": len(store), "method": METHOD, "cut": CUT}


def _kept(path: Path, made_from: dict[str, object]) -> pd.DataFrame | None:
    try:
        pairs = parquet.read(path)
    except (FileNotFoundError, ValueError):
        return None
    return pairs if pairs.attrs == made_from else None
