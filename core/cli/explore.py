"""Commands about what can be found in a data set: quality, mosaic."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.cli.options import JsonOption, WorkspaceOption, answer, facts, table, warn
from core.errors import BadInput
from core.progress import terminal
from core.workspace import Workspace

if TYPE_CHECKING:
    import pandas as pd

    from core.dataset.tiles import TileStore

CsvOption = Annotated[Path | None, typer.Option("--csv", metavar="FILE", help="Also write all rows to this file.")]
SHOWN = 20  # rows for people; a file has all


def register(app: typer.Typer) -> None:
    """Add this module's commands to `app`."""
    app.command()(quality)
    app.command()(mosaic)


def quality(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A data set.")],
    csv: CsvOption = None,
    review: Annotated[
        list[str] | None,
        typer.Option(metavar="RULE", help="Send the labels that this rule found to review; once for each rule."),
    ] = None,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Suspicious tiles and labels, and why."""
    from core.actions import check_labels

    opened, store = _open(name, workspace)
    rules = [_rule(rule) for rule in review or []]
    with terminal() as progress:
        checked = check_labels(opened, name, progress)
    for sentence in checked.left_out:
        warn(sentence)
    found = checked.findings
    _write(csv, found)
    counts = {
        "tiles": len(store),
        "suspicious": int(found["row"].nunique()),
        "findings": len(found),
        "by_reason": found["reason"].value_counts().to_dict(),
    }
    if rules:
        counts["sent"] = _send(opened, store, found[found["reason"].isin(rules)])
    columns = ["id", "reason", "severity", "details"]
    lines = found.head(SHOWN)[columns].round(2).itertuples(index=False)
    worst = [dict(zip(columns, line, strict=True)) for line in lines]
    answer(json, counts, f"{facts(counts)}\n\n{table(worst, columns)}" if worst else facts(counts))


def mosaic(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A data set.")],
    csv: CsvOption = None,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Which tiles touch, and the sections that they were cut from."""
    from core.explore.mosaic import mosaic_of
    from core.explore.mosaic.report import pairs_by_id, section_lists, totals

    opened, store = _open(name, workspace)
    with terminal() as progress:
        found = mosaic_of(opened, store, progress)
    pairs, counts = pairs_by_id(store, found), totals(store, found)
    _write(csv, pairs)
    lists = {"pairs": pairs.astype(object).where(pairs.notna(), None).to_dict("records")} if json else {}
    sections = {"sections": section_lists(store, found)} if json else {}
    answer(json, counts | lists | sections, facts(counts))


def _open(name: str, workspace: Path | None) -> tuple[Workspace, TileStore]:
    from core.dataset.tiles import TileStore

    opened = Workspace.open(workspace)
    return opened, TileStore.open(opened.existing_dataset(name))


def _rule(name: str) -> str:
    from core.explore.quality import Reason

    if name not in list(Reason):
        raise BadInput(f"there is no rule {name!r}; expected one of {', '.join(Reason)}")
    return name


def _send(opened: Workspace, store: TileStore, found: pd.DataFrame) -> int:
    from core.review.labels import send
    from core.review.store import ReviewStore

    return send(ReviewStore(opened.database_url), store, found)


def _write(csv: Path | None, rows: pd.DataFrame) -> None:
    """Write the file that was asked for, if any."""
    from core.explore.spreadsheet import write_csv

    if csv:
        write_csv(csv, rows)
