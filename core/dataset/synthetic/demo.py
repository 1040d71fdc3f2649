"""The demo: a synthetic survey, written as Kaggle's files and imported like any other source."""

from __future__ import annotations

from core import atomic
from core.dataset.importing import ImportReport, import_source
from core.dataset.synthetic.kaggle import write_kaggle
from core.dataset.synthetic.survey import simulate
from core.errors import WorkspaceError, in_words
from core.progress import Progress, silent
from core.workspace import Workspace


def make_demo(
    workspace: Workspace, name: str = "demo", tiles: int = 600, seed: int = 0, progress: Progress = silent
) -> ImportReport:
    """Make data set `name` of `tiles` synthetic tiles; its source stays in `workspace.sources / name`.

    Raises `BadName`, `BadInput` or `WorkspaceError`; the workspace is then as it was.
    """
    workspace.dataset(name)  # a bad name shows before the work is done
    survey = simulate(tiles, seed, progress=progress)
    source = workspace.sources / name
    try:
        with atomic.replacing_folder(source) as part:
            write_kaggle(survey, part, progress)
    except OSError as error:
        raise WorkspaceError(in_words(error)) from error
    return import_source(source, workspace, name, progress=progress)
