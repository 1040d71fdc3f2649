"""Commands about the review queue: flag, queue."""

from __future__ import annotations

from typing import Annotated

import typer

from core.cli.options import JsonOption, WorkspaceOption, answer, facts, table
from core.cli.runs import RunArgument
from core.workspace import Workspace


def register(app: typer.Typer) -> None:
    """Add this module's commands to `app`."""
    app.command()(flag)
    app.command()(queue)


def flag(
    run: RunArgument,
    dataset: Annotated[str | None, typer.Option(help="[default: the run's own]")] = None,
    threshold: Annotated[float, typer.Option(help="Limit of the predicted salt proportion, 0 to 1.")] = 0.05,
    over: Annotated[bool, typer.Option("--over", help="Flag tiles over the threshold instead of under it.")] = False,
    min_confidence: Annotated[
        float | None, typer.Option(help="Also flag tiles less confident than this, 0 to 1.")
    ] = None,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Fill the review queue from a run's predictions."""
    from core.review.flagging import flag_run
    from core.review.policy import FlagRules
    from core.review.store import ReviewStore

    opened = Workspace.open(workspace)
    opened.existing_run(run)
    rules = FlagRules(threshold, over, min_confidence)
    result = flag_run(opened, ReviewStore(opened.database_url), run, dataset, rules)
    answer(json, result, facts(result))


def queue(
    run: Annotated[str | None, typer.Option(help="Only this run's items.")] = None,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """The state of the review queue and its order."""
    from core.review.store import ReviewStore

    opened = Workspace.open(workspace)
    if run is not None:
        opened.existing_run(run)
    store = ReviewStore(opened.database_url)
    items = [{str(name): value for name, value in row.items()} for row in store.queue(run).to_dict("records")]
    counts = store.counts(run)
    columns = ["tile", "reasons", "salt_proportion", "confidence", "verdict", "reviewer"]
    text = f"{facts(counts)}\n\n{table(items, columns)}" if items else "the queue is empty: python -m core flag RUN"
    answer(json, {"counts": counts, "items": items}, text)
