"""Commands that take in what was made elsewhere: import-predictions, import-masks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from core.cli.options import JsonOption, WorkspaceOption, answer, facts
from core.progress import terminal
from core.workspace import Workspace

SourceArgument = Annotated[
    Path, typer.Argument(metavar="SOURCE", help="A csv file id,rle_mask, or a folder or zip of pictures <id>.png.")
]
DatasetOption = Annotated[str, typer.Option("--dataset", metavar="NAME", help="The data set that the tiles are of.")]


def register(app: typer.Typer) -> None:
    """Add this module's commands to `app`."""
    app.command("import-predictions")(import_predictions)
    app.command("import-masks")(import_masks)


def import_predictions(
    source: SourceArgument,
    dataset: DatasetOption,
    name: Annotated[str | None, typer.Option(metavar="RUN", help="Id of the run [default: by the time]")] = None,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Make a run of masks or probability maps that were predicted elsewhere."""
    from core import adoption

    opened = Workspace.open(workspace)
    with terminal() as progress:
        result = adoption.import_predictions(opened, source, dataset, name, progress)
    answer(json, result, facts(result))


def import_masks(
    source: SourceArgument,
    dataset: DatasetOption,
    reviewer: Annotated[str, typer.Option(metavar="WHO", help="Whose masks they are.")],
    note: Annotated[str, typer.Option(help="Why they were made [default: where they came from]")] = "",
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Make masks that were drawn elsewhere the labels of their tiles, each as a new revision."""
    from core import adoption

    opened = Workspace.open(workspace)
    with terminal() as progress:
        result = adoption.import_masks(opened, source, dataset, reviewer, note, progress)
    answer(json, result, facts(result))
