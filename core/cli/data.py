"""Commands about data sets: demo, import, datasets, delete, summary."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.cli.options import JsonOption, WorkspaceOption, answer, facts, table, warn
from core.errors import BadInput, NotFound
from core.progress import terminal
from core.workspace import Workspace

if TYPE_CHECKING:
    from core.dataset.importing import ImportReport


def register(app: typer.Typer) -> None:
    """Add this module's commands to `app`."""
    app.command()(demo)
    app.command("import")(import_)
    app.command()(datasets)
    app.command()(delete)
    app.command()(summary)


def demo(
    name: Annotated[str, typer.Option(help="Name of the data set.")] = "demo",
    tiles: Annotated[int, typer.Option(min=16, help="Number of tiles.")] = 600,
    seed: Annotated[int, typer.Option(help="The same seed makes the same tiles.")] = 0,
    with_run: Annotated[bool, typer.Option("--with-run", help="Also train a small model, predict and flag.")] = False,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Make the synthetic data set."""
    from core import actions

    opened = Workspace.open(workspace)
    with terminal() as progress:
        result = actions.make_demo(opened, name, tiles, seed, with_run, progress)
    answer(json, result, facts(result))


def import_(
    source: Annotated[
        Path, typer.Argument(help="Kaggle's folder, unpacked or not, its outer zip, or images/ + masks/.")
    ],
    name: Annotated[str | None, typer.Option(help="Name of the data set [default: that of the source]")] = None,
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="Leave out damaged files and name them.")] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="In place of reviewed tiles of that name that came from elsewhere.")
    ] = False,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Decode tiles once, into packed arrays."""
    from core.actions import check_import
    from core.dataset.importing import import_source

    opened = Workspace.open(workspace)
    if not replace:
        check_import(opened, source, name)
    with terminal() as progress:
        report = import_source(source, opened, name, skip_bad=skip_bad, progress=progress)
    imported(json, report)


def imported(json: bool, report: ImportReport) -> None:
    """Say what an import did."""
    for sentence in [*report.warnings, *(f"left out: {fault}" for fault in report.damaged)]:
        warn(sentence)
    left_out = f", {len(report.damaged):,} damaged files left out" if report.damaged else ""
    done = "imported" if report.changed else "unchanged"
    answer(
        json,
        asdict(report),
        f"{report.name}: {done}, {report.train:,} train and {report.test:,} test tiles "
        f"of {report.tile_shape[0]}×{report.tile_shape[1]} in {report.seconds:.1f} s{left_out}",
    )


def datasets(workspace: WorkspaceOption = None, json: JsonOption = False) -> None:
    """List the data sets."""
    from core.dataset.tiles import TileStore

    opened = Workspace.open(workspace)
    rows = []
    for name in opened.dataset_names():
        store = TileStore.open(opened.dataset(name))
        train = int((store.index["split"] == "train").sum())
        counts = {"tiles": len(store), "train": train, "test": len(store) - train}
        rows.append({"name": name, **counts, "tile_shape": list(store.tile_shape)})
    text = (
        table(rows, ["name", "tiles", "train", "test", "tile_shape"])
        if rows
        else "no data set yet: python -m core demo"
    )
    answer(json, {"datasets": rows}, text)


def delete(
    name: Annotated[str, typer.Argument(metavar="NAME_OR_RUN", help="A data set or a run.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do it without the question.")] = False,
    reviews: Annotated[
        bool, typer.Option("--reviews", help="Of a data set also all decisions, masks and notes on its tiles.")
    ] = False,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Remove a data set or a run. Reviews of a data set stay for the next one of its name, but for --reviews."""
    from core.actions import delete_dataset, delete_run

    opened = Workspace.open(workspace)
    is_dataset, is_run = name in opened.dataset_names(), opened.run(name).job.is_file()
    if not (is_dataset or is_run):
        raise NotFound(f"there is no data set or run {name!r} in {opened.root}; `datasets` and `runs` list them")
    kind = "data set" if is_dataset else "run"
    if not yes and not typer.confirm(f"Delete {kind} {name} for good?", err=True):
        raise BadInput(f"{kind} {name} was kept; add --yes to delete it without the question")
    if is_dataset:
        delete_dataset(opened, name, reviews)
    else:
        delete_run(opened, name)
    answer(json, {"deleted": name, "kind": kind}, f"deleted {kind} {name}")


def summary(name: str, workspace: WorkspaceOption = None, json: JsonOption = False) -> None:
    """The figures of the EDA pages."""
    from core.dataset.tiles import TileStore
    from core.explore.statistics import summary as summarise

    result = summarise(TileStore.open(Workspace.open(workspace).existing_dataset(name)))
    answer(json, result, facts(result))
