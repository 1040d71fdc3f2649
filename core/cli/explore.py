"""Commands about what can be found in a data set: quality, mosaic."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from core.cli.options import JsonOption, WorkspaceOption, answer, facts, table, warn
from core.progress import terminal
from core.workspace import Workspace

CsvOption = Annotated[Path | None, typer.Option("--csv", metavar="FILE", help="Also write all rows to this file.")]
SHOWN = 20  # rows for people; a file has all


def register(app: typer.Typer) -> None:
    """Add this module's commands to `app`."""
    app.command()(quality)
    app.command()(mosaic)


def quality(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A data set.")],
    csv: CsvOption = None,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Suspicious tiles and labels, and why."""
    from core import atomic
    from core.dataset.tiles import TileStore
    from core.explore.quality import findings, unchecked
    from core.segment.out_of_fold import out_of_fold

    opened = Workspace.open(workspace)
    store = TileStore.open(opened.existing_dataset(name))
    neighbours, predictions = None, out_of_fold(opened, store)
    with terminal() as progress:
        found = findings(store, neighbours, predictions, progress=progress)
    for sentence in unchecked(neighbours, predictions):
        warn(sentence)
    if csv:
        with atomic.replacing(csv) as part:
            found.to_csv(part, index=False)
    counts = {
        "tiles": len(store),
        "suspicious": int(found["row"].nunique()),
        "findings": len(found),
        "by_reason": found["reason"].value_counts().to_dict(),
    }
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
    from core import atomic
    from core.dataset.tiles import TileStore
    from core.explore.mosaic import mosaic_of
    from core.explore.mosaic.report import pairs_by_id, section_lists, totals

    opened = Workspace.open(workspace)
    store = TileStore.open(opened.existing_dataset(name))
    with terminal() as progress:
        found = mosaic_of(opened, store, progress)
    pairs, counts = pairs_by_id(store, found), totals(store, found)
    if csv:
        with atomic.replacing(csv) as part:
            pairs.to_csv(part, index=False)
    lists = {"pairs": pairs.astype(object).where(pairs.notna(), None).to_dict("records")} if json else {}
    sections = {"sections": section_lists(store, found)} if json else {}
    answer(json, counts | lists | sections, facts(counts))
