"""Submissions that a workspace keeps: a csv file each, and beside it what it was made from."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from core import atomic
from core.dataset.tiles import TileStore
from core.errors import WorkspaceError, in_words
from core.progress import Progress, silent
from core.segment.submission.making import make, write
from core.workspace import Workspace


@dataclass(frozen=True)
class Kept:
    """One file: of which data set, and which runs it is the mean of."""

    path: Path
    dataset: str
    runs: list[str]


def keep(workspace: Workspace, store: TileStore, runs: list[str], progress: Progress = silent) -> Kept:
    """Make a submission of `runs` and keep it. Raises what `making.make` raises, and `WorkspaceError`."""
    made = make(store, [workspace.existing_run(run) for run in runs], progress)
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")[:-3]
    more = f"-and-{len(runs) - 1}-more" if len(runs) > 1 else ""
    kept = Kept(workspace.submissions / f"{stamp}-{runs[0]}{more}.csv", store.name, list(runs))
    try:
        write(kept.path, made)
        atomic.write_json(kept.path.with_suffix(".json"), asdict(kept) | {"path": kept.path.name})
    except OSError as error:
        raise WorkspaceError(in_words(error)) from error
    return kept


def all_kept(workspace: Workspace, dataset: str) -> list[Kept]:
    """The submissions of a data set, the newest first; what is no submission is passed over."""
    found = []
    for path in sorted(workspace.submissions.glob("*.csv"), reverse=True):
        try:
            about = atomic.read_object(path.with_suffix(".json"))
            found.append(Kept(path, str(about["dataset"]), [str(run) for run in about["runs"]]))
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return [kept for kept in found if kept.dataset == dataset]
