"""The demo: a synthetic survey, written as Kaggle's files and imported like any other source."""

from __future__ import annotations

from core import atomic
from core.dataset.importing import ImportReport, import_source
from core.dataset.synthetic.kaggle import write_kaggle
from core.dataset.synthetic.survey import simulate
from core.dataset.tiles import made_from
from core.errors import BadInput, WorkspaceError, in_words
from core.progress import Progress, silent
from core.workspace import Workspace


def make_demo(
    workspace: Workspace, name: str = "demo", tiles: int = 600, seed: int = 0, progress: Progress = silent
) -> ImportReport:
    """Make data set `name` of `tiles` synthetic tiles; its source stays in `workspace.sources / name`.

    Raises `BadName`, `BadInput` or `WorkspaceError`; the workspace is then as it was.
    """
    source, before = workspace.sources / name, made_from(workspace.dataset(name))
    if before and before.parts[-2:] != source.parts[-2:]:  # also where the workspace was moved
        raise BadInput(f"data set {name!r} is none of the demo's, it was made from {before}; choose another name")
    survey = simulate(tiles, seed, progress=progress)
    try:
        with atomic.replacing_folder(source) as part:
            write_kaggle(survey, part, progress)
    except OSError as error:
        raise WorkspaceError(in_words(error)) from error
    return import_source(source, workspace, name, progress=progress)
