"""Commands that carry work out and back: export, backup, restore."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.cli.options import JsonOption, WorkspaceOption, answer, facts
from core.cli.runs import RunArgument
from core.errors import BadInput
from core.progress import terminal
from core.review.choices import MaskFormat, TableFormat
from core.workspace import Workspace

if TYPE_CHECKING:
    from core.review.masks import MaskStore
    from core.review.notes import NoteStore
    from core.review.store import ReviewStore

OutArgument = Annotated[Path, typer.Argument(metavar="OUT", help="File or, for png, folder to write.")]
DatasetArgument = Annotated[str, typer.Argument(metavar="NAME", help="A data set.")]
TableOption = Annotated[TableFormat, typer.Option("--format")]
FileArgument = Annotated[Path, typer.Argument(metavar="FILE")]


def register(app: typer.Typer) -> None:
    """Add this module's commands to `app`."""
    exports = typer.Typer(no_args_is_help=True, help="Labels, predictions, decisions, masks and notes as files.")
    for command in (labels, predictions, decisions, revisions, notes):
        exports.command()(command)
    app.add_typer(exports, name="export")
    app.command()(backup)
    app.command()(restore)


def labels(
    name: DatasetArgument,
    out: OutArgument,
    form: Annotated[MaskFormat, typer.Option("--format")] = MaskFormat.RLE,
    only_reviewed: Annotated[bool, typer.Option("--only-reviewed", help="Only masks that people made.")] = False,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """The labels as reviewers left them."""
    from core.dataset.tiles import TileStore
    from core.review.export import export_labels
    from core.review.masks import MaskStore

    opened = Workspace.open(workspace)
    store = TileStore.open(opened.existing_dataset(name))
    with terminal() as progress:
        result = export_labels(store, MaskStore(opened.database_url), out, form, only_reviewed, progress)
    _tell(json, out, result)


def predictions(
    run: RunArgument,
    out: OutArgument,
    form: Annotated[str, typer.Option("--format", help="rle, png (masks), csv or parquet (figures).")] = "rle",
    dataset: Annotated[str | None, typer.Option(help="[default: the run's own]")] = None,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """What a run predicted: its masks, or its figures."""
    from core.review.export import export_predicted_masks, write_table
    from core.review.flagging import predicted
    from core.segment.config import dataset_of

    opened = Workspace.open(workspace)
    folder = opened.existing_run(run)
    chosen = dataset or dataset_of(folder)
    if form in list(TableFormat):
        result = write_table(out, TableFormat(form), predicted(folder, chosen))
    elif form in list(MaskFormat):
        with terminal() as progress:
            result = export_predicted_masks(folder, chosen, out, MaskFormat(form), progress)
    else:
        raise BadInput(f"--format {form}: expected rle, png, csv or parquet")
    _tell(json, out, result)


def decisions(
    name: DatasetArgument,
    out: OutArgument,
    form: TableOption = TableFormat.CSV,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Every decision that was ever taken on a data set, those taken back included."""
    from core.review.store import ReviewStore

    _write_history(ReviewStore, name, out, form, workspace, json)


def revisions(
    name: DatasetArgument,
    out: OutArgument,
    form: TableOption = TableFormat.CSV,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Every mask that people made for a data set, as run-length codes."""
    from core.review.masks import MaskStore

    _write_history(MaskStore, name, out, form, workspace, json)


def notes(
    name: DatasetArgument,
    out: OutArgument,
    form: TableOption = TableFormat.CSV,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Every note that people wrote about tiles of a data set."""
    from core.review.notes import NoteStore

    _write_history(NoteStore, name, out, form, workspace, json)


def backup(file: FileArgument, workspace: WorkspaceOption = None, json: JsonOption = False) -> None:
    """Write all reviews to one file, while others go on."""
    from core.review.backup import backup as write

    write(Workspace.open(workspace), file)
    answer(json, {"file": str(file)}, f"wrote {file}")


def restore(
    file: FileArgument,
    yes: Annotated[bool, typer.Option("--yes", help="Do it without the question.")] = False,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Make the reviews what a backup holds; what is there now is kept in a file beside them."""
    from core.review.backup import restore as put_back

    opened = Workspace.open(workspace)
    if not yes and not typer.confirm(f"Replace all reviews in {opened.root} by those of {file}?", err=True):
        raise BadInput("the reviews were kept as they are; add --yes to restore without the question")
    kept = put_back(opened, file)
    words = f"restored {file}" + (f"; what was there before is in {kept}" if kept else "")
    answer(json, {"file": str(file), "before": str(kept) if kept else None}, words)


def _write_history(
    kept_in: Callable[[str], ReviewStore | MaskStore | NoteStore],
    name: str,
    out: Path,
    form: TableFormat,
    workspace: Path | None,
    json: bool,
) -> None:
    """What one of the stores remembers of a data set."""
    from core.review.export import write_table

    opened = Workspace.open(workspace)
    opened.existing_dataset(name)
    _tell(json, out, write_table(out, form, kept_in(opened.database_url).history(name)))


def _tell(json: bool, out: Path, result: dict[str, int]) -> None:
    value = {"file": str(out)} | result
    answer(json, value, facts(value))
