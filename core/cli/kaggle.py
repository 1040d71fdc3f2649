"""Commands about Kaggle: download, submission, check-submission."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from core.cli.data import imported
from core.cli.options import JsonOption, WorkspaceOption, answer, facts, table, warn
from core.cli.runs import RunArgument
from core.errors import BadInput
from core.progress import terminal
from core.workspace import Workspace

TGS = "tgs-salt-identification-challenge"
SHOWN = 10  # tiles that differ most, for people


def register(app: typer.Typer) -> None:
    """Add this module's commands to `app`."""
    app.command()(download)
    app.command()(submission)
    app.command("check-submission")(check_submission)


def download(
    competition: Annotated[str, typer.Option(help="The last part of its address.")] = TGS,
    name: Annotated[str, typer.Option(help="Name of the data set.")] = "tgs",
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="Leave out damaged files and name them.")] = False,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Fetch a competition's files from Kaggle and import them; a second call goes on where the first was broken off."""
    from core.actions import check_import
    from core.dataset.kaggle.download import download as fetch

    opened = Workspace.open(workspace)
    check_import(opened, opened.sources / name / f"{competition}.zip", name)
    with terminal() as progress:
        report = fetch(opened, competition, name, skip_bad=skip_bad, progress=progress)
    imported(json, report)


def submission(
    run: RunArgument,
    out: Annotated[Path, typer.Argument(metavar="OUT.csv", help="File to write.")],
    with_: Annotated[
        list[str] | None, typer.Option("--with", metavar="RUN", help="Average with this run too; may be repeated.")
    ] = None,
    dataset: Annotated[str | None, typer.Option(help="[default: the run's own]")] = None,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """A file for Kaggle from what one run, or several together, predicted on the test tiles."""
    from core.actions import make_submission

    opened = Workspace.open(workspace)
    with terminal() as progress:
        result = make_submission(opened, [run, *(with_ or [])], dataset, out, progress)
    answer(json, result, facts(result))


def check_submission(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A submission.")],
    dataset: Annotated[str, typer.Option(help="Data set whose test tiles it is about.")],
    other: Annotated[Path | None, typer.Option(metavar="FILE", help="Another submission to compare with.")] = None,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Prove that Kaggle can read a submission, and say how it differs from the labels and from another."""
    from core.dataset.tiles import TileStore
    from core.segment.submission import check, compare, read

    store = TileStore.open(Workspace.open(workspace).existing_dataset(dataset))
    codes = read(file)
    checked = check(store, codes)
    if checked.problems:
        raise BadInput(f"{file}: {'; '.join(checked.problems)}")
    for note in checked.notes:
        warn(note)
    result, text = {"valid": True, **checked.figures, "notes": checked.notes}, ""
    if other:
        compared = compare(store, codes, read(other))
        most = compared.most_different(SHOWN)
        result["compared"] = compared.figures | {"most_different": most}
        text = "\n\n" + table(most, ["id", "iou", "differing"])
    shown = {name: value for name, value in result.items() if name != "notes"}
    if other:
        shown["compared"] = compared.figures
    answer(json, result, facts(shown) + text)
