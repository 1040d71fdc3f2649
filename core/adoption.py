"""Predictions and masks that were made elsewhere, taken in whole or not at all, from a page or the command line.

The functions that end in `_job` run inside a job's process and are named in its `job.json`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from core import atomic, jobs
from core.dataset import maps
from core.dataset.tiles import TileStore
from core.errors import BadInput, WorkspaceError, in_words
from core.progress import Progress, silent
from core.workspace import JobFolder, RunFolder, Workspace


def import_predictions(
    workspace: Workspace, source: Path, dataset: str, name: str | None = None, progress: Progress = silent
) -> dict[str, Any]:
    """Make a run of what `source` predicts for tiles of `dataset`; see `core.dataset.maps` for what it may be.

    name: of the run; without one it is named by the time. Gives run, dataset, split, tiles and maps ("masks" or
    "probabilities"). Raises `NotFound`, `BadName`, and `BadInput` that names what can't be used; then there is no run.
    """
    from core.segment import foreign

    run = workspace.run(name or jobs.new_id("imported"))
    _check_free(workspace, run)
    store = TileStore.open(workspace.existing_dataset(dataset))
    source = source.expanduser().absolute()
    try:
        with maps.opened(source, store, progress) as found, atomic.replacing_folder(run.root) as part:
            made = RunFolder(part)
            facts = foreign.keep(made, run.id, found, source, progress)
            jobs.adopt(made, {"source": str(source), "dataset": dataset}, f"Predictions from {source.name}")
            _check_free(workspace, run)
    except OSError as error:
        raise WorkspaceError(in_words(error)) from error
    return facts


def import_masks(
    workspace: Workspace, source: Path, dataset: str, reviewer: str, note: str = "", progress: Progress = silent
) -> dict[str, Any]:
    """Make the masks in `source` the newest revisions of tiles of `dataset`, in the name of `reviewer`.

    A mask that is the tile's label already makes no revision. Gives dataset, reviewer, tiles (in the source), revisions
    (made), same, and corrected (tiles among them whose mask somebody had made by hand, and which stays in the history).
    Raises `NotFound`, and `BadInput` that names what can't be used; then there is no revision.
    """
    from core.review.masks import MaskStore
    from core.review.taking_in import take_in

    store = TileStore.open(workspace.existing_dataset(dataset))
    source = source.expanduser().absolute()
    with maps.opened(source, store, progress) as found:
        if not found.are_masks:
            raise BadInput(
                f"{source}: the pictures have more than two grey levels, so they are no masks; import them as "
                f"predictions, or write them with 0 and 255 alone (JPEG can't)"
            )
        counts = take_in(MaskStore(workspace.database_url), found, reviewer, note or f"from {source.name}", progress)
    return {"dataset": dataset, "reviewer": reviewer.strip(), **counts}


def start_predictions(workspace: Workspace, source: Path, dataset: str, name: str | None) -> JobFolder:
    """`import_predictions` in a process of its own. Raises `BadInput` if there is such a run."""
    if name:
        _check_free(workspace, workspace.run(name))
    arguments = {"source": str(source), "dataset": dataset, "name": name}
    return _start(workspace, "predictions", arguments, f"Import predictions from {source.name}")


def start_masks(workspace: Workspace, source: Path, dataset: str, reviewer: str, note: str) -> JobFolder:
    """`import_masks` in a process of its own."""
    arguments = {"source": str(source), "dataset": dataset, "reviewer": reviewer, "note": note}
    return _start(workspace, "masks", arguments, f"Import masks from {source.name}")


def predictions_job(
    workspace: Workspace, folder: JobFolder, progress: Progress, source: str, dataset: str, name: str | None
) -> dict[str, Any]:
    """Job: `import_predictions`."""
    return import_predictions(workspace, Path(source), dataset, name, progress)


def masks_job(
    workspace: Workspace, folder: JobFolder, progress: Progress, source: str, dataset: str, reviewer: str, note: str
) -> dict[str, Any]:
    """Job: `import_masks`."""
    return import_masks(workspace, Path(source), dataset, reviewer, note, progress)


def _check_free(workspace: Workspace, run: RunFolder) -> None:
    """Raise `BadInput` if the name of a new run is taken; `delete` takes names of runs and of data sets alike."""
    if run.root.exists() or run.id in workspace.dataset_names():
        raise BadInput(f"there is a run or a data set {run.id!r} already; choose another name for the run")


def _start(workspace: Workspace, kind: str, arguments: dict[str, Any], title: str) -> JobFolder:
    folder = workspace.job(jobs.new_id(f"take-in-{kind}"))
    jobs.submit(workspace, folder, f"core.adoption:{kind}_job", arguments, title)
    return folder
